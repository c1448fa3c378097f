"""The search for people: who is found by what, and who is not, whatever is typed."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from sightline.agencies.terms import Permission
from sightline.audit.models import AuditEvent
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted
from sightline.kernel.viewer import Viewer, looking_as
from sightline.matching import actions, queries
from sightline.matching.rules import ChildDetails, parse
from sightline.matching.terms import Reason, Sort, Strength

pytestmark = pytest.mark.django_db


def found(viewer: Viewer, text: str, **options) -> list:
    with looking_as(viewer):
        return list(queries.search(parse(text, today()), **options).found)


def folders(viewer: Viewer, text: str, **options) -> list:
    return [child.folder_id for child in found(viewer, text, **options)]


SPELLINGS = [
    ("Siobhán", "Byrne", "Shevaun Byrne"),
    ("Siobhán", "Byrne", "siobhan byrne"),
    ("Niamh", "Kelly", "Neve Kelly"),
    ("Zofia", "Nowak", "Sophia Nowak"),
    ("Zofia", "Wójcik", "Zofia Wojcik"),
    ("Łukasz", "Kowalski", "lukasz kowalsky"),
    ("Małgorzata", "Lis", "Gosia Lis"),
    ("Mohammed", "Hussain", "Muhammad Hussein"),
    ("محمد", "حسين", "Mohammed Hussein"),
    ("Олександр", "Шевченко", "Oleksandr Shevchenko"),
    ("Alexander", "Ivanov", "Александр Иванов"),
    ("Γιώργος", "Παππάς", "Giorgos Pappas"),
    ("Ciara", "O'Brien", "Ciara OBrien"),
    ("Ciara", "O’Brien", "ciara o'brien"),
    ("Ciara", "OBrien", "Ciara O Brien"),
    ("Nguyễn", "Anh", "Nguyen Anh"),
    ("Thi", "Nguyen", "Thi Nyugen"),
    ("Amara", "Okafor-Smith", "Amara Smith"),
    ("Amara", "Okafor-Smith", "Amara Okafor Smith"),
    ("Amara", "Okafor-Smith", "amara okaforsmith"),
    ("Amara", "Okafor Smith", "Smith, Amara"),
    ("Mary Ann", "Hughes", "Maryann Hughes"),
    ("Maryann", "Hughes", "Mary Ann Hughes"),
    ("Xu", "Li", "Li Xu"),
    ("Jonathan", "Chaudhry", "Jonathan Choudhury"),
    ("Jonathan", "Price", "Jonahtan Price"),
    ("Jonathan", "Price", "Jonatan Pirce"),
    ("Katherine", "Bell", "Catherine Bell"),
    ("Katherine", "Bell", "Katie Bell"),
    ("William", "Forde", "Billy Forde"),
    ("Tadhg", "Murphy", "Teague Murphy"),
    ("Jürgen", "Müller", "Juergen Mueller"),
    ("Renée", "d'Arcy", "renee darcy"),
    ("Aisha", "Begum", "Ayesha Begum"),
    ("Chukwuemeka", "Eze", "Chukwuemka Eze"),
    ("Oluwaseun", "Adebayo", "Oluwasuen Adebayo"),
    ("Jaspreet", "Kaur", "jas kaur"),
]


@pytest.mark.parametrize(("given", "family", "typed"), SPELLINGS)
def test_a_child_is_found_however_the_name_is_spelt(world, searcher, given, family, typed):
    child = world.child(given, family, date(2016, 3, 12))
    for other in ("Thomas Clark", "Priya Patel", "Grace Hill", "Ibrahim Yusuf", "Ellen Ward"):
        world.child(*other.split(), date(2015, 5, 5))
    assert folders(searcher, typed)[:1] == [child]


def test_the_same_name_comes_before_one_that_sounds_like_it(world, searcher):
    alike = world.child("Sofiya", "Nowack")
    same = world.child("Zofia", "Nowak")
    shown = found(searcher, "Zofia Nowak")
    assert [child.folder_id for child in shown] == [same, alike]
    assert shown[0].reasons == ("same name",)
    assert "another form of the name" in shown[1].reasons


def test_known_as_and_former_names_find_and_say_so_without_giving_the_name(world, searcher):
    child = world.child("Jessica", "Marsh", known_as="Jay", former=("Jessica", "Quill"))
    by_known_as, by_former = found(searcher, "Jay"), found(searcher, "Jessica Quill")
    assert by_known_as[0].folder_id == by_former[0].folder_id == child
    assert by_known_as[0].likeness & Reason.KNOWN_AS
    assert by_former[0].likeness & Reason.FORMER_NAME
    assert "Quill" not in repr(by_former[0])


def test_a_name_entered_in_error_finds_nobody(world, searcher, owning):
    from sightline.children.models import PersonName

    child = world.child("Erin", "Ashby")
    with owning():
        name = PersonName.objects.get(folder_id=child)
        PersonName.objects.filter(id=name.id).update(held_until=name.held_from)
        actions.refresh_keys([child])
    assert folders(searcher, "Erin Ashby") == []


@pytest.mark.obligation("REC-12")
def test_a_name_in_use_that_was_recorded_wrongly_finds_nobody(world, owning):
    from sightline.access.models import Grant
    from sightline.children.actions import recorded_wrongly
    from sightline.children.models import PersonName
    from sightline.children.terms import Fact

    writer = world.practitioner(Permission.SEARCH, Permission.READ_FOLDER, Permission.WRITE_FOLDER)
    child = world.child("Erin", "Ashby", known_as="Zebedee")
    world.grant(child, writer)
    with owning():
        Grant.objects.filter(folder_id=child).update(level="write")
        name = PersonName.objects.get(folder_id=child, use="known_as")
    assert folders(writer, "Zebedee") == [child]
    with looking_as(writer):
        recorded_wrongly(child, Fact.NAME, name.id, "Another child of this class is called so")
    assert folders(writer, "Zebedee") == []
    assert folders(writer, "Erin Ashby") == [child]
    assert found(writer, "Erin Ashby")[0].known_as == ""


def test_date_of_birth_also_with_day_and_month_swapped(world, searcher):
    child = world.child("Ana", "Reyes", date(2016, 3, 12))
    (exact,) = found(searcher, "12/03/2016")
    (swapped,) = found(searcher, "3 December 2016")
    assert exact.folder_id == swapped.folder_id == child
    assert exact.reasons == ("born the same day",)
    assert swapped.likeness == Reason.BORN_SWAPPED
    assert exact.points > swapped.points


def test_a_date_of_birth_that_differs_in_one_part_counts_beside_the_name(world, searcher):
    nearer = world.child("Ana", "Reyes", date(2016, 3, 21))
    other = world.child("Ana", "Reyes", date(2009, 8, 1))
    assert folders(searcher, "Ana Reyes 20/03/2016") == [nearer, other]


def test_an_age_finds_by_itself_and_orders_beside_a_name(world, searcher):
    nine = world.child("Ana", "Reyes", date(today().year - 9, 1, 1))
    world.child("Ana", "Reyes", date(today().year - 3, 1, 1))
    assert folders(searcher, "9 years") == [nine]
    assert folders(searcher, "Ana Reyes aged 9")[0] == nine


def test_address_and_postcode(world, searcher):
    child = world.child("Ana", "Reyes", lines="Flat 3, 12 Church Road\nBradwell", postcode="ZZ99 3CZ")
    world.child("Ben", "Cole", lines="12 Mill Lane", postcode="ZZ98 1AA")
    for typed in (
        "12 church rd",
        "Church Road",
        "12 Chruch Road",
        "zz993cz",
        "ZZ99 3CZ",
        "ZZ99",
        "flat 3 12 church road",
    ):
        assert folders(searcher, typed) == [child], typed
    assert found(searcher, "ZZ99 3CZ")[0].reasons == ("same postcode",)


def test_numbers(world, searcher, owning):
    from sightline.access.models import Folder

    child = world.child("Ana", "Reyes", nhs="9990000018", upn="B999200005001")
    with owning():
        number = Folder.objects.get(id=child).number
    assert folders(searcher, "999 000 0018") == [child]
    assert folders(searcher, "NHS number: 9990000018") == [child]
    assert folders(searcher, "b999200005001") == [child]
    assert folders(searcher, number) == [child]
    assert folders(searcher, "999 000 0026") == []


@pytest.mark.obligation("REC-18")
def test_a_sealed_child_is_found_by_the_named_alone(world, searcher):
    named = world.practitioner(Permission.SEARCH)
    child = world.child("Ana", "Reyes", date(2016, 3, 12), postcode="ZZ99 3CZ", nhs="9990000018")
    world.seal(child, named)
    for typed in ("Ana Reyes", "12/03/2016", "ZZ99 3CZ", "9990000018"):
        assert folders(searcher, typed) == []
        assert folders(named, typed) == [child]


@pytest.mark.obligation("REC-18")
def test_a_sealed_child_changes_neither_the_count_nor_who_else_is_shown(world, searcher):
    named = world.practitioner(Permission.SEARCH)
    for given in ("Sofiya", "Zofia"):
        world.child(given, "Nowack")
    with looking_as(searcher):
        before = queries.search(parse("Zofia Nowak 12/03/2016", today()))
    # The best match of all: it would push the others below what is close enough.
    world.seal(world.child("Zofia", "Nowak", date(2016, 3, 12)), named)
    with looking_as(searcher):
        assert queries.search(parse("Zofia Nowak 12/03/2016", today())) == before
        assert before.count == 2


@pytest.mark.obligation("REC-18")
def test_a_record_joined_to_a_sealed_one_is_hidden_with_it(world, searcher):
    named = world.practitioner(Permission.SEARCH)
    known = world.child("Ana", "Reyes")
    new = world.child("Anna", "Reyes")
    world.join(new, known, searcher)
    (shown,) = found(searcher, "Anna Reyes")
    assert shown.folder_id == known
    assert shown.likeness & Reason.JOINED
    world.seal(known, named)
    assert found(searcher, "Anna Reyes") == []
    assert folders(named, "Anna Reyes") == [known]


@pytest.mark.obligation("REC-18")
def test_a_confidential_address_finds_the_child_only_for_those_who_may_see_it(world, searcher):
    allowed = world.practitioner(Permission.SEARCH, Permission.SEE_CONFIDENTIAL_ADDRESS)
    child = world.child(
        "Ana", "Reyes", lines="7 Haven Street", postcode="ZZ97 1AB", area="Quayside", confidential=True
    )
    for typed in ("7 Haven Street", "Haven Street", "ZZ97 1AB", "ZZ97"):
        assert folders(searcher, typed) == [], typed
        assert folders(allowed, typed) == [child], typed
    (shown,) = found(searcher, "Ana Reyes Haven Street ZZ97 1AB")
    assert shown.reasons == ("same name",)
    assert shown.area == ""


def test_only_whoever_may_search_finds_anybody(world):
    world.child("Ana", "Reyes")
    for viewer in (world.practitioner(Permission.RAISE_CONCERN), Viewer.for_job("matching"), Viewer.public()):
        assert found(viewer, "Ana Reyes") == []
    with looking_as(world.practitioner(Permission.RAISE_CONCERN)), pytest.raises(NotPermitted):
        actions.search("Ana Reyes")


@pytest.mark.obligation("REC-18")
def test_nobody_reads_or_writes_the_keys_and_nobody_reaches_past_the_seals(world, searcher):
    folder = world.child("Ana", "Reyes")
    for statement in (
        "SELECT 1 FROM matching_searchkey",
        "SELECT 1 FROM matching_searchword",
        "SELECT 1 FROM matching_lexeme",
        "DELETE FROM matching_searchkey",
        "DELETE FROM matching_searchword",
        f"INSERT INTO matching_searchkey (folder_id, kind, value) VALUES ('{folder}', 'nhs', '1')",
        f"INSERT INTO matching_searchword (folder_id, kind, word) VALUES ('{folder}', 'name', 'x')",
        "INSERT INTO matching_lexeme (kind, word) VALUES ('name', 'x')",
        "SELECT * FROM matching_candidates('{}', true, '{}', 0)",
    ):
        with (
            looking_as(searcher),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_result_says_who_works_with_the_child_and_whether_the_record_opens(world, searcher):
    child = world.child(
        "Ana", "Reyes", agencies=(("Northmoor Police", "01632 960001"), ("another service", "the front door"))
    )
    (closed,) = found(searcher, "Ana Reyes")
    assert [(a.name, a.reach) for a in closed.agencies] == [
        ("another service", "the front door"),
        ("Northmoor Police", "01632 960001"),
    ]
    assert not closed.opens
    world.grant(child, searcher)
    assert found(searcher, "Ana Reyes")[0].opens


def test_close_ones_only_unless_looser_ones_are_asked_for(world, searcher):
    both = world.child("Ana", "Reyes")
    half = world.child("Ana", "Clark")
    assert folders(searcher, "Ana Reyes") == [both]
    assert folders(searcher, "Ana Reyes", loosely=True) == [both, half]
    assert set(folders(searcher, "Ana Unheardof")) == {both, half}


def test_pages_and_sorting(world, searcher):
    made = [world.child("Ana", f"Reyes{letter}", date(2010 + at, 1, 1)) for at, letter in enumerate("abcde")]
    with looking_as(searcher):
        question = parse("Ana", today())
        first = queries.search(question, sort=Sort.NAME, size=2)
        last = queries.search(question, sort=Sort.NAME, size=2, page=3)
        youngest = queries.search(question, sort=Sort.YOUNGEST, size=2)
        oldest = queries.search(question, sort=Sort.OLDEST, size=1)
    assert first.count == last.count == 5
    assert [child.folder_id for child in first.found] == made[:2]
    assert [child.folder_id for child in last.found] == made[4:]
    assert [child.folder_id for child in youngest.found] == [made[4], made[3]]
    assert [child.folder_id for child in oldest.found] == [made[0]]


HOSTILE = [
    "'; DROP TABLE children_person; --",
    "%' OR '1'='1",
    "\x00\x01\x07Ana\x1f",
    "\u202eseyeR anA\u202c",
    "👧🏽👨‍👩‍👧",
    "<script>alert(1)</script>",
    '{"words": 1}',
    "a" * 10_000,
    "Ana " * 2_500,
    "31/02/2016",
    "\ud800",
    "((((",
    "%%%%____",
    "0",
    "99/99/9999",
    "1/1/0000",
    "aged 99",
    "ا" * 500,
    "12 " * 200,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_answered(world, searcher, text):
    world.child("Bob", "Quint")
    with looking_as(searcher):
        answer = actions.search(text)
        assert answer.results.count == len(answer.results.found) == 0


def test_invisible_characters_do_not_part_a_name(world, searcher):
    child = world.child("Ana", "Reyes")
    assert folders(searcher, "\x00An\u200ba\u202e Re\u00adyes\x07") == [child]


@pytest.mark.obligation("REC-18")
def test_a_search_is_told_to_the_trail_with_the_ids_shown_and_no_words(world, searcher, owning):
    child = world.child("Ana", "Reyes")
    with looking_as(searcher):
        actions.search("Ana Reyes")
    with owning():
        event = AuditEvent.objects.get(verb="searched", practitioner_id=searcher.practitioner_id)
    assert event.detail == {
        "found": 1, "page": 1, "folders": [str(child)], "adults": [], "elsewhere": [],
    }  # fmt: skip
    assert "Reyes" not in str(vars(event))


def test_one_journey_to_the_database(world, searcher, django_assert_num_queries):
    for at in range(30):
        world.child("Ana", f"Reyes{at}")
    with looking_as(searcher), django_assert_num_queries(1):
        assert len(queries.search(parse("Ana", today())).found) == 20


# -- adults ---------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-18")
def test_adults_are_found_after_children_and_only_in_records_that_open(world, searcher):
    named = world.practitioner(Permission.SEARCH)
    mine, other, sealed = (world.child(name, "Clark") for name in ("Ana", "Ben", "Cara"))
    mother = world.adult("Halina", "Zawada", mine, other, sealed)
    namesake = world.child("Halina", "Zawada")
    world.grant(mine, searcher)
    world.grant(sealed, searcher)
    world.seal(sealed, named)

    def adults(viewer: Viewer, text: str = "Halina Zawada") -> list:
        with looking_as(viewer):
            results = queries.search(parse(text, today()))
        assert [child.folder_id for child in results.found] == [namesake]
        assert results.count == 1
        return [(a.person_id, a.name, a.kinship, a.child, a.folder_id) for a in results.adults]

    assert adults(searcher) == [(mother, "Halina Zawada", "mother", "Ana Clark", mine)]
    assert adults(searcher, "Helina Zawadda")[0][0] == mother
    assert [row[4] for row in adults(named)] == [sealed]
    assert adults(world.practitioner(Permission.SEARCH)) == []


def test_a_name_alone_is_answered_as_the_general_way_would(world, searcher):
    """Three shorter ways stand for one, two and more words: each must grade and count as the long one does."""
    given = ("Zofia", "Sophia", "Mary Ann", "Maryann", "Jack", "Jackie", "John")
    family = ("Nowak", "Novak", "Okafor-Smith", "Smith", "Jackson")
    children = [world.child(one, other) for one in given for other in family]
    children += [
        world.child("Ann", "Mary", known_as="Jack", former=("Zofia", "Smith")),
        world.child("Ben", "Lark", known_as="Sophie Ann", former=("Jon", "Novak")),
    ]
    world.adult("Zofia", "Novak", *children[:4])
    world.adult("Jack", "Smith Jackson", children[5], kinship="father")
    for folder in children[:6]:
        world.grant(folder, searcher)
    world.seal(children[7], world.practitioner(Permission.SEARCH))
    world.join(children[9], children[10], searcher)
    typed = (
        "Zofia", "Jac", "smi", "Jackson", "Johnny", "Zofia Nowak", "Smith, Mary Ann", "jakc smiht", "Ann Mary",
        "Mary Ann Okafor Smith", "Zofia Sophia Novak", "Jack – Smith", "Nobody Atall", "Novak 9 years",
    )  # fmt: skip
    with looking_as(searcher), connection.cursor() as cursor:
        for text in typed:
            for options in ({}, {"loosely": True}, {"sort": Sort.NAME}, {"leave_out": children[:2]}):
                query = parse(text, today()).query(**options)
                for skipped in (0, 20):
                    answers = []
                    for way in (query, {**query, "together": True}):
                        cursor.execute(
                            "SELECT * FROM matching_search(%s::jsonb, 20, %s)", [json.dumps(way), skipped]
                        )
                        answers.append(cursor.fetchall())
                    assert answers[0] == answers[1], (text, options, skipped)
                    assert answers[0] or skipped or text == "Nobody Atall", text


def test_whatever_the_search_reads_of_hidden_or_confidential_records_counts_nowhere() -> None:
    """Not even in choosing the way of searching: its time would tell of a reference in a sealed record."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'matching_candidates'")
        [(source,)] = cursor.fetchall()
    reads = re.split(r"JOIN (?=matching_search(?:key|word)\b)", source)[1:]
    assert len(reads) > 5
    for read in reads:
        where = re.split(r"\bUNION ALL\b|\bGROUP BY\b|\n    \), ", read)[0]
        assert "folder_id NOT IN (SELECT unnest(hidden))" in where, where
        # A date of birth is no address: only it is in no confidential key.
        assert "confidential OR confidential_too" in where or "k.kind = 'born'" in where, where


