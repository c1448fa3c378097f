"""The words of the matching room."""

from __future__ import annotations

from enum import IntFlag, StrEnum


class KeyKind(StrEnum):
    """What a child is found by as a whole value."""

    BORN = "born"
    POSTCODE = "postcode"
    NHS = "nhs"
    UPN = "upn"
    REFERENCE = "reference"


class WordKind(StrEnum):
    """What the single words that a child is found by come from."""

    NAME = "name"
    ADDRESS = "address"


class KeyUse(StrEnum):
    """Whether it holds now. A name may also be one that the child is known by, or another one."""

    NOW = "now"
    KNOWN_AS = "known_as"
    FORMER = "former"
    ALSO = "also"


class Sort(StrEnum):
    """In which order what was found is shown."""

    CLOSEST = "closest"
    NAME = "name"
    YOUNGEST = "youngest"
    OLDEST = "oldest"


class Strength(StrEnum):
    """How strongly a suggestion is made. A person decides all the same."""

    LIKELY = "likely"
    POSSIBLE = "possible"


class Reason(IntFlag):
    """Why a child was found. The bits are the database function's own; never give one a second meaning."""

    SAME_NAME = 1
    SPELT_ALIKE = 2
    SOUNDS_ALIKE = 4
    FORM_OF_NAME = 8
    BEGINS_ALIKE = 16
    PART_OF_NAME = 32
    KNOWN_AS = 64
    FORMER_NAME = 128
    OTHER_NAME = 256
    BORN_SAME_DAY = 512
    BORN_SWAPPED = 1024
    BORN_NEARLY = 2048
    AGE = 4096
    POSTCODE = 8192
    POSTCODE_BEGINS = 16384
    ADDRESS = 32768
    ADDRESS_ALIKE = 65536
    FORMER_ADDRESS = 131072
    NHS_NUMBER = 262144
    UPN = 524288
    REFERENCE = 1048576
    JOINED = 2097152


#: Each reason as a page says it, in the order in which they are said.
REASON_WORDS: dict[Reason, str] = {
    Reason.NHS_NUMBER: "same NHS number",
    Reason.UPN: "same unique pupil number",
    Reason.REFERENCE: "same reference",
    Reason.SAME_NAME: "same name",
    Reason.FORM_OF_NAME: "another form of the name",
    Reason.SOUNDS_ALIKE: "sounds like the name",
    Reason.SPELT_ALIKE: "spelt nearly the same",
    Reason.BEGINS_ALIKE: "name begins the same",
    Reason.PART_OF_NAME: "part of the name",
    Reason.KNOWN_AS: "known as",
    Reason.OTHER_NAME: "another name used",
    Reason.FORMER_NAME: "a former name",
    Reason.BORN_SAME_DAY: "born the same day",
    Reason.BORN_SWAPPED: "born that day with day and month the other way round",
    Reason.BORN_NEARLY: "date of birth differs in one part",
    Reason.AGE: "of that age",
    Reason.ADDRESS: "same address",
    Reason.ADDRESS_ALIKE: "address nearly the same",
    Reason.POSTCODE: "same postcode",
    Reason.POSTCODE_BEGINS: "same postcode district",
    Reason.FORMER_ADDRESS: "a former address",
    Reason.JOINED: "on a record that was joined to this one",
}

