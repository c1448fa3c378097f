"""Names and homes that could be anybody's and are nobody's, a family's parts belonging together."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sightline.children.terms import Ethnicity


@dataclass(frozen=True)
class Community:
    """Where a family's names come from, with what such a family may answer about itself."""

    weight: int
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    mothers: tuple[str, ...]
    fathers: tuple[str, ...]
    families: tuple[str, ...]
    ethnicities: tuple[Ethnicity, ...]
    languages: tuple[str, ...]
    religions: tuple[str, ...]
    #: Family names that differ between women and men, as the ending of a man's name and of a woman's.
    endings: tuple[tuple[str, str], ...] = ()

    def family_name_of(self, family: str, female: bool) -> str:
        """How somebody of this family bears its name: Kowalski, Kowalska."""
        for his, hers in self.endings:
            if female and family.endswith(his):
                return family.removesuffix(his) + hers
        return family


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMMUNITIES = (
    Community(
        46,
        _words(
            "Amelia Ava Bethany Chloe Daisy Ellie Evie Freya Grace Holly Isla Jessica Lacey Lily "
            "Megan Mia Olivia Poppy Rosie Ruby Scarlett Skye Summer Willow"
        ),
        _words(
            "Alfie Archie Ben Charlie Connor Daniel Dylan Ethan Finley Freddie Harry Jack Jake Jayden "
            "Kai Leo Logan Mason Noah Oscar Riley Theo Toby Tyler"
        ),
        _words(
            "Abigail Becky Carly Claire Donna Emma Gemma Hayley Jodie Kelly Kirsty Laura Leanne Lisa "
            "Natalie Rachel Sarah Stacey Tracy Vicky"
        ),
        _words(
            "Adam Andrew Ashley Carl Craig Darren Dean Gareth Gary Jason Kevin Lee Luke Mark Martin "
            "Paul Ryan Scott Shane Wayne"
        ),
        _words(
            "Aldersey Barraclough Birtwhistle Cobbold Danby Dunmore Eckersall Fairclough Garside "
            "Hebblewaite Inchbald Jessop Kettlewell Lofthouse Mossop Netherwood Oldroyd Pickersgill "
            "Quarmby Ramsbottom Shufflebotham Thackray Umpleby Varley Wigglesworth Yardley"
        ),
        (Ethnicity.WBRI,),
        ("English",),
        ("No religion", "Christian", ""),
    ),
    Community(
        10,
        _words("Alicja Amelia Hanna Julia Lena Maja Natalia Nikola Oliwia Pola Wiktoria Zuzanna"),
        _words("Adam Antoni Bartosz Filip Igor Jakub Kacper Mateusz Michał Oskar Szymon Wojciech"),
        _words("Agnieszka Aneta Beata Dorota Ewa Joanna Katarzyna Magdalena Monika Renata Sylwia"),
        _words("Dariusz Grzegorz Jacek Krzysztof Łukasz Marcin Paweł Piotr Rafał Sławomir Tomasz"),
        _words(
            "Bielecki Czarnecki Domański Gajewski Jabłoński Krawczyk Lisowski Mazurek Olszewski "
            "Pawlak Sadowski Wróbel Zawadzki Zieliński"
        ),
        (Ethnicity.WOTH,),
        ("Polish and English", "Polish"),
        ("Christian (Catholic)", "No religion", ""),
        (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka")),
    ),
    Community(
        14,
        _words("Aisha Aliza Amna Anaya Fatima Hafsa Hania Inaya Khadija Maryam Noor Sana Zainab Zara"),
        _words("Abdullah Ahmed Ali Bilal Hamza Hassan Ibrahim Idris Musa Omar Rayyan Umar Yusuf Zayn"),
        _words("Ambreen Asma Farah Farzana Ghazala Nazia Nasreen Rukhsana Saima Shabana Tahira Yasmin"),
        _words("Adeel Asif Faisal Imran Javed Kashif Khalid Nadeem Rashid Saqib Tariq Waseem"),
        _words("Akhtar Aziz Bhatti Chaudhry Dar Ghafoor Iqbal Janjua Latif Mir Rafiq Sheikh Warraich"),
        (Ethnicity.APKN, Ethnicity.APKN, Ethnicity.ABAN),
        ("Urdu and English", "Punjabi, Urdu and English", "English"),
        ("Muslim",),
    ),
    Community(
        6,
        _words("Beatriz Carolina Inês Lara Leonor Luana Mafalda Matilde Rita Sofia"),
        _words("Afonso Diogo Duarte Gonçalo João Lourenço Martim Rafael Tiago Tomás"),
        _words("Ana Catarina Cláudia Fernanda Luísa Marisa Patrícia Sandra Teresa Vera"),
        _words("Bruno Carlos Fernando Hélder Jorge Nuno Paulo Ricardo Rui Sérgio"),
        _words(
            "Almeida Barbosa Carvalho Esteves Fonseca Gouveia Lacerda Magalhães Nogueira Queirós Teixeira Vaz"
        ),
        (Ethnicity.WOTH, Ethnicity.MOTH),
        ("Portuguese and English", "Portuguese"),
        ("Christian (Catholic)", "No religion", ""),
    ),
    Community(
        7,
        _words("Alessia Andreea Bianca Daria Ioana Larisa Mara Raluca Ștefania Teodora"),
        _words("Andrei Bogdan Cristian David Florin Ionuț Luca Matei Răzvan Vlad"),
        _words("Adriana Camelia Daniela Elena Gabriela Iuliana Loredana Mihaela Nicoleta Simona"),
        _words("Adrian Cătălin Cosmin Dumitru Florentin Gheorghe Liviu Marius Nicolae Sorin"),
        _words("Albescu Bălan Ciobanu Drăgan Enache Filipescu Grosu Lupu Munteanu Petrescu Stoica Ungureanu"),
        (Ethnicity.WOTH, Ethnicity.WROM),
        ("Romanian and English", "Romanian", "Romani and Romanian"),
        ("Christian (Orthodox)", "Christian (Pentecostal)", ""),
    ),
    Community(
        7,
        _words("Adaeze Amara Chidera Ebele Ifeoma Kemi Ngozi Simisola Temi Yetunde"),
        _words("Babatunde Chidi Emeka Femi Ikenna Kelechi Obinna Segun Tobi Uche"),
        _words("Abiola Blessing Chinwe Folasade Gloria Nkechi Omolara Patience Titilayo"),
        _words("Adewale Chukwuma Festus Ifeanyi Kunle Olumide Samuel Victor Yemi"),
        _words("Abiodun Balogun Chukwu Ekwueme Fashola Igwe Nwosu Obi Ogunleye Okoro Onyeka"),
        (Ethnicity.BAFR, Ethnicity.BAFR, Ethnicity.MWBA),
        ("English", "Yoruba and English", "Igbo and English"),
        ("Christian", "Christian (Pentecostal)", "Muslim"),
    ),
    Community(
        5,
        _words("Avneet Diya Harleen Isha Jasleen Kavya Manpreet Nisha Riya Simran"),
        _words("Arjun Dev Gurpreet Harjit Jaspreet Karan Nikhil Rohan Sahil Vikram"),
        _words("Anjali Balwinder Deepa Geeta Kiran Meena Parminder Rekha Sunita"),
        _words("Amrit Dilip Gurdeep Inderjit Mohan Rajesh Sanjay Sukhdev Vijay"),
        _words("Bains Chana Dhillon Gohil Johal Kalsi Lall Mistry Purewal Rana Sandhu Virdee"),
        (Ethnicity.AIND,),
        ("Punjabi and English", "Gujarati and English", "Hindi and English"),
        ("Sikh", "Hindu"),
    ),
    Community(
        5,
        _words("Aaliyah Alisha Kiara Nevaeh Nia Renée Shanice Tianna Zahra"),
        _words("Andre Darius Jerome Kymani Malachi Marlon Reece Tyrell Xavier"),
        _words("Charmaine Denise Janelle Marcia Natasha Paulette Sharon Yvonne"),
        _words("Clive Delroy Errol Leroy Marvin Neville Trevor Winston"),
        _words("Bogle Campbell Delapenha Ferron Gayle Hibbert Levy Morant Nembhard Rattray Salmon"),
        (Ethnicity.BCRB, Ethnicity.MWBC),
        ("English",),
        ("Christian", "No religion", "Rastafari"),
    ),
)

_STREETS = _words(
    "Anchor Beacon Capstan Cinder Dolphin Ebb Foundry Gannet Harbour Iron Jetty Kelp Lantern "
    "Mast Netting Osier Packet Quayside Ropewalk Saltern Tidewater Union Vellum Windlass"
)
_KINDS = ("Street", "Road", "Lane", "Close", "Terrace", "Court", "Avenue")
#: Districts of the invented town; what a search shows of where a child lives.
AREAS = ("Eastmere North", "Harbourside", "Saltings", "Old Foundry", "Marsh End", "Quayside", "Beacon Hill")

SCHOOLS = (
    "Quayside Primary School",
    "Beacon Hill Primary School",
    "Saltings Church School",
    "Marsh End Primary Academy",
    "Eastmere High School",
    "Foundry Road Academy",
)
NURSERIES = ("Little Anchors Nursery", "Saltings Playgroup", "Beacon Hill Nursery")
SURGERIES = ("Harbour Street Surgery", "Marsh End Medical Centre", "The Beacon Practice")


def community(rng: Random) -> Community:
    """One of the communities, by how common it is in the invented town."""
    return rng.choices(COMMUNITIES, weights=[c.weight for c in COMMUNITIES])[0]


def street(rng: Random) -> str:
    """A house and street."""
    return f"{rng.randint(1, 180)} {rng.choice(_STREETS)} {rng.choice(_KINDS)}"


def postcode(rng: Random) -> str:
    """A postcode in ZZ, an area that no post goes to."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"ZZ{rng.randint(10, 99)} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}"


def telephone(rng: Random) -> str:
    """A number from the range that is kept for drama (Ofcom)."""
    return f"01632 960{rng.randint(0, 999):03}"


def person_name(rng: Random) -> str:
    """Somebody who works in the partnership."""
    found = community(rng)
    female = rng.random() < 0.75
    given = rng.choice(found.mothers if female else found.fathers)
    return f"{given} {found.family_name_of(rng.choice(found.families), female)}"


def nhs_number(rng: Random) -> str:
    """An NHS number from the range set aside for tests, with its check digit."""
    while True:
        digits = f"999{rng.randint(0, 999_999):06}"
        check = -sum(int(d) * (10 - n) for n, d in enumerate(digits)) % 11
        if check != 10:
            return f"{digits}{check}"