def test_an_adults_new_name_finds_from_every_childs_record(world, searcher, owning):
    from sightline.children.models import PersonName

    one, two = world.child("Ana", "Clark"), world.child("Ben", "Clark")
    mother = world.adult("Halina", "Zawada", one, two)
    world.grant(two, searcher)
    with owning():
        PersonName.objects.filter(person_id=mother).update(family="Malik")
        actions.refresh_keys([one])
    with looking_as(searcher):
        (adult,) = queries.search(parse("Halina Malik", today())).adults
        assert queries.search(parse("Zawada", today())).adults == ()
    assert (adult.name, adult.folder_id) == ("Halina Malik", two)


# -- suggestions ----------------------------------------------------------------------------------


def test_a_known_child_is_suggested_with_reasons_and_the_concerns_own_folder_is_not(world, searcher):
    known = world.child("Zofia", "Nowak", date(2016, 3, 12), postcode="ZZ99 3CZ")
    world.child("Zofia", "Nowak", date(2009, 9, 9))
    own = world.child("Sophia", "Nowak", date(2016, 12, 3))
    details = ChildDetails(names=(("Sophia", "Nowak"),), born_on=date(2016, 12, 3), postcode="zz99 3cz")
    with looking_as(searcher):
        (best, *others) = queries.suggest(details, leave_out=[own])
    assert best.folder_id == known
    assert best.strength is Strength.LIKELY
    assert set(best.reasons) == {
        "another form of the name", "born that day with day and month the other way round", "same postcode"
    }  # fmt: skip
    assert own not in [child.folder_id for child in others]


