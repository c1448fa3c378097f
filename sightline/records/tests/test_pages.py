"""The pages of writing and reading entries, by their HTML."""

from __future__ import annotations

import json
import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.documents.models import Document
from sightline.documents.tests.files import letter
from sightline.records import queries
from sightline.records.actions import ContributionIn, EntryIn, contribute, correct_entry, sign, sign_entry
from sightline.records.models import Entry, EntryDraft
from sightline.records.terms import ContributionKind

from .conftest import Family, an_hour_ago

pytestmark = pytest.mark.django_db


def client_of(who: Practitioner) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(who.user)  # type: ignore[arg-type]
    return client


def an_hour_ago_typed() -> dict[str, str]:
    from sightline.kernel.time import LONDON

    at = an_hour_ago().astimezone(LONDON)
    return {
        "happened_at-day": str(at.day), "happened_at-month": str(at.month), "happened_at-year": str(at.year),
        "happened_at-time": f"{at:%H:%M}",
    }  # fmt: skip


def a_visit_typed(family: Family, **changes: object) -> dict[str, object]:
    return {
        "draft": str(uuid4()), "version": "0", "act": "sign", **an_hour_ago_typed(),
        "others": [str(family.theo), str(family.bea)], "q_where": "At home",
        "q_interpreting": "none_needed", "text": "All at home.\n\no Calm.",
        "own1": "A graze.", "own2": "A graze.", **{f"c{n}_seen": "yes" for n in range(3)},
        **{f"c{n}_seen_alone": "yes" for n in range(3)}, **changes,
    }  # fmt: skip


def places(family: Family) -> dict[str, int]:
    """Where each child stands in the form: the first is the one whose record was open."""
    client = client_of(family.worker)
    page = client.get(reverse("records:write", args=[family.maya, "visit"])).content.decode()
    found = re.findall(r'name="others" type="checkbox" value="([^"]+)"', page)
    return {"theo": found.index(str(family.theo)) + 1, "bea": found.index(str(family.bea)) + 1}


def test_the_kinds_are_the_forms_of_the_procedures_and_those_of_the_writers_agency_come_first(
    family: Family,
) -> None:
    path = reverse("records:choose", args=[family.maya])
    assert "Management oversight" not in client_of(family.worker).get(path).content.decode()
    page = client_of(family.manager).get(path).content.decode()
    for title in ("Visit", "Direct work", "Management oversight", "Supervision", "Police contact"):
        assert title in page


@pytest.mark.obligation("REC-01")
def test_a_visit_to_three_siblings_is_written_once(family: Family) -> None:
    client, where = client_of(family.worker), places(family)
    sent = a_visit_typed(family) | {f"own{where['bea']}": ""}
    answer = client.post(reverse("records:write", args=[family.maya, "visit"]), sent)
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Signed as" in page
    assert "Was Maya seen alone?" in page
    assert "A graze." not in page
    with as_practitioner(family.worker):
        (theo,) = queries.entries([family.theo])
        (bea,) = queries.entries([family.bea])
    assert "A graze." in theo.text
    assert "A graze." not in bea.text
    again = client.post(reverse("records:write", args=[family.maya, "visit"]), sent)
    assert again.status_code == 302
    with as_practitioner(family.worker):
        assert Entry.objects.count() == 3


@pytest.mark.obligation("REC-01")
def test_an_event_is_significant_for_one_child_and_not_for_another(family: Family) -> None:
    """What is typed of a child without saying so is asked about, and a correction changes for whom it is."""
    client, where = client_of(family.worker), places(family)
    path, his = reverse("records:write", args=[family.maya, "visit"]), f"impact{where['theo']}"
    sent = a_visit_typed(family, significant="yes", impact="Maya hides.", **{his: "He slept."})
    asked = client.post(path, sent).content.decode()
    assert "You wrote what this means for Theo: tick that it is significant" in asked
    assert "He slept." in asked
    assert client.post(path, sent | {his: "", "version": "1"}).status_code == 302
    with as_practitioner(family.worker):
        entries = {e.folder_id: e for e in Entry.objects.all()}
        assert {f: (e.significant, e.impact) for f, e in entries.items()} == {
            family.maya: (True, "Maya hides."), family.theo: (False, ""), family.bea: (False, "")
        }  # fmt: skip
        last = correct_entry(
            entries[family.maya].id, "It was Theo.", "He was hit.", also=[entries[family.theo].id],
            impact={family.theo: "He is afraid."},
        )  # fmt: skip
        corrected = Entry.objects.filter(written_together=last.written_together)
        assert {e.folder_id: (e.significant, e.impact) for e in corrected} == {
            family.maya: (False, ""), family.theo: (True, "He is afraid.")
        }  # fmt: skip


