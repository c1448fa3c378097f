"""Families that are not reached, and what an agency was asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import contact, contribution
from sightline.enquiries.actions.contact import AttemptIn
from sightline.enquiries.models import Assessment, Contribution
from sightline.enquiries.terms import ContactWay, Reached
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.models import Duty
from sightline.records.actions import Answered, correct_entry, sign_entry

from .factories import begun, make_case

pytestmark = pytest.mark.django_db


def tried(case, reached, minutes):
    return contact.record_attempt(
        case.maya,
        AttemptIn(
            now() - timedelta(minutes=minutes), ContactWay.VISIT, "Maya and her mother", reached, "Rang and knocked.",
            adapted="Came in the evening.", seen_alone=True if reached is Reached.SEEN else None,
        ),
    )  # fmt: skip


def test_repeated_failure_asks_for_a_decision_once_and_the_decision_closes_nothing():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        tried(case, Reached.NO_ANSWER, 90)
        tried(case, Reached.NOT_AT_HOME, 60)
        assert not Duty.objects.filter(kind="decision_on_non_contact").exists()
        tried(case, Reached.REFUSED, 30)
        tried(case, Reached.NOT_BROUGHT, 10)
        assert Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).count() == 1
        with pytest.raises(NotPermitted):
            contact.decide_on_non_contact(
                case.maya, what="strategy", safe_words="School.", reasons="Not seen.", knows_family=False
            )
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="Closing is not among"):
            contact.decide_on_non_contact(
                case.maya, what="close", safe_words="Her school.", reasons="Nobody in.", knows_family=False
            )
        for known, told in ((None, "Say whether you know"), (True, "another manager must decide")):
            with pytest.raises(Refused, match=told):
                contact.decide_on_non_contact(
                    case.maya, what="strategy", safe_words="Her school sees her.", reasons="She is not seen.",
                    knows_family=known,
                )  # fmt: skip
        contact.decide_on_non_contact(
            case.maya,
            knows_family=False,
            what="seen_elsewhere",
            safe_words="Her school sees her every day.",
            reasons="She is safe there.",
        )
        assert not Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).exists()
        assert Assessment.objects.get(folder_id=case.maya).ended_at is None


def test_seeing_the_child_ends_the_count():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        for reached, minutes in ((Reached.NO_ANSWER, 90), (Reached.NO_ANSWER, 80), (Reached.SEEN, 70)):
            tried(case, reached, minutes)
        for minutes in (60, 50):
            tried(case, Reached.NO_ANSWER, minutes)
        assert not Duty.objects.filter(kind="decision_on_non_contact").exists()


def not_seen(case, minutes, *, seen="no"):
    answers = [Answered("where", "Where was it?", "At home", ""), Answered("seen", "Seen?", seen, seen)]
    [entry] = sign_entry(
        {case.maya: "Rang and knocked; the curtains moved."},
        kind="visit",
        happened_at=now() - timedelta(minutes=minutes),
        answers=answers,
        on_form=True,
    ).values()
    return entry


@pytest.mark.obligation("FAM-15")
@pytest.mark.parametrize(
    ("latest_last", "owed"),
    [
        (("attempt", "attempt", "visit"), 1),
        (("visit", "visit", "attempt"), 1),
        (("visit", "visit", "visit"), 1),
        (("visit", "visit", "visit", "visit"), 1),
        (("visit", "visit"), 0),
        (("visit", "visit", "seen", "visit"), 0),
        (("attempt", "attempt", "seen", "visit", "attempt"), 0),
    ],
)
def test_a_visit_at_which_the_child_was_not_seen_counts_beside_attempts(latest_last, owed):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        for n, what in enumerate(latest_last):
            if what == "attempt":
                tried(case, Reached.NO_ANSWER, 90 - n)
            else:
                not_seen(case, 90 - n, seen="yes" if what == "seen" else "no")
        assert Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).count() == owed


@pytest.mark.obligation("FAM-15")
def test_a_visit_corrected_to_not_seen_asks_for_the_decision():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        not_seen(case, 50)
        entry = not_seen(case, 40, seen="yes")
        not_seen(case, 30)
        assert not Duty.objects.filter(kind="decision_on_non_contact").exists()
        correct_entry(
            entry.id, "It was her cousin who was seen.", "Her cousin answered; Maya was not there.",
            answers={"where": "At home", "interpreting": "none_needed"},
            child_answers={case.maya: {"seen": "no", "seen_why_not": "Out."}},
        )  # fmt: skip
        assert Duty.objects.filter(kind="decision_on_non_contact", closed_at=None).count() == 1


@pytest.mark.obligation("FAM-15")
def test_the_visits_stand_with_the_attempts_that_the_manager_decides_on(client):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        for minutes in (30, 20, 10):
            not_seen(case, minutes)
    client.force_login(case.manager.user)
    shown = client.get(f"/child/{case.maya}/enquiries/contact/").content.decode()
    assert "3 attempts and visits in a row failed" in shown
    assert shown.count("Visit, At home: the child was not seen") == 3
    asked = client.get(f"/child/{case.maya}/enquiries/contact/decide/").content.decode()
    assert asked.count("Visit, At home: the child was not seen") == 3


def test_whoever_is_asked_sees_the_question_and_no_more_of_the_record():
    case = make_case()
    [maya] = begun(case, case.maya)
    nurse = make_practitioner("health-visitor")
    other = make_practitioner("health-visitor")
    with as_practitioner(case.worker):
        asked = contribution.ask(
            maya.id, nurse.postings.get().agency_id, "Has she grown?", practitioner_id=nurse.pk
        )
        assert Duty.objects.get(kind="agency_contribution").owner_id == case.worker.pk
    with as_practitioner(other):
        assert Contribution.objects.count() == 0
        with pytest.raises(NotFound):
            contribution.file(asked.id, answer="She has grown.")
    with as_practitioner(nurse):
        assert Contribution.objects.get().asked_words == "Has she grown?"
        assert Assessment.objects.count() == 0
        contribution.file(asked.id, answer="She has not grown since the spring.")
        with pytest.raises(Refused, match="answered already"):
            contribution.file(asked.id, answer="Something else.")
    with as_practitioner(case.worker):
        row = Contribution.objects.get()
        assert row.answered_as.startswith(nurse.name)
        assert Duty.objects.get(kind="agency_contribution").closed_at is not None


def test_an_update_carries_the_texts_along_and_the_signed_one_stays():
    from .factories import a_signing, sent

    case = make_case()
    [maya] = begun(case, case.maya)
    sent(case, maya)
    with as_practitioner(case.manager):
        signed = act.sign(maya.id, a_signing())
    with as_practitioner(case.worker):
        row = act.update(maya.id, "Her father has come back to live with them.")
        assert row.texts.count() > 5
        act.write(row.id, "network", {"explored": "Asked again."}, number=1)
        signed.refresh_from_db()
        assert signed.digest == act.digest_of(signed.content, signed.form)
        with pytest.raises(Refused, match="begun already"):
            act.update(maya.id, "Her father has come back to live with them.")
        with pytest.raises(Refused, match="signed"):
            act.write(maya.id, "network", {"explored": "Asked again."})


def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing():
    case = make_case()
    [maya] = begun(case, case.maya)
    stranger = make_practitioner("social-worker")
    with as_practitioner(stranger):
        assert Assessment.objects.count() == 0
        for attempt in (
            lambda: act.write(maya.id, "network", {"explored": "Nobody."}),
            lambda: act.begin(
                act.Beginning(
                    [case.maya], "section_17", stranger.pk, "agreement", "Her mother agreed on Tuesday."
                )
            ),
            lambda: tried(case, Reached.SEEN, 5),
            lambda: contribution.ask(maya.id, stranger.postings.get().agency_id, "What do you know?"),
        ):
            with pytest.raises(NotFound):
                attempt()
