"""The pages of who may open a record, and of what was opened in an emergency."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from sightline.access import actions, queries
from sightline.access.terms import GrantLevel
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.audit.models import AuditEvent

from .factories import let_in, open_folder_for

pytestmark = pytest.mark.django_db

REASON = "Mother rang in distress and the child is alone tonight"


def signed_in(practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(practitioner.user)
    return client


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def manager():
    return make_practitioner("team-manager", name="Rosa Lind")


def test_a_manager_lets_somebody_in_and_ends_it(manager) -> None:
    teacher = make_practitioner("designated-safeguarding-lead", name="Ines Farrow")
    folder_id = open_folder_for(manager, manager=manager)
    client = signed_in(manager)
    page = text(client.get(f"/access/{folder_id}/"))
    assert "Rosa Lind answers for record" in page
    empty = text(client.post(f"/access/{folder_id}/give/", {}))
    assert "Choose whether it is a person, a team or an agency" in empty
    assert "Choose the team" not in empty
    asked = {
        "to": "practitioner",
        "practitioner": str(teacher.pk),
        "level": "read",
        "why": "Teaches the child",
    }
    done = client.post(f"/access/{folder_id}/give/", asked, follow=True)
    assert "They may open this record from now on" in text(done)
    assert "Ines Farrow" in text(done)
    with as_practitioner(manager):
        grant = queries.grants_on(folder_id).get(practitioner=teacher)
    assert signed_in(teacher).post(f"/access/grant/{grant.pk}/end/").status_code == 403
    assert client.post(f"/access/grant/{grant.pk}/end/").status_code == 302
    only = next(iter(queries_on(manager, folder_id)))
    assert client.post(f"/access/grant/{only.pk}/end/").status_code == 409


def queries_on(who, folder_id):
    with as_practitioner(who):
        return [g for g in queries.grants_on(folder_id) if g.practitioner_id == who.pk]


@pytest.mark.obligation("REC-18")
def test_the_wrong_child_and_an_invented_one_answer_alike(manager, owning) -> None:
    foreign = open_folder_for(make_practitioner())
    client = signed_in(manager)
    answers = set()
    for folder_id in (foreign, uuid4()):
        for page in ("", "give/", "hand-over/", "seal/"):
            answer = client.get(f"/access/{folder_id}/{page}")
            # The token against forgery is drawn anew for each page.
            answers.add(
                (answer.status_code, re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content))
            )
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    with owning():
        told = AuditEvent.objects.filter(verb="refused", practitioner_id=manager.pk)
        assert told.count() == 8


def test_sealing_handing_over_and_lifting_by_the_pages(manager) -> None:
    other = make_practitioner("team-manager", name="Tom Birch")
    worker = make_practitioner()
    folder_id = open_folder_for(manager, worker, manager=manager)
    client = signed_in(manager)
    client.post(f"/access/{folder_id}/hand-over/", {"manager": str(other.pk)})
    assert "Tom Birch answers for record" in text(client.get(f"/access/{folder_id}/"))
    wrong = client.post(f"/access/{folder_id}/seal/", {"act": "seal", "why": "x", "named": [str(worker.pk)]})
    assert "whose role lets them lift the seal" in text(wrong)
    sealing = {"act": "seal", "why": "A colleague's child", "named": [str(manager.pk)]}
    assert "The record is sealed" in text(client.post(f"/access/{folder_id}/seal/", sealing, follow=True))
    assert signed_in(worker).get(f"/access/{folder_id}/").status_code == 404
    naming = {"act": "name", "name-person": str(worker.pk)}
    assert "named on the seal" in text(client.post(f"/access/{folder_id}/seal/", naming, follow=True))
    assert signed_in(worker).get(f"/access/{folder_id}/").status_code == 200
    lifting = {"act": "lift", "lift-why": "The colleague has left"}
    assert "The seal is lifted" in text(client.post(f"/access/{folder_id}/seal/", lifting, follow=True))


def test_whom_to_name_on_a_seal_is_looked_for_and_whoever_was_chosen_stays_chosen(manager) -> None:
    for n in range(22):
        make_practitioner(name=f"Sam Elder {n}")
    odd = make_practitioner(name="Odette Quillfeather")
    folder_id = open_folder_for(manager, manager=manager)
    client, page = signed_in(manager), f"/access/{folder_id}/seal/"
    first = text(client.get(page))
    assert manager.name in first
    assert "Odette" not in first
    typed = {"act": "find", "why": "Of a colleague", "named": [str(manager.pk)]}
    found = client.post(page, {**typed, "find": "quillf"}).content.decode()
    assert "1 person found" in found
    assert re.search(rf'value="{manager.pk}"\s+checked', found)
    assert re.search(rf'value="{odd.pk}"(?!\s+checked)', found)
    assert "Of a colleague" in found
    assert "There is a problem" not in found
    many = client.post(page, {**typed, "find": "sam elder"}).content.decode()
    assert "22 found, the first 20" in many
    assert many.count("Sam Elder") == 20
    assert "0 people found" in text(client.post(page, {**typed, "find": "nobody of that name"}))
    sealing = {**typed, "act": "seal", "find": "quillf", "named": [str(manager.pk), str(odd.pk)]}
    assert "The record is sealed" in text(client.post(page, sealing, follow=True))
    with as_practitioner(odd):
        assert queries.opened_of([folder_id])


@pytest.mark.obligation("REC-18")
def test_an_emergency_is_listed_and_reviewed_by_somebody_else(manager) -> None:
    helper = make_practitioner("social-worker", name="Ana Field")
    folder_id = open_folder_for(manager=manager)
    with as_practitioner(helper):
        row = actions.open_in_emergency(folder_id, REASON, minutes=60)
    own = signed_in(helper).get(f"/access/emergencies/{row.pk}/")
    assert REASON in text(own)
    assert "Your review" not in text(own)
    assert signed_in(helper).get("/access/emergencies/").status_code == 403
    assert signed_in(make_practitioner()).get(f"/access/emergencies/{row.pk}/").status_code == 404
    quality = signed_in(make_practitioner("quality-lead"))
    listed = text(quality.get("/access/emergencies/"))
    assert "Ana Field" in listed
    assert row.folder_number in listed
    assert "Say whether it was right" in text(quality.post(f"/access/emergencies/{row.pk}/", {}))
    done = quality.post(
        f"/access/emergencies/{row.pk}/",
        {"justified": "yes", "words": "The mother was in hospital"},
        follow=True,
    )
    assert "Your review is on the record" in text(done)
    assert "Nothing to review" in text(done)
    assert "It was right to open it" in text(quality.get(f"/access/emergencies/{row.pk}/"))
    assert quality.post(f"/access/emergencies/{row.pk}/", {"justified": "no"}).status_code == 409


def test_a_reader_sees_who_is_let_in_but_changes_nothing(manager) -> None:
    reader = make_practitioner("team-manager")
    folder_id = open_folder_for(manager, manager=manager)
    let_in(folder_id, reader, level=GrantLevel.READ)
    page = text(signed_in(reader).get(f"/access/{folder_id}/"))
    assert "Let somebody in" not in page
    assert "Seal this record" not in page