@pytest.mark.obligation("REC-01")
def test_what_an_event_means_for_a_sibling_stands_in_that_record_alone(family: Family) -> None:
    client, where = client_of(family.worker), places(family)
    path = reverse("records:write", args=[family.maya, "visit"])
    means, theo, bea = "It means that Maya", f"impact{where['theo']}", f"impact{where['bea']}"
    ticks = {f"significant{where[name]}": "yes" for name in ("theo", "bea")}
    sent = a_visit_typed(family, significant="yes", impact=f"{means} hides.", **ticks)
    asked = client.post(path, sent).content.decode()
    assert asked.count("Say what this event means for ") == 4  # each of two at its field and in the summary
    for name in ("Theo", "Bea"):
        assert f"Say what this event means for {name}." in asked
    assert f"{means} hides." in asked
    sent |= {theo: "Theo cannot sleep.", "version": "1"}
    asked = client.post(path, sent).content.decode()
    assert "means for Theo." not in asked
    assert "Say what this event means for Bea." in asked
    assert client.post(path, sent | {"act": "save", "version": "2"}).status_code == 302
    kept = client.get(f"{path}?draft={sent['draft']}").content.decode()
    assert re.findall(r'name="(impact\d*)"[^>]*>\s*([^<]*)<', kept) == [
        ("impact", f"{means} hides."), *sorted([(theo, "Theo cannot sleep."), (bea, "")])
    ]  # fmt: skip
    assert "What does it mean for Bea? (optional)" not in kept
    # Whoever the entry is not about is not asked, and what was typed of them is in nobody's record.
    sent |= {"others": [str(family.theo)], bea: "Bea saw it all.", "act": "sign", "version": "3"}
    assert client.post(path, sent).status_code == 302
    with as_practitioner(family.worker):
        found = {e.folder_id: queries.entry(e.id, [e.folder_id]) for e in Entry.objects.all()}
    assert {folder: e.impact for folder, e in found.items()} == {
        family.maya: f"{means} hides.", family.theo: "Theo cannot sleep."
    }  # fmt: skip
    for folder, said, not_said in (
        (family.maya, f"{means} hides.", "Theo cannot sleep."),
        (family.theo, "Theo cannot sleep.", f"{means} hides."),
    ):
        entry = client.get(reverse("records:entry", args=[folder, found[folder].id])).content.decode()
        timeline = client.get(reverse("chronology:child", args=[folder])).content.decode()
        assert said in entry
        assert not_said not in entry + timeline


@pytest.mark.obligation("REC-11")
def test_what_is_missing_is_said_and_what_was_typed_stays_and_is_a_draft(family: Family) -> None:
    client = client_of(family.worker)
    sent = a_visit_typed(family, others=[], q_where="", text="The text stays here.") | {"c0_seen": ""}
    page = client.post(reverse("records:write", args=[family.maya, "visit"]), sent).content.decode()
    assert "There is a problem" in page
    assert "Answer “Was Maya seen?”" in page
    assert "The text stays here." in page
    with as_practitioner(family.worker):
        assert [d.content["text"] for d in queries.drafts()] == [["The text stays here."]]


def test_a_late_entry_is_asked_why(family: Family) -> None:
    client = client_of(family.worker)
    sent = a_visit_typed(family) | {"happened_at-year": "2024"}
    page = client.post(reverse("records:write", args=[family.maya, "visit"]), sent).content.decode()
    assert "Say why this was not written sooner" in page
    assert client.post(
        reverse("records:write", args=[family.maya, "visit"]), sent | {"late_why": "I was ill.", "version": "1"}
    ).status_code == 302  # fmt: skip