def test_another_child_of_the_same_name_is_not_suggested_against_the_date_of_birth(world, searcher):
    world.child("Zofia", "Nowack", date(2009, 9, 9))
    with looking_as(searcher):
        assert queries.suggest(ChildDetails((("Zofia", "Nowak"),), born_on=date(2016, 12, 3))) == ()
        assert len(queries.suggest(ChildDetails((("Zofia", "Nowak"),)))) == 1
        assert queries.suggest(ChildDetails(())) == ()


def test_known_as_in_a_concern_suggests_the_full_name_on_record(world, searcher):
    known = world.child("Bartholomew", "Quill", date(2016, 3, 12))
    details = ChildDetails((("Zed", "Quill"), ("Bartholomew", "")), born_on=date(2016, 3, 12))
    with looking_as(searcher):
        assert [child.folder_id for child in queries.suggest(details)] == [known]


@pytest.mark.obligation("REC-18")
def test_sealed_folders_are_matched_by_the_job_alone(world, searcher):
    named = world.practitioner()
    sealed = world.child("Zofia", "Nowak", date(2016, 3, 12))
    open_to_all = world.child("Zofia", "Nowak", date(2016, 3, 12))
    world.seal(sealed, named)
    details = ChildDetails((("Sofia", "Nowak"),), born_on=date(2016, 3, 12))
    with looking_as(Viewer.for_job("matching")):
        (match,) = queries.sealed_matches(details, leave_out=[open_to_all])
        assert queries.sealed_matches(ChildDetails((("Kofi", "Mensah"),))) == ()
    assert match.folder_id == sealed
    assert match.named == (named.practitioner_id,)
    assert match.strength is Strength.LIKELY
    for viewer in (searcher, named, Viewer.for_job("duties"), Viewer.public()):
        with looking_as(viewer):
            assert queries.sealed_matches(details) == ()
    with looking_as(searcher):
        assert [child.folder_id for child in queries.suggest(details)] == [open_to_all]


