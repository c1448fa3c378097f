"""The People tab through the whole program: what is shown to whom, and what a form keeps and refuses."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from sightline.access.models import Joining
from sightline.access.queries import draft_lines
from sightline.agencies.models import Practitioner, User
from sightline.children import actions, queries
from sightline.children.pages import frame
from sightline.children.rules import Address, Answer, Birth, Names, NewAdult, NewInvolvement, NewTie, Number
from sightline.children.terms import Answered, IdentityQuestion, Kinship, Known, Scheme
from sightline.kernel.time import now

from .conftest import World, days_ago

NHS = "9990000018"


def signed_in(world: World, who: Practitioner) -> Client:
    with world.owning():
        who.user = User.objects.create(email=f"{uuid4()}@example.org")
        who.save()
    client = Client()
    client.force_login(who.user)
    return client


@pytest.fixture
def desk(world, worker):
    return signed_in(world, worker)


@pytest.fixture
def full(world, worker, folder_id, child_id):
    """Maya with something of everything."""
    with world.looking(worker):
        mother = actions.record_adult(
            folder_id, NewAdult(Names("Ana", "Ferreira"), Birth(telephone="01632 960555"))
        )
        actions.tie(folder_id, NewTie(mother, Kinship.MOTHER, Known.YES, Known.YES, "Mum"))
        actions.move_to(folder_id, Address(lines="1 Old Street", area="Eastmere", held_from=days_ago(400)))
        actions.move_to(folder_id, Address(lines="4 Quay Row", area="Northmoor", held_from=days_ago(30)))
        actions.involve(
            folder_id, NewInvolvement(world.council.pk, "social worker", worker.pk, "Visits", lead=True)
        )
        actions.give_identifier(folder_id, Number(Scheme.NHS, NHS))
        actions.answer_identity(
            folder_id,
            Answer(IdentityQuestion.RELIGION, Answered.GIVEN, words="Sunday school", self_described=True),
        )
    return mother


def post(client: Client, name: str, args: list, data: dict, **extra):
    return client.post(reverse(f"children:{name}", args=args), data, **extra)


@pytest.mark.obligation("PAR-04")
@pytest.mark.obligation("ASM-08")
def test_the_people_tab_shows_family_workers_and_past_places(desk, folder_id, full):
    frame.agency_roles.insert(
        0, lambda kind: frame.AgencyRole("Social care", "Leads", ("assessments",), "The manual, 1.2")
    )
    try:
        page = desk.get(reverse("children:people", args=[folder_id])).content.decode()
    finally:
        frame.agency_roles.pop(0)
    for words in (
        "Ana Ferreira",
        "Mum",
        "Dana Okafor",
        "Visits",
        "Lead professional",
        "4 Quay Row",
        "1 Old Street",
    ):
        assert words in page
    assert "Leads" in page
    assert "The manual, 1.2" in page


@pytest.mark.obligation("REC-02")
def test_the_page_of_gaps_says_what_is_missing(desk, folder_id, full):
    page = desk.get(reverse("children:complete", args=[folder_id])).content.decode()
    assert "Ethnicity" in page
    assert "Risk assessment" in page
    assert "Religion" not in page.split("What the record lacks")[-1].split("</main>")[0]


def test_every_page_renders_for_child_and_adult(world, desk, folder_id, child_id, full):
    view = None
    with world.looking(_worker(folder_id)):
        view = queries.child_page([folder_id])
    tie, involvement = view.ties[0], view.involvements[0]
    number = view.child.numbers[0]
    addresses = [
        reverse(f"children:{name}", args=[folder_id])
        for name in ("people", "complete", "add", "sibling", "born", "status", "authority", "involve")
    ]
    for who in (child_id, full):
        addresses += [
            reverse(f"children:{name}", args=[folder_id, who])
            for name in ("person", "name", "birth", "number", "address", "left_address")
        ]
        addresses += [reverse("children:identity", args=[folder_id, who, q.value]) for q in IdentityQuestion]
    addresses += [
        reverse("children:tie", args=[folder_id, tie.id]),
        reverse("children:withdraw", args=[folder_id, child_id, number.id]),
        reverse("children:end", args=[folder_id, "tie", tie.id]),
        reverse("children:end", args=[folder_id, "involvement", involvement.id]),
        reverse("children:provider", args=[folder_id, "gp"]),
        reverse("children:involve", args=[folder_id]) + f"?agency={world.council.pk}",
    ]
    for address in addresses:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        assert "Maya" in answer.content.decode()


def _worker(folder_id):
    from sightline.kernel.viewer import Viewer

    return Viewer.practitioner(Practitioner.objects.get(name="Dana Okafor").pk)


def test_another_childs_worker_is_led_to_the_pointer_and_writes_nothing(
    world, stranger, folder_id, child_id, full
):
    client = signed_in(world, stranger)
    invented, pointer = uuid4(), reverse("matching:pointer", args=[folder_id])
    assert client.get(reverse("children:people", args=[folder_id])).headers["Location"] == pointer
    assert client.get(reverse("children:person", args=[folder_id, full])).headers["Location"] == pointer
    assert client.get(reverse("children:people", args=[invented])).status_code == 404
    for folder in (folder_id, invented):
        assert post(client, "add", [folder], {"given": "X"}).status_code == 404


def test_a_person_of_another_child_is_not_reached_through_ones_own(world, worker, desk, folder_id, child_id):
    other_folder = world.folder()
    other = world.child(other_folder)
    assert desk.get(reverse("children:person", args=[folder_id, other])).status_code == 404
    assert post(desk, "name", [folder_id, other], {"given": "X"}).status_code == 404


def test_a_reader_sees_no_links_to_change(world, visitor, folder_id, child_id, full):
    world.grant(folder_id, visitor, "read")
    client = signed_in(world, visitor)
    page = client.get(reverse("children:people", args=[folder_id])).content.decode()
    assert "/add/" not in page
    assert post(client, "add", [folder_id], _person()).status_code == 403


def _person(**changes):
    return {
        "given": "Lucia",
        "family": "Ferreira",
        "sex": "F",
        "kinship": "grandparent",
        "parental_responsibility": "no",
        "lives_with_child": "no",
        **changes,
    }


def test_somebody_is_added_and_changed(world, worker, desk, folder_id, child_id):
    assert post(desk, "add", [folder_id], _person()).status_code == 302
    with world.looking(worker):
        tie = queries.child_page([folder_id]).ties[0]
    assert tie.name == "Lucia Ferreira"
    changed = {
        "kinship": "grandparent",
        "words": "Avó",
        "parental_responsibility": "yes",
        "lives_with_child": "yes",
        "seen": str(tie.id),
    }
    assert post(desk, "tie", [folder_id, tie.id], changed).status_code == 302
    with world.looking(worker):
        view = queries.child_page([folder_id])
    assert [t.said for t in view.responsible_parents] == ["Avó"]
    assert len(view.every_tie) == 2


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("add", _person(given="", family=""), "Enter at least one name"),
        ("add", _person(kinship=""), "Select who they are"),
        ("add", _person(given="x" * 300), "Shorten"),
        ("authority", {"responsible": ""}, "Enter which authority|Answer the question"),
        ("status", {"kind": "protection_plan", "held_from-day": "1"}, "Select the category of the plan"),
    ],
)
def test_a_faulty_form_says_what_to_do_and_keeps_what_was_typed(desk, folder_id, child_id, name, data, words):
    answer = post(desk, name, [folder_id], data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert any(part in page for part in words.split("|"))
    for value in data.values():
        if value and len(value) > 3 and "_" not in value:
            assert value in page


@pytest.mark.obligation("PAR-12")
def test_no_child_is_handed_to_another_authority_by_changing_a_line(world, worker, desk, folder_id, child_id):
    """It goes there when it has accepted, on the concern or the plan; what was recorded wrongly is put right."""
    first = {"responsible": "Northmoor Council", "present": "", "seen": ""}
    assert post(desk, "authority", [folder_id], first).status_code == 302
    with world.looking(worker):
        held = queries.child_page([folder_id]).authority
    moved = {"responsible": "northmoor  council", "present": "Southmere Council", "seen": str(held.id)}
    assert post(desk, "authority", [folder_id], moved).status_code == 302
    with world.looking(worker):
        held = queries.child_page([folder_id]).authority
    assert (held.responsible, held.present) == ("northmoor council", "Southmere Council")
    given_away = {"responsible": "Southmere Council", "seen": str(held.id)}
    for why, said in (("", "only when it has accepted the child"), ("Wrong", "Say what was wrong")):
        refused = post(desk, "authority", [folder_id], {**given_away, "put_right_why": why})
        assert said in refused.content.decode()
        assert "Southmere Council" in refused.content.decode()
    with world.looking(worker):
        assert queries.child_page([folder_id]).authority.id == held.id
    why = "Typed for the wrong brother: the notice of 3 May names Southmere."
    assert post(desk, "authority", [folder_id], {**given_away, "put_right_why": why}).status_code == 302
    with world.looking(worker):
        view = queries.child_page([folder_id])
    assert view.authority.responsible == "Southmere Council"
    assert len(view.past_authorities) == 2
    page = desk.get(reverse("children:people", args=[folder_id])).content.decode()
    assert f"{why} Recorded by {worker.name}" in page


HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE children_person; --",
    "\u202eevil",
    "👩‍👧 مريم",
    "a\x07b",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(world, worker, desk, folder_id, child_id, words):
    answer = post(
        desk, "name", [folder_id, child_id], {"given": words, "family": "F", "seen": ""}, follow=True
    )
    assert "<script>alert" not in answer.content.decode()
    with world.looking(worker):
        assert queries.child_page([folder_id]).child.name


@pytest.mark.parametrize(
    ("day", "month", "year"), [("31", "2", "2020"), ("1", "1", "2999"), ("", "1", "2020"), ("x", "y", "z")]
)
def test_days_that_cannot_be_are_refused(desk, folder_id, child_id, day, month, year):
    data = {"born_on-day": day, "born_on-month": month, "born_on-year": year, "sex": "F"}
    answer = post(desk, "birth", [folder_id, child_id], data)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()


def test_a_stale_form_says_who_and_keeps_what_was_typed(
    world, worker, visitor, desk, folder_id, child_id, full
):
    world.grant(folder_id, visitor)
    with world.looking(visitor):
        before = queries.child_page([folder_id]).child
    ids = ",".join(str(i) for i in before.name_ids)
    with world.looking(visitor):
        actions.rename(folder_id, Names("Maia", "Ferreira-Lund"))
    typed = {"given": "Maya Ana", "family": "Ferreira-Lund", "known_as": "", "seen": ids}
    answer = post(desk, "name", [folder_id, child_id], typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ines Farrow changed this on" in page
    assert 'value="Maya Ana"' in page
    assert "Maia" in page  # what is recorded now stands beside it
    again = {**typed, "seen": page.split('name="seen"')[1].split('value="')[1].split('"')[0]}
    assert post(desk, "name", [folder_id, child_id], again).status_code == 302


@pytest.mark.obligation("ASM-03")
def test_identity_is_answered_in_the_persons_own_words(world, worker, desk, folder_id, child_id):
    data = {
        "answered": "given",
        "code": "MWAS",
        "words": "Goan and Scots",
        "self_described": "yes",
        "seen": "",
    }
    assert post(desk, "identity", [folder_id, child_id, "ethnicity"], data).status_code == 302
    declined = {"answered": "declined", "seen": ""}
    assert post(desk, "identity", [folder_id, child_id, "sexuality"], declined).status_code == 302
    with world.looking(worker):
        answers = queries.child_page([folder_id]).child.answers
    assert answers[IdentityQuestion.ETHNICITY].said == "Goan and Scots"
    assert answers[IdentityQuestion.ETHNICITY].codes == ("MWAS",)
    assert answers[IdentityQuestion.SEXUALITY].answered is Answered.DECLINED


def test_the_child_page_runs_few_queries_whatever_there_is(
    world, worker, desk, folder_id, child_id, full, django_assert_max_num_queries
):
    with world.looking(worker):
        for n in range(12):
            adult = actions.record_adult(folder_id, NewAdult(Names(f"Aunt {n}", "Ferreira")))
            actions.tie(folder_id, NewTie(adult, Kinship.AUNT_OR_UNCLE))
            actions.move_to(folder_id, Address(lines=f"{n} Street"), person_id=adult)
        with django_assert_max_num_queries(6):
            queries.child_page([folder_id])
    with django_assert_max_num_queries(25):
        assert desk.get(reverse("children:people", args=[folder_id])).status_code == 200


def test_a_form_is_kept_as_it_is_typed_until_it_is_sent(desk, world, worker, folder_id, child_id):
    address = reverse("children:address", args=[folder_id, child_id])
    page = desk.get(address).content.decode()
    assert "data-autosave-url" in page
    keep = reverse("children:keep", args=[folder_id]) + f"?form={address}&title=Where+Maya+lives"
    assert "saved" in desk.post(keep, {"lines": "12 Half-written Lane"}).json()
    assert "12 Half-written Lane" in desk.get(address).content.decode()
    with world.looking(worker):
        (line,) = draft_lines(5).lines
    assert (line.words, line.href) == ("You were filling in: Where Maya lives", address)
    sent = {"lives_at": "home", "lines": "12 Long Lane", "area": "Eastmere", "confidential": "no"}
    post(desk, "address", [folder_id, child_id], sent)
    assert "12 Half-written Lane" not in desk.get(address).content.decode()


@pytest.mark.obligation("REC-15")
def test_two_opened_pages_of_a_form_keep_both_and_say_so(desk, world, worker, folder_id, child_id):
    address = reverse("children:address", args=[folder_id, child_id])
    keep = reverse("children:keep", args=[folder_id]) + f"?form={address}&title=Where+Maya+lives"

    def opened(query=""):
        text = desk.get(address + query).content.decode()
        return text, re.findall(r'name="kept_page" value="([^"]*)"', text)[0]

    def kept(page, lines):
        return desk.post(keep, {"lines": lines, "kept_page": page}).json()

    (_, first), (_, second) = opened(), opened()
    assert "note" not in kept(first, "12 Half-written Lane")
    assert "both are kept" in kept(second, "7 Other Road")["note"]
    kept(first, "12 Half-written Lane, upstairs")

    # Opened anew it goes on with the latest and names the other; what is typed there is one's own again.
    text, third = opened()
    assert "12 Half-written Lane, upstairs" in text
    (other,) = re.findall(r'href="([^"]*)">Go on with that one', text)
    assert "7 Other Road" in desk.get(other).content.decode()
    kept(third, "12 Half-written Lane, downstairs")
    kept(first, "12 Half-written Lane, in the attic")
    with world.looking(worker):
        lines = draft_lines(5).lines
        assert len({line.href for line in lines}) == len(lines) == 3

    # One is sent, without scripts or with them; what the others hold stays, each to go on with.
    sent = {
        "lives_at": "home",
        "lines": "12 Long Lane",
        "area": "Eastmere",
        "confidential": "no",
        "kept_page": third,
    }
    post(desk, "address", [folder_id, child_id], sent)
    text, _ = opened()
    with world.looking(worker):
        left = [line.href for line in draft_lines(5).lines]
    pages = "".join(desk.get(href).content.decode() for href in left)
    assert len(left) == 2
    assert "downstairs" not in pages
    assert "7 Other Road" in pages
    assert "in the attic" in text


def test_a_form_that_was_refused_goes_on_with_its_own_draft(desk, world, worker, folder_id, child_id):
    address = reverse("children:address", args=[folder_id, child_id])
    keep = reverse("children:keep", args=[folder_id]) + f"?form={address}&title=Where+Maya+lives"
    page = re.findall(r'name="kept_page" value="([^"]*)"', desk.get(address).content.decode())[0]
    desk.post(keep, {"lines": "12 Half-written Lane", "kept_page": page})
    refused = desk.post(address, {"lines": "", "kept_page": page}).content.decode()
    assert "another draft of this form" not in refused
    again = re.findall(r'name="kept_page" value="([^"]*)"', refused)[0]
    assert again.split(".")[0] == page.split(".")[0]
    assert "note" not in desk.post(keep, {"lines": "13 Half-written Lane", "kept_page": again}).json()


def test_nobody_keeps_a_form_on_a_record_that_is_not_theirs(world, folder_id, stranger):
    stranger = signed_in(world, stranger)
    keep = reverse("children:keep", args=[folder_id])
    assert stranger.post(f"{keep}?form=/child/{folder_id}/people/add/", {"given": "x"}).status_code == 404
    assert stranger.post(f"{keep}?form=https://elsewhere.example/", {"given": "x"}).status_code == 404


def test_whom_two_joined_records_name_stands_once_and_both_can_be_changed(
    desk, world, worker, folder_id, child_id, full
):
    other = world.folder(worker)
    world.child(other)
    with world.looking(worker):
        mother = actions.record_adult(other, NewAdult(Names("Ana", "Ferreira"), Birth()))
        second = actions.tie(other, NewTie(mother, Kinship.MOTHER, Known.NO, Known.YES))
    with world.owning():
        Joining.objects.create(
            folder_id=other, into_id=folder_id, reasons="One child", decided_by=worker, decided_at=now()
        )
    page = desk.get(reverse("children:people", args=[folder_id])).content.decode()
    family = page.split('id="family"')[1].split('id="workers"')[0]
    assert family.count(">Ana Ferreira</a></strong>") == 1
    assert family.count("/end/tie/") == 2
    assert str(second) in family
    assert "The joined record says: No" in family