@pytest.mark.obligation("REC-10")
def test_the_wording_is_looked_over_and_never_a_bar(family: Family) -> None:
    client = client_of(family.worker)
    sent = a_visit_typed(
        family, text="Mother failed to come. It seems the QRX knows. The CIN plan holds.", act="check"
    )
    page = client.post(reverse("records:write", args=[family.maya, "visit"]), sent).content.decode()
    for words in ("failed to", "It seems", "QRX"):
        assert f"“{words}”" in page
    assert "“CIN”" not in page
    sent |= {"act": "sign", "version": "1"}
    answer = client.post(reverse("records:write", args=[family.maya, "visit"]), sent)
    assert answer.status_code == 302
    read = client.get(answer.headers["Location"]).content.decode()
    assert '<abbr title="child in need">CIN</abbr>' in read
    assert "<dt>CIN</dt>" in read


def test_the_page_keeps_itself_and_says_when_another_page_was_faster(family: Family) -> None:
    client = client_of(family.worker)
    path = reverse("records:keep", args=[family.maya, "visit"])
    sent = a_visit_typed(family)
    one = json.loads(client.post(path, sent).content)
    assert (one["draft"], one["version"], one["elsewhere"]) == (sent["draft"], 1, "")
    two = json.loads(client.post(path, sent | {"version": "1", "text": "More."}).content)
    assert two["version"] == 2
    behind = json.loads(client.post(path, sent | {"version": "1", "text": "Other."}).content)
    assert behind["elsewhere"]
    assert behind["draft"] != one["draft"]
    assert client.get(behind["other"]).status_code == 200
    resumed = client.get(behind["other"]).content.decode()
    assert "More." in resumed
    page = client.post(
        reverse("records:write", args=[family.maya, "visit"]), sent | {"version": "1", "text": "Third."}
    ).content.decode()
    assert "saved from another page or device" in page
    assert "Third." in page
    with as_practitioner(family.worker):
        assert {d.content["text"][0] for d in queries.drafts()} == {"More.", "Other.", "Third."}


def test_a_draft_is_gone_on_with_on_another_device_and_is_nobody_elses(family: Family) -> None:
    first, second = client_of(family.worker), client_of(family.worker)
    answer = first.post(
        reverse("records:write", args=[family.maya, "visit"]),
        a_visit_typed(family, act="save", text="Half a visit") | {"c0_seen": "yes"},
    )
    href = answer.headers["Location"]
    assert "Half a visit" in second.get(href).content.decode()
    assert "You were writing: visit about Maya" in second.get("/").content.decode()
    assert client_of(family.manager).get(href).status_code == 404
    with as_practitioner(family.worker):
        draft = EntryDraft.objects.get()
    away = reverse("records:drop_draft", args=[draft.id])
    for theirs in (client_of(family.manager).get(away), client_of(family.manager).post(away)):
        assert theirs.status_code == 404
    sent = a_visit_typed(
        family, act="drop", text="Half a visit, and a line", draft=draft.id, version=draft.version
    )
    assert (
        second.post(reverse("records:write", args=[family.maya, "visit"]), sent).headers["Location"] == away
    )
    asked = second.get(away).content.decode()
    assert "Visit about Maya" in asked
    assert "Half a visit, and a line" in asked
    assert f'href="{href}"' in asked, "the way back"
    assert "Half a visit, and a line" in second.get(href).content.decode(), "asking throws nothing away"
    second.post(away)
    assert second.get(href).status_code == 404


def test_a_million_characters_are_answered_plainly_and_kept(family: Family) -> None:
    client = client_of(family.worker)
    sent = a_visit_typed(family, text="word " * 200_000)
    page = client.post(reverse("records:write", args=[family.maya, "visit"]), sent)
    assert page.status_code == 200
    assert "characters, and an entry may have 100,000" in page.content.decode()
    with as_practitioner(family.worker):
        assert len(queries.drafts()[0].content["text"][0]) == 1_000_000