def test_suggestions_for_the_child_of_a_folder_never_name_the_folder_itself(world, searcher):
    known = world.child("Zofia", "Nowak", date(2016, 3, 12), postcode="ZZ99 3CZ", known_as="Zosia")
    own = world.child(
        "Zosia", "Nowak", date(2016, 3, 12), postcode="ZZ99 3CZ", lines="1 Mill Lane", nhs="9990000018"
    )
    with looking_as(searcher), pytest.raises(NotFound):
        queries.suggest_for_child(own)
    world.grant(own, searcher)
    with looking_as(searcher):
        (suggestion,) = queries.suggest_for_child(own)
        assert queries.suggest_for_child(own, leave_out=[known]) == ()
    assert suggestion.folder_id == known
    assert suggestion.reasons == ("another form of the name", "born the same day", "same postcode")


def test_the_job_finds_the_sealed_folder_of_a_concerns_child(world, searcher):
    named = world.practitioner()
    sealed = world.child("Zofia", "Nowak", date(2016, 3, 12))
    own = world.child("Zofia", "Nowak", date(2016, 3, 12))
    world.seal(sealed, named)
    with looking_as(Viewer.for_job("matching")):
        assert queries.sealed_matches_for_folder(own) == [(sealed, (named.practitioner_id,))]
        assert queries.sealed_matches_for_folder(sealed) == []