#: Other forms of a name that neither sound nor spelling brings together: short forms, and the same name in
#: languages spoken in England. Searched both ways. All lower case, without accents.
FORMS_OF_NAMES: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
    abdul abdool abdal
    abigail abi abby abbie gail
    abraham ibrahim abe bram ibrahima
    aisha ayesha aysha aicha ayse
    albert bert bertie al
    alexander alex alec sandy sasha aleksander aleksandr alexandru oleksandr iskandar alejandro sacha xander
    alexandra alex sandra sasha aleksandra oleksandra lexi alexa
    alfred alf alfie fred
    alison ali allie
    amelia millie amy emilia
    andrew andy drew andrei andrzej andriy andre andreas
    ann anne anna annie hannah hanna nan ania anya anka
    anthony tony antoni antonio anton
    archibald archie
    arthur art artie artur
    barbara barb babs basia
    benjamin ben benny benji binyamin
    bridget bridie brid brigid brigit
    caroline carol carrie karolina caz
    catherine katherine kathryn kate katie kathy cathy kitty caitlin katarzyna kasia katya kateryna
    charles charlie chas chuck karol carl carlos
    charlotte charlie lottie lotte
    christine christina chris tina kirsty krystyna krysia cristina
    christopher chris kit krzysztof krzys christy
    conor connor conchobhar
    cornelius con neil
    daniel dan danny danil daniil danyal daniyal
    david dave davy dai dafydd dawid daud dawood dawud
    deborah debbie deb debra
    diarmuid dermot diarmaid
    dorothy dot dolly dorota
    edward ed eddie ted teddy ned edek
    eleanor ellie ella nell nora leonora elinor
    elizabeth liz lizzie beth betty eliza lisa libby elsie elspeth elzbieta elisabeta isabel betsy
    emily em emmie millie emilia
    emma em emmie
    eoghan owen eoin euan ewan ewen
    eugene gene yevhen evgeny
    fatima fatma fatoumata fatou fatimah
    florence flo florrie flossie
    frances fran francesca frankie fanny
    francis frank frankie franciszek francisco
    frederick fred freddie freddy
    gabriel gabe gabi jibril jibreel djibril
    george georgie jerzy giorgi gheorghe jorge georgios yuri
    georgina georgia georgie gina
    gerald gerard gerry jerry
    grace gracie
    gregory greg grzegorz grigore
    harold harry hal
    harriet hattie harri
    helen ellen elena olena nell nellie ela
    henry harry hal hank henryk enrique
    hugh hughie aodh
    ibrahim ibraheem ebrahim ibrahima
    isaac ishaq izaak zak
    ishmael ismail ismael ismaeel
    isobel isabel isabelle isabella izzy bella izabela iza ishbel
    jacob jake jakub kuba yakub yaqub jakob james
    james jim jimmy jamie jem seamus hamish jacob jago
    jane janie jean jeanie joanna
    janet jan jess
    jeffrey geoffrey jeff geoff
    jennifer jen jenny jennie
    jessica jess jessie
    joan joanne joanna jo joanie asia
    john jack johnny jon ian sean ivan jan jean juan giovanni johan hans yahya evan shaun shane ioan eoin
    jonathan jon jonny nathan
    joseph joe joey josef jozef yusuf yousef yusef iosif jose seosamh yosef
    joshua josh yehoshua
    judith judy jude
    julia julie jules yulia
    kenneth ken kenny
    kimberley kim
    lawrence laurence larry laurie loz
    leonard leo len lenny
    lewis louis lou luis ludwik
    louise lou louisa lulu
    lucy lucia lucja lucie
    luke lucas lukasz luca
    madeleine maddie maddy madelyn
    magdalena magda maddalena
    malgorzata margaret gosia malgosia
    margaret maggie meg peggy rita greta margo madge mags mairead marge margarita
    mark marcus marek marc marco
    martin marty marcin
    martha mattie marta
    mary maria marie molly polly maryam mariam miriam may maire moira maura mia marysia
    matilda tilly tillie mathilda
    matthew matt matty mateusz matei mathew mattias matvei
    maurice morris mo muiris
    michael mike mick micky mikey michal mikhail mihai mykhailo miguel micheal mickey mikael
    mohammed mohamed mohammad muhammad mohamad mahomed mo mohd md mamadou mehmet mohamud muhammed
    moses musa moussa moshe
    natalie nat natalia natasha nataliya
    nathaniel nathan nat nate
    nicholas nick nicky nico nikolai mikolaj nicolae mykola klaus colin
    nicola nicky nikki nicole
    noah nuh
    oliver ollie olly olivier
    olivia liv livvy ollie oliwia
    omar umar oumar omer umer
    patricia pat patsy tricia trish patrycja
    patrick pat paddy padraig patryk
    paul pawel pablo pavel pavlo
    penelope penny
    peter pete piotr petr pedro pyotr petro peadar petru
    philip phil pip filip
    rachel rach raquel rahel
    raymond ray
    rebecca becky becca bex rebekah
    richard rick dick rich richie ricky ryszard
    robert rob bob robbie bobby bert roberto
    roisin rosheen rosaleen
    ronald ron ronnie
    rose rosie roz rosa
    ruairi rory ruaridh ruari
    samantha sam sammy sammie
    samuel sam sammy samir shmuel
    sara sarah sadie sally zara
    saoirse seersha sersha
    sean shaun shawn shane
    siobhan shevaun chevonne joan shivaun
    sinead shinade jane
    solomon sol sulaiman suleiman sulayman suleyman
    stephen steve steven stevie stefan szczepan esteban istvan stepan
    susan sue susie suzie suzanne zuzanna susanna
    tadhg tim tiege teague
    teresa theresa terry tess tessa
    thomas tom tommy tomasz toma
    theodore theo ted teddy fyodor teodor
    timothy tim timmy
    victoria vicky vicki tori wiktoria viktoria
    vincent vince vinny wincenty
    walter walt wally
    wilhelmina mina minnie
    william will bill billy willy liam wilhelm vilhelm uilliam guillermo willem wills
    wojciech wojtek
    yasmin jasmine yasmeen jasmin yasemin
    zachary zach zack zak zachariah zakaria zakariya
    zofia sophia sofia zosia sophie sofiya
    """.strip().splitlines()
)