@pytest.mark.obligation("REC-10")
def test_answers_own_lines_and_what_it_means_are_looked_at_again_while_writing(family: Family) -> None:
    client = client_of(family.worker)
    at = places(family)["theo"]
    sent = {
        "draft": str(uuid4()), "version": "0", "text": "All well.", "others": [str(family.theo)], **an_hour_ago_typed(),
        "q_where": "At the XQA", f"own{at}": "@Sam Reyes: XQB came.", "significant": "on", "impact": "XQC helps her.",
        f"impact{at}": "XQD is not asked.",
    }  # fmt: skip
    aids = client.post(reverse("records:keep", args=[family.maya, "visit"]), sent).json()["aids"]
    assert [short for short in ("XQA", "XQB", "XQC", "XQD") if f"“{short}”" in aids] == ["XQA", "XQB", "XQC"]
    assert "under “What does it mean for Maya?”" in aids


@pytest.mark.obligation("REC-12")
def test_a_correction_starts_from_the_entry_and_the_original_is_one_click_away(family: Family) -> None:
    with as_practitioner(family.worker):
        signed = sign(EntryIn(
            family.folders, "visit", an_hour_ago(), "o They are calm.\n\n@Maya: I am fine.",
            answers={"where": "Home", "interpreting": "none_needed"},
            child_answers={f: {"seen": "yes", "seen_alone": "yes"} for f in family.folders},
            present="Ana, her mother",
        ))  # fmt: skip
    client = client_of(family.worker)
    path = reverse("records:correct", args=[family.maya, signed[family.maya].id])
    page = client.get(path).content.decode()
    assert "o They are calm.&#10;&#10;@Maya: I am fine." in page
    assert 'value="Ana, her mother"' in page
    sent = a_visit_typed(family) | {
        "was_wrong": "They were upset.", "text": "o They are upset.", "others": [str(family.theo)], "seen": "0",
        "present": "Ana and Sam Reyes",
        "own0": "", "own1": "", "own2": "",
    }  # fmt: skip
    assert "Select the records" in client.post(path, sent | {"others": []}).content.decode()
    answer = client.post(path, sent | {"version": "1"})
    assert answer.status_code == 302
    read = client.get(answer.headers["Location"]).content.decode()
    assert "They were upset." in read
    assert "They are calm." in read
    assert "The original, as it was signed" in read
    assert ("Ana and Sam Reyes" in read, "Ana, her mother" in read) == (True, True)
    stale = client.post(path, sent | {"draft": str(uuid4()), "was_wrong": "Again.", "text": "My words stay."})
    assert "Dana Okafor corrected this entry on" in stale.content.decode()
    assert "My words stay." in stale.content.decode()
    with as_practitioner(family.worker):
        assert [e.kind for e in queries.entries([family.bea])] == ["visit"]
        assert {e.kind: e.present for e in queries.entries([family.theo])} == {
            "correction": "Ana and Sam Reyes", "visit": "Ana, her mother",
        }  # fmt: skip
        # What a correction is not asked about stays as the last one has it.
        again = correct_entry(signed[family.maya].id, "They were tired.", "o They are tired.")
        assert again.present == "Ana and Sam Reyes"


def test_a_disagreement_stands_on_the_page_of_the_entry(family: Family) -> None:
    with as_practitioner(family.worker):
        entry = sign_entry({family.maya: "She was shouting."}, kind="note", happened_at=an_hour_ago())[
            family.maya
        ]
    client = client_of(family.worker)
    answer = client.post(
        reverse("records:contribute", args=[family.maya, entry.id]),
        {
            "draft": str(uuid4()), "version": "0", "name": "Ana Ferreira", "relation": "mother", "kind": "disagreement",
            "words": "I did not shout.", "how": "In writing", **an_hour_ago_typed(),
        },
    )  # fmt: skip
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).content.decode()
    assert "I did not shout." in page
    assert "disagrees:" in page


