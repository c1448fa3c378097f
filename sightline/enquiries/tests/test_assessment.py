"""The life of an assessment through its actions, on the real database as the program's role."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.access.queries import joined_set
from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.queries import child_page
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.models import Assessment, Episode, Evidence, SectionText, SignOff
from sightline.enquiries.queries import assessment as queries
from sightline.enquiries.terms import ActsForChild, AgainstAge, AssessmentState, Development, Stage, TookPart
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Decision, Entry
from sightline.voice.actions import WishesIn
from sightline.voice.models import Regard

from .factories import a_signing, begun, complete, make_case, sent
from .test_pages import browser, words_of

pytestmark = pytest.mark.django_db


def kinds_owed(folder_id):
    return set(
        Duty.objects.filter(folder_id=folder_id, closed_at__isnull=True).values_list("kind", flat=True)
    )


@pytest.mark.obligation("ASM-01")
def test_a_concerns_duty_becomes_the_workers_assessment_and_a_manager_signs_it():
    case = make_case()
    maya, theo = begun(case)
    assert maya.written_together == theo.written_together
    with as_practitioner(case.worker):
        duty = Duty.objects.get(folder_id=case.maya, kind="assessment")
        assert (duty.owner_id, duty.path) == (
            case.worker.pk,
            f"/child/{case.maya}/enquiries/assessments/{maya.id}/",
        )
        assert Episode.objects.get(folder_id=case.maya).stage == Stage.ASSESSMENT.value
    sent(case, maya)
    with as_practitioner(case.manager):
        assert "sign_off" in kinds_owed(case.maya)
        signed = act.sign(maya.id, a_signing())
        assert Assessment.objects.get(id=maya.id).state == AssessmentState.SIGNED.value
        assert Episode.objects.get(folder_id=case.maya).stage == Stage.HELP.value
        assert Decision.objects.get(id=signed.decision_id).maker_id == case.manager.pk
        assert signed.digest == act.digest_of(signed.content, signed.form)
        assert signed.pack_version
        owed = kinds_owed(case.maya)
        assert "sharing_assessment" in owed
        assert {"assessment", "sign_off"}.isdisjoint(owed)
        assert "assessment" in kinds_owed(case.theo), "a sibling's is their own"


def test_what_is_missing_is_named_before_it_is_sent():
    case = make_case()
    maya, _theo = begun(case)
    with as_practitioner(case.worker):
        view = queries.assessment(maya.id, child_page(joined_set(case.maya)))
        said = " ".join(lack.words for lack in view.lacks)
        assert "Money: income, debt, benefits" in said
        assert "No father is recorded" in said
        assert "Ethnicity" in said
        with pytest.raises(Refused, match="not complete yet"):
            act.send(maya.id, case.manager.pk, outcome_id="child_in_need_plan", words="The help is agreed.")


@pytest.mark.obligation("CHD-07")
@pytest.mark.parametrize("form", ["section_17", "early_help"])
def test_no_assessment_is_sent_before_the_childs_development_stands_beside_their_age(form):
    case = make_case("early_help" if form == "early_help" else "section_17_assessment")
    [maya] = begun(case, case.maya, form=form)
    asks = "Record how the child is developing against their age"
    with as_practitioner(case.worker):
        child = child_page(joined_set(case.maya))
        assert asks in {lack.words for lack in queries.assessment(maya.id, child).lacks}
        act.record_progress(
            case.maya,
            act.Seen(Development.TALKING, today(), AgainstAge.A_LITTLE_BEHIND, "Three words.", "School"),
        )
        assert asks not in {lack.words for lack in queries.assessment(maya.id, child).lacks}


@pytest.mark.obligation("EQU-01")
def test_culture_given_as_an_explanation_of_harm_is_answered_for_before_an_assessment_is_sent():
    case = make_case()
    maya, _theo = begun(case)
    complete(case, maya)
    with as_practitioner(case.worker):
        texts = dict(queries.assessment(maya.id, child_page(joined_set(case.maya))).texts["analysis"].content)
        act.write(
            maya.id, "analysis", texts | {"together": "In their culture it is normal to smack a child."}
        )
        with pytest.raises(Refused, match="may read as if culture explained the harm"):
            act.send(maya.id, case.manager.pk, outcome_id="child_in_need_plan", words="The help is agreed.")
        act.write(
            maya.id, "analysis",
            texts
            | {
                "together": "In their culture it is normal to smack a child.",
                "culture_answer": "She was hurt, whatever anybody calls it; he lives elsewhere until he stops.",
            },
        )  # fmt: skip
        act.send(maya.id, case.manager.pk, outcome_id="child_in_need_plan", words="The help is agreed.")


def test_nobody_signs_their_own_or_for_a_family_that_they_know():
    case = make_case()
    maya, _theo = begun(case)
    sent(case, maya)
    with as_practitioner(case.manager):
        for knows in (True, None):
            with pytest.raises(Refused):
                act.sign(maya.id, a_signing(knows_family=knows))
        assert SignOff.objects.filter(act="sign").count() == 0


def _writes_over(row):
    before = dict(queries.assessment(row.id, child_page([row.folder_id])).texts["analysis"].content)
    act.write(row.id, "analysis", before | {"together": "Mornings and money, together."})


def _says_who_took_part(row):
    [first, *_] = child_page([row.folder_id]).ties
    told = act.PartTaken(
        TookPart.YES, how="By telephone.", acts_for_child=ActsForChild.YES, acts_evidence="They rang."
    )
    act.take_part(row.id, first.person.id, told)


def _names_a_need(row):
    act.name_need(row.id, act.NeedIn("A bed", "Maya", unmet_why="No shop delivers before May."))


def _sees_her_develop(row):
    act.record_progress(
        row.folder_id, act.Seen(Development.TALKING, today(), AgainstAge.A_LITTLE_BEHIND, "Talks.", "Nursery")
    )


def _links_an_entry(row):
    form = pack_in_force().assessment_form(row.form, today())
    entry = Entry.objects.filter(folder_id=row.folder_id).first()
    section = next(s for s in form.section if s.evidence)
    for each in Evidence.objects.filter(assessment=row, section=section.id, entry=entry):
        act.unlink(row.id, each.id)
    act.link(row.id, section.id, [entry.id])


@pytest.mark.parametrize(
    "writes",
    [_writes_over, _says_who_took_part, _names_a_need, _sees_her_develop, _links_an_entry],
)
def test_whoever_wrote_any_part_of_it_does_not_sign_it_also_where_it_was_written_over(writes):
    case = make_case()
    maya, _theo = begun(case)
    complete(case, maya)
    with as_practitioner(case.manager):
        writes(maya)
    with as_practitioner(case.worker):
        analysis = queries.assessment(maya.id, child_page([case.maya])).texts["analysis"].content
        act.write(maya.id, "analysis", dict(analysis) | {"together": "The author's own words again."})
        act.send(maya.id, case.manager.pk, outcome_id="child_in_need_plan", words="The help is agreed.")
    with (
        as_practitioner(case.manager),
        pytest.raises(Refused, match="wrote a part of this assessment yourself"),
    ):
        act.sign(maya.id, a_signing())


@pytest.mark.obligation("CHD-07")
def test_what_was_seen_of_a_child_years_ago_does_not_answer_how_they_develop_today():
    case = make_case()
    let_in(case.maya, case.worker)
    with as_practitioner(case.worker):
        act.record_progress(
            case.maya, act.Seen(Development.TALKING, today(), AgainstAge.A_LITTLE_BEHIND, "Talks.", "Nursery")
        )
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        maya, _theo = begun(case)
        with as_practitioner(case.worker):
            lacks = queries.assessment(maya.id, child_page([case.maya])).lacks
            assert "Record how the child is developing against their age" in [each.words for each in lacks]
            _sees_her_develop(maya)
            lacks = queries.assessment(maya.id, child_page([case.maya])).lacks
            assert "Record how the child is developing against their age" not in [e.words for e in lacks]


@pytest.mark.obligation("CHD-13")
def test_an_assessment_of_a_child_in_need_is_not_signed_without_the_childs_wishes_or_why_not():
    case = make_case()
    maya, _theo = begun(case)
    sent(case, maya)
    with as_practitioner(case.manager):
        with pytest.raises(Refused) as refused:
            act.sign(maya.id, a_signing(wishes=WishesIn()))
        assert refused.value.verdict.field == "wishes_why_not"
        assert not SignOff.objects.filter(act="sign").exists()
        signed = act.sign(maya.id, a_signing())
        assert Regard.objects.get(decision_id=signed.decision_id).power == "17"


def test_every_saved_text_stays_and_a_stale_page_is_refused():
    case = make_case()
    maya, theo = begun(case)
    with as_practitioner(case.worker):
        act.write(maya.id, "network", {"explored": "Both grandmothers were asked."}, also=[theo.id])
        act.write(maya.id, "network", {"explored": "Both grandmothers and an uncle were asked."}, number=1)
        with pytest.raises(Refused, match="after you opened it"):
            act.write(maya.id, "network", {"explored": "Nobody."}, number=1)
        texts = SectionText.objects.filter(assessment=maya, section="network").order_by("number")
        assert [t.content["explored"] for t in texts] == [
            "Both grandmothers were asked.", "Both grandmothers and an uncle were asked.",
        ]  # fmt: skip
        assert (
            SectionText.objects.get(assessment=theo, section="network").written_together
            == texts[0].written_together
        )


def test_complete_means_complete():
    case = make_case()
    maya, _theo = begun(case)
    complete(case, maya)
    with as_practitioner(case.worker):
        view = queries.assessment(maya.id, child_page(joined_set(case.maya)))
        assert [lack.words for lack in view.lacks] == []


@pytest.mark.obligation("FAM-09")
def test_sharing_it_is_owed_until_it_is_said_of_the_child_and_of_each_parent_and_carer():
    case = make_case()
    maya, _theo = begun(case)
    sent(case, maya)
    with as_practitioner(case.manager):
        act.sign(maya.id, a_signing())
    client = browser(case.worker)
    address = reverse("enquiries:shared", args=[case.maya, maya.id])
    with as_practitioner(case.worker):
        child = child_page(joined_set(case.maya))
        left = queries.to_be_told(child, set())
        assert child.child.id in left
        assert {tie.person.id for tie in child.responsible_parents} < set(left)
    assert "Everybody has been told" not in words_of(client.get(address)), "nobody says so for all of them"
    for n, person_id in enumerate(left):
        assert "Not said yet of everybody" in words_of(client.get(address))
        with as_practitioner(case.worker):
            assert "sharing_assessment" in kinds_owed(case.maya)
        given = {"was_shared": "yes", "how": "Read to them at home.", "said": "It is fair."}
        day = {f"shared_on-{part}": getattr(today(), part) for part in ("day", "month", "year")}
        not_given = {"was_shared": "no", "why_not": "The police ask to wait until Monday."}
        answer = client.post(address, {"person": person_id, **(not_given if n else given | day)})
        assert answer.status_code == 302, words_of(answer)
    assert "Not said yet of everybody" not in words_of(client.get(address))
    with as_practitioner(case.worker):
        assert "sharing_assessment" not in kinds_owed(case.maya)