def beside_an_entry(family: Family, what: str) -> tuple[str, str, dict[str, str]]:
    """The address of correcting an entry, or of somebody's words on it; the entry's own; and what is typed there."""
    with as_practitioner(family.worker):
        entry = sign_entry({family.maya: "She was shouting."}, kind="note", happened_at=an_hour_ago())[
            family.maya
        ]
    typed = {
        "correct": {"was_wrong": "She was not.", "text": "She spoke.", "own0": "", "seen": "0"},
        "contribute": {
            "name": "Ana Ferreira", "relation": "mother", "kind": "disagreement", "words": "I spoke.",
            "how": "In writing",
        },
    }[what]  # fmt: skip
    args = [family.maya, entry.id]
    return (
        reverse(f"records:{what}", args=args),
        reverse("records:entry", args=args),
        {"draft": str(uuid4()), "version": "0", "act": "sign", **an_hour_ago_typed(), **typed},
    )


@pytest.mark.parametrize("what", ["correct", "contribute"])
@pytest.mark.parametrize("version", ["0", "1"])
def test_what_stands_beside_an_entry_is_signed_once_however_often_it_is_sent(
    family: Family, what: str, version: str
) -> None:
    client = client_of(family.worker)
    path, entry, sent = beside_an_entry(family, what)
    if version == "1":
        client.post(path, sent | {"act": "save"})
    for _ in range(2):
        answer = client.post(path, sent | {"version": version})
        assert (answer.status_code, answer.headers["Location"]) == (302, entry)
    with as_practitioner(family.worker):
        assert len(queries.entries([family.maya])) == 2
        assert queries.drafts() == []


@pytest.mark.parametrize(("what", "words"), [("correct", "text"), ("contribute", "words")])
def test_a_page_that_has_fallen_behind_signs_nothing_beside_an_entry(
    family: Family, what: str, words: str
) -> None:
    client = client_of(family.worker)
    path, entry, sent = beside_an_entry(family, what)
    client.post(path, sent | {"act": "save"})
    client.post(path, sent | {"act": "save", "version": "1", words: "The newer text."})
    behind = client.post(path, sent | {"version": "1", words: "The older text."})
    page = behind.content.decode()
    assert behind.status_code == 200
    assert "saved from another page or device" in page
    assert "The older text." in page
    other = f"{path}?draft={sent['draft']}"
    assert f'href="{other}"' in page
    assert "The newer text." in client.get(other).content.decode()
    with as_practitioner(family.worker):
        assert len(queries.entries([family.maya])) == 1
    own = re.findall(r'name="(draft|version)" value="([^"]+)"', page)
    assert client.post(path, sent | dict(own) | {words: "The older text."}).headers["Location"] == entry


@pytest.mark.obligation("REC-04")
def test_a_health_visitor_confirms_without_the_record(family: Family) -> None:
    with as_practitioner(family.worker):
        sign(EntryIn(
            (family.maya,), "note", an_hour_ago(), "The clinic was told twice.", written_for=family.visitor.pk,
        ))  # fmt: skip
    client = client_of(family.visitor)
    page = client.get(reverse("records:waiting")).content.decode()
    href = re.findall(r'href="(/confirm/[^"]+)"', page)[0]
    shown = client.get(href).content.decode()
    assert "The clinic was told twice." in shown
    assert "Open the entry" not in shown
    assert "Select whether it is right" in client.post(href, {}).content.decode()
    assert client.post(href, {"said": "confirmed"}).status_code == 302
    with as_practitioner(family.worker):
        entry = queries.entries([family.maya])[0]
    read = (
        client_of(family.worker).get(reverse("records:entry", args=[family.maya, entry.id])).content.decode()
    )
    assert "Confirmed by Ines Farrow, Health visitor" in read
    assert client_of(family.stranger).get(href).status_code == 404


def test_a_kind_that_is_none_and_one_that_is_not_chosen_are_not_there(family: Family) -> None:
    client = client_of(family.worker)
    for kind in ("nonsense", "correction", "contribution"):
        assert client.get(reverse("records:write", args=[family.maya, kind])).status_code == 404


def test_what_each_page_asks_the_database_does_not_grow_with_what_it_shows(family: Family) -> None:
    client = client_of(family.worker)
    with as_practitioner(family.worker):
        entry = sign(
            EntryIn(
                (family.maya,), "note", an_hour_ago(), "One.\n\n@Sam: Two.", written_for=family.visitor.pk
            )
        )[family.maya]
        view = queries.entry(entry.id, [family.maya])
    paths = {
        "write": reverse("records:write", args=[family.maya, "visit"]),
        "oversight": reverse("records:write", args=[family.maya, "oversight"]),
        "choose": reverse("records:choose", args=[family.maya]),
        "entry": reverse("records:entry", args=[family.maya, entry.id]),
        "correct": reverse("records:correct", args=[family.maya, entry.id]),
        "contribute": reverse("records:contribute", args=[family.maya, entry.id]),
        "ask": reverse("records:ask", args=[family.maya, entry.id, view.statements[1].id]),
        "confirm": reverse("records:confirm", args=[view.requests[0].id]),
    }
    client.get("/")
    clients = {"oversight": client_of(family.manager)}
    clients["oversight"].get("/")
    few = {name: _queries(clients.get(name, client), path) for name, path in paths.items()}
    with as_practitioner(family.worker):
        for n in range(12):
            correct_entry(entry.id, f"Wrong {n}.", f"Right {n}.\n\no Perhaps {n}.")
            sign_entry({family.maya: f"Entry {n}."}, kind="note", happened_at=an_hour_ago())
    many = {name: _queries(clients.get(name, client), path) for name, path in paths.items()}
    assert {name: n for name, n in many.items() if n > few[name] + 6} == {}
    assert {name: n for name, n in many.items() if n > 25} == {}


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_signing_for_three_children_takes_a_fixed_number_of_queries(family: Family) -> None:
    with as_practitioner(family.worker):
        sign_entry({f: "First." for f in family.folders}, kind="note", happened_at=an_hour_ago())
        with CaptureQueriesContext(connection) as three:
            sign(EntryIn(family.folders, "note", an_hour_ago(), "Seen.\n\no Calm."))
        with CaptureQueriesContext(connection) as one:
            sign(EntryIn((family.maya,), "note", an_hour_ago(), "Seen."))
    assert len(three) == len(one) <= 14


@pytest.mark.obligation("REC-17")
@pytest.mark.parametrize(
    ("act", "leads_to", "says"),
    [("sign_draw", "documents:draw", "body"), ("sign_attach", "documents:add", "Files")],
)
def test_a_drawing_or_a_file_goes_with_an_entry_from_the_form_itself(
    family: Family, act: str, leads_to: str, says: str
) -> None:
    client = client_of(family.worker)
    url = reverse("records:write", args=[family.maya, "note"])
    sent = {
        "draft": str(uuid4()),
        "version": "0",
        "act": act,
        "text": "A bruise on her arm.",
        **an_hour_ago_typed(),
    }
    unfinished = client.post(url, sent | {"text": "", "draft": str(uuid4())})
    assert "Write what happened" in unfinished.content.decode()
    answer = client.post(url, sent)
    with as_practitioner(family.worker):
        (row,) = Entry.objects.all()
    assert answer.headers["Location"] == f"{reverse(leads_to, args=[family.maya])}?to=entry&id={row.id}"
    again = client.post(url, sent)
    assert again.headers["Location"] == answer.headers["Location"]
    assert says in client.get(answer.headers["Location"]).content.decode()
    with as_practitioner(family.worker):
        assert Entry.objects.count() == 1
        assert [d.content["text"] for d in queries.drafts()] == [[""]]


@pytest.mark.obligation("REC-01")
@pytest.mark.obligation("REC-17")
def test_a_file_put_with_an_entry_of_siblings_stands_in_each_record_that_is_chosen_and_in_no_other(
    family: Family, settings, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path), "ab" * 32
    with as_practitioner(family.worker):
        entries = sign(EntryIn(family.folders, "note", an_hour_ago(), "All three were at home."))
    client = client_of(family.worker)
    page = f"{reverse('documents:add', args=[family.maya])}?to=entry&id={entries[family.maya].id}"

    def sent(name: str, *also: str):  # type: ignore[no-untyped-def]
        file = BytesIO(letter(f"About {name}."))
        file.name = f"{name}.pdf"
        return client.post(page, {"files": file, "also": also})

    asked = client.get(page).content.decode()
    assert "It was written for other children as well." in asked
    assert "Only in Maya’s record" in asked
    assert "checked" not in asked
    # Which of them it is about is asked: nothing goes to one of the records by itself.
    assert "Select the records in which these files belong" in sent("nobody").content.decode()
    assert sent("hers", "none").status_code == 302
    assert sent("both", str(family.theo)).status_code == 302
    assert sent("stranger", str(uuid4())).status_code == 200
    with as_practitioner(family.worker):
        stand = {(d.name, d.folder_id, d.subject_id) for d in Document.objects.all()}
        assert stand == {
            ("hers.pdf", family.maya, entries[family.maya].id), ("both.pdf", family.maya, entries[family.maya].id),
            ("both.pdf", family.theo, entries[family.theo].id),
        }  # fmt: skip
    # Each is read and given by itself: whoever may open only one record has that one's.
    let_in(family.theo, family.visitor)
    with as_practitioner(family.visitor):
        [his] = Document.objects.all()
        assert (his.folder_id, his.subject_id) == (family.theo, entries[family.theo].id)
    # Who may write in one of the records alone is asked nothing of the others.
    visitor = client_of(family.visitor)
    own = f"{reverse('documents:add', args=[family.theo])}?to=entry&id={entries[family.theo].id}"
    assert "It was written for other children" not in visitor.get(own).content.decode()


@pytest.mark.obligation("REC-12")
def test_what_stands_on_an_entry_shows_its_right_words_and_what_each_rests_on(family: Family) -> None:
    with as_practitioner(family.worker):
        note = sign_entry({family.maya: "The door was locked."}, kind="note", happened_at=an_hour_ago())
        sign_entry({family.maya: "The key was found."}, kind="note", happened_at=an_hour_ago())
        judged = sign(EntryIn((family.maya,), "note", an_hour_ago(), "j She was locked in (#1)."))[
            family.maya
        ]
        correct_entry(judged.id, "It was another day.", "j She was locked in (#2).")
        theirs = contribute(ContributionIn(
            note[family.maya].id, ContributionKind.DISAGREEMENT, "Ana Ferreira", "mother",
            "It was always shut.", "Spoken", an_hour_ago(),
        ))  # fmt: skip
        right = correct_entry(theirs.id, "She was misheard.", "@Ana Ferreira: It was never shut.")
    client = client_of(family.worker)

    def page(of: Entry) -> str:
        return client.get(reverse("records:entry", args=[family.maya, of.id])).text

    shown = page(judged)
    with as_practitioner(family.worker):
        every = sorted((e.number, e.id) for e in queries.entries([family.maya]))
    links = [f'href="{reverse("records:entry", args=[family.maya, of])}">entry {n}<' for n, of in every]
    now, _, original = shown.partition("The original, as it was signed")
    assert (links[0] in now, links[1] in now) == (False, True)
    assert links[0] in original
    assert ">Corrected by entry 4</a>" in now
    # What a mother said of the first, as she is now known to have said it; the earlier writing a click away.
    now, _, original = page(note[family.maya]).partition("The original, as it was signed")
    assert "It was never shut." in now
    assert "It was always shut." not in now
    assert "It was always shut." in original
    assert f'{right.id}/">Corrected by entry 6</a>' in now
    assert "She was misheard." in now


@pytest.mark.obligation("REC-04")
def test_a_review_that_nobody_confirmed_says_so_on_the_entry_that_it_looks_at(family: Family) -> None:
    with as_practitioner(family.worker):
        note = sign_entry({family.maya: "The door was locked."}, kind="note", happened_at=an_hour_ago())[
            family.maya
        ]
        look = EntryIn(
            (family.maya,), "note", an_hour_ago(), "Priya says to ask why.", reviews=note.id,
            written_for=family.manager.pk,
        )  # fmt: skip
        sign(look)
    shown = client_of(family.worker).get(reverse("records:entry", args=[family.maya, note.id])).text
    assert "Not yet confirmed by Priya Nair" in shown
    assert re.search(r"Not yet confirmed\s*</strong>", shown)
