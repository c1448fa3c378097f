"""The only writer of what children said and what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored, sent_before
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import lead_worker
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import rules
from ..models import (
    Advocacy,
    Done,
    ExplainedView,
    Explanation,
    RightsTold,
    TakenBack,
    ToldBefore,
    View,
)
from ..terms import AdvocacyAct, Answer, Explained, Heard, RightsForm, TookPart
from .drafts import OpenedOn, empty_draft

#: Decisions that are about records and not about the child's life: nothing in them is for a child to be told.
NOT_FOR_THE_CHILD = (DecisionKind.MATCH.value,)


def _not_ahead(at: datetime | date, field: str, what: str) -> None:
    ahead = at > now() if isinstance(at, datetime) else at > today()
    if ahead:
        raise Refused(f"{what} has happened. Give a time that is past.", field)


def _page(folder_id: UUID) -> str:
    return f"/child/{folder_id}/voice/"


def _owner(folder_id: UUID) -> UUID | None:
    """Who answers the child: the lead professional, where there is one."""
    lead = lead_worker(folder_id)
    return lead.practitioner_id if lead else None


@dataclass(frozen=True)
class Said:
    """What a child said, to be written down. Texts are kept as they are given, the child's own untidied."""

    heard: Heard
    heard_at: datetime
    place: str
    alone: bool | None
    said: str = ""
    worries: str = ""
    good: str = ""
    dreams: str = ""
    heard_by: str = ""
    others: str = ""
    why_not_alone: str = ""
    language: str = ""
    wants: str = ""
    keep_from: str = ""


@transaction.atomic
def hear(folder_id: UUID, said: Said, *, once: UUID | None = None, opened_on: OpenedOn | None = None) -> View:
    """Keep what a child said. What asks for an answer becomes due by the pack. The draft of the page that sent it, or
    the one that the page was opened on, is emptied; what another page has kept stays.

    Raises NotPermitted, or Refused where something is missing that `rules.view_is_whole` asks for.
    """
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(View.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    view = _view(acting, folder_id, said, once)
    view.save(force_insert=True)
    _happened_here("child_heard", folder_id, view.id, done=said.heard_at)
    if rules.awaits_answer(said.heard, said.wants):
        _owe_answer(view, _owner(folder_id) or acting.practitioner_id)
    empty_draft(folder_id, page=once, opened_on=opened_on)
    record(Verb.WROTE, "voice.hear", folder_id=folder_id, subject=view)
    return view


def _owe_answer(view: View, owner_id: UUID | None) -> None:
    duties.open_duties(
        [
            # From when the child spoke: they have waited since then, however late it is written down.
            duties.Opening(view.folder_id, kind, view.heard_at, view.first, _page(view.folder_id), owner_id)
            for kind in pack_in_force().event("child_awaits_answer", today()).opens
        ],
        imported=True,
    )


def _view(acting: Acting, folder_id: UUID, said: Said, once: UUID | None = None) -> View:
    rules.view_is_whole(
        said=said.said, heard=said.heard, houses=(said.worries, said.good, said.dreams), alone=said.alone,
        others=said.others, why_not_alone=said.why_not_alone, place=said.place,
    ).or_refuse()  # fmt: skip
    _not_ahead(said.heard_at, "heard_at", "What a child said")
    houses = said.heard is Heard.THREE_HOUSES
    written = authored(acting, folder_id, once)
    return View(
        **written,
        first=written["id"],
        said=said.said.strip(),
        heard=said.heard.value,
        worries=said.worries.strip() if houses else "",
        good=said.good.strip() if houses else "",
        dreams=said.dreams.strip() if houses else "",
        language=said.language.strip(),
        heard_by=said.heard_by.strip() or acting.said_as,
        heard_at=said.heard_at,
        place=said.place.strip(),
        alone=bool(said.alone),
        others="" if said.alone else said.others.strip(),
        why_not_alone="" if said.alone else said.why_not_alone.strip(),
        wants=said.wants.strip(),
        keep_from=said.keep_from.strip(),
    )


def _one(view_id: UUID) -> View:
    """A writing of what a child said, which was not taken back."""
    view = View.objects.filter(id=view_id).first()
    if view is None:
        raise NotFound
    if TakenBack.objects.filter(view=view).exists():
        raise Refused("This was taken back: it was written by mistake")
    return view


@transaction.atomic
def acted(view_id: UUID, words: str, done_on: date, *, once: UUID | None = None) -> Done:
    """What was done about something that a child said."""
    acting = permit(Permission.WRITE_FOLDER)
    view = _one(view_id)
    if (sent := sent_before(Done.objects.filter(view=view), once)) is not None:
        return sent
    done = Done.objects.create(**authored(acting, view.folder_id, once), view=view, **_done(words, done_on))
    record(Verb.WROTE, "voice.acted", folder_id=view.folder_id, subject=done)
    return done


def _done(words: str, done_on: date) -> dict[str, Any]:
    """The columns of what was done. Raises Refused where nothing is said."""
    if not words.strip():
        raise Refused("Say what was done, and by whom.", "words")
    _not_ahead(done_on, "done_on", "What was done")
    return {"words": words.strip(), "done_on": done_on}


@dataclass(frozen=True)
class Explaining:
    """What a child was told came of it. `view_ids` is what it answers, `decision_id` the decision explained."""

    words: str
    explained_at: datetime
    how: Explained
    view_ids: Sequence[UUID] = ()
    decision_id: UUID | None = None
    answer: Answer | None = None
    why_no: str = ""
    explained_by: str = ""
    child_said: str = ""


@transaction.atomic
def explain(folder_id: UUID, told: Explaining, *, once: UUID | None = None) -> Explanation:
    """That something was explained back to the child; what was owed to them by it is done."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(Explanation.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    explained = _explained(acting, told)
    folders = joined_set(lead_of(folder_id))
    views = list(
        View.objects.filter(id__in=list(told.view_ids), folder_id__in=folders, taken_back__isnull=True)
    )
    decision = (
        Decision.objects.filter(id=told.decision_id, folder_id__in=folders).first()
        if told.decision_id is not None
        else None
    )
    if len(views) != len(set(told.view_ids)) or (told.decision_id is not None and decision is None):
        raise NotFound
    explanation = Explanation.objects.create(
        **authored(acting, folder_id, once), **explained, decision=decision
    )
    ExplainedView.objects.bulk_create(
        ExplainedView(folder_id=view.folder_id, explanation=explanation, view=view) for view in views
    )
    at = now()
    for view in views:
        duties.happened(
            "child_answered", [view.folder_id], subject_id=view.first, at=at, done=told.explained_at
        )
    if decision is not None:
        duties.happened(
            "decision_explained", [decision.folder_id], subject_id=decision.id, at=at, done=told.explained_at
        )
    record(Verb.WROTE, "voice.explain", folder_id=folder_id, subject=explanation)
    return explanation


def _explained(acting: Acting, told: Explaining) -> dict[str, Any]:
    """The columns of what a child was told. Raises Refused where it is not whole."""
    rules.explanation_is_whole(
        told.answer, told.words, told.why_no, views=len(told.view_ids), decision=told.decision_id is not None
    ).or_refuse()
    _not_ahead(told.explained_at, "explained_at", "What was explained")
    return {
        "answer": told.answer.value if told.answer else "",
        "words": told.words.strip(),
        "why_no": told.why_no.strip() if told.answer in (Answer.NO, Answer.PARTLY) else "",
        "explained_at": told.explained_at,
        "explained_by": told.explained_by.strip() or acting.said_as,
        "how": told.how.value,
        "child_said": told.child_said.strip(),
    }


def decided(decisions: Sequence[Decision]) -> None:
    """Decisions were made: those on a child whose views are on the record are to be explained to them (CHD-04).

    Called by the record within the transaction of the decision, whose maker has its permission.
    """
    for decision in decisions:
        if decision.kind in NOT_FOR_THE_CHILD:
            continue
        folders = joined_set(lead_of(decision.folder_id))
        # A child who was only seen has no words that a decision could touch; whoever said something has.
        if (
            View.objects.standing()
            .filter(folder_id__in=folders)
            .exclude(heard=Heard.OBSERVATION.value)
            .exists()
        ):
            duties.happened(
                "decision_touches_view", [decision.folder_id], subject_id=decision.id, at=decision.made_at,
                path=_page(decision.folder_id), owner_id=_owner(decision.folder_id) or decision.maker_id,
            )  # fmt: skip


@dataclass(frozen=True)
class AdvocacyStep:
    act: AdvocacyAct
    on: date
    words: str = ""
    name: str = ""
    organisation: str = ""
    telephone: str = ""


#: What each step of the offer is called in the pack's events.
EVENTS = {
    AdvocacyAct.OFFERED: "advocate_offered",
    AdvocacyAct.ACCEPTED: "advocate_accepted",
    AdvocacyAct.DECLINED: "advocate_declined",
    AdvocacyAct.NAMED: "advocate_named",
    AdvocacyAct.ENDED: "advocate_ended",
}


@transaction.atomic
def advocacy(folder_id: UUID, step: AdvocacyStep, *, once: UUID | None = None) -> Advocacy:
    """A step of the offer of an advocate: offered, accepted, declined, found, ended."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(Advocacy.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    standing = Advocacy.objects.standing().filter(folder_id=folder_id)
    row = Advocacy.objects.create(**authored(acting, folder_id, once), **_step(step, standing))
    _advocate_moved(row)
    record(Verb.WROTE, "voice.advocacy", folder_id=folder_id, subject=row)
    return row


def _step(step: AdvocacyStep, before: models.QuerySet[Advocacy]) -> dict[str, Any]:
    """The columns of a step that follows others. Raises Refused where it is not whole or cannot follow them."""
    history = [AdvocacyAct(act) for act in before.values_list("act", flat=True)]
    rules.may_act_on_advocate(step.act, step.name, history).or_refuse()
    _not_ahead(step.on, "on", "This")
    return {
        "act": step.act.value,
        "on": step.on,
        "words": step.words.strip(),
        "name": step.name.strip(),
        "organisation": step.organisation.strip(),
        "telephone": step.telephone.strip(),
    }


def _advocate_moved(row: Advocacy) -> None:
    """What a step discharges and opens."""
    path = f"{_page(row.folder_id)}advocate/"
    _happened_here(EVENTS[AdvocacyAct(row.act)], row.folder_id, row.id, path, done=row.on)


def _happened_here(
    event: str, folder_id: UUID, subject_id: UUID, path: str = "", *, done: datetime | date | None = None
) -> None:
    """An event that discharges what is owed on the child whatever it was opened by: an enquiry, a plan, a step.
    `done`: when it was, or on which day.

    A talk of before an urgent action is not the hearing that is owed since. An advocate offered before, and rights
    explained before, the child has already: they count.
    """
    at = now()
    _discharge_here(event, folder_id, subject_id, done)
    duties.happened(
        event, [folder_id], subject_id=subject_id, at=at, done=done, path=path,
        owner_id=_owner(folder_id),
    )  # fmt: skip


def _discharge_here(
    event: str, folder_id: UUID, subject_id: UUID, done: datetime | date | None = None
) -> None:
    folders = joined_set(lead_of(folder_id))
    for duty in Duty.objects.filter(
        TO_DO, kind__in=pack_in_force().event(event, today()).discharges, folder_id__in=folders
    ):
        if (
            event == "child_heard"
            and isinstance(done, datetime)
            and not rules.heard_since(done, duty.started_at)
        ):
            continue
        if duty.subject_id is not None:
            duties.discharge(duty.kind, duty.subject_id, folder_ids=folders, done=done, met_by=subject_id)


@dataclass(frozen=True)
class RightsExplained:
    form: RightsForm
    how: Explained
    told_at: datetime
    told_by: str = ""
    child_said: str = ""


@transaction.atomic
def tell_rights(folder_id: UUID, told: RightsExplained, *, once: UUID | None = None) -> RightsTold:
    """That the child's rights were explained, in which form, and what the child said to it (CHD-11)."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(RightsTold.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    pack = pack_in_force()
    row = RightsTold.objects.create(
        **authored(acting, folder_id, once),
        **_rights(acting, told),
        pack=pack.name,
        pack_version=pack.version,
    )
    _happened_here("rights_explained", folder_id, row.id, done=told.told_at)
    record(Verb.WROTE, "voice.tell_rights", folder_id=folder_id, subject=row)
    return row


def _rights(acting: Acting, told: RightsExplained) -> dict[str, Any]:
    """The columns of how the rights were explained."""
    _not_ahead(told.told_at, "told_at", "What was explained")
    return {
        "form": told.form.value,
        "how": told.how.value,
        "told_at": told.told_at,
        "told_by": told.told_by.strip() or acting.said_as,
        "child_said": told.child_said.strip(),
    }


@dataclass(frozen=True)
class Telling:
    """What a child was told before something, and how they took part."""

    about: str
    happens_on: date
    took_part: TookPart
    subject_id: UUID | None = None
    told: str = ""
    told_at: datetime | None = None
    told_by: str = ""
    why_not_told: str = ""
    part_words: str = ""


@transaction.atomic
def tell_before(folder_id: UUID, telling: Telling, *, once: UUID | None = None) -> ToldBefore:
    """What the child was told before a meeting, a move or a change of plan (CHD-12)."""
    acting = permit(Permission.WRITE_FOLDER)
    if (sent := sent_before(ToldBefore.objects.filter(folder_id=folder_id), once)) is not None:
        return sent
    row = ToldBefore.objects.create(
        **authored(acting, folder_id, once), **_telling(acting, telling), subject_id=telling.subject_id
    )
    record(Verb.WROTE, "voice.tell_before", folder_id=folder_id, subject=row)
    return row


def _telling(acting: Acting, telling: Telling) -> dict[str, Any]:
    """The columns of what was told beforehand. Raises Refused where it is not whole."""
    rules.told_is_whole(telling.told, telling.told_at, telling.why_not_told).or_refuse()
    if not telling.about.strip():
        raise Refused("Say what it is that the child was told of.", "about")
    if telling.took_part is TookPart.NOT_ASKED and not telling.part_words.strip():
        raise Refused("Say why the child was not asked.", "part_words")
    if telling.told_at is not None:
        _not_ahead(telling.told_at, "told_at", "What was told")
    told = bool(telling.told.strip())
    return {
        "about": telling.about.strip(),
        "happens_on": telling.happens_on,
        "told": telling.told.strip(),
        "told_at": telling.told_at if told else None,
        "told_by": (telling.told_by.strip() or acting.said_as) if told else "",
        "why_not_told": "" if told else telling.why_not_told.strip(),
        "took_part": telling.took_part.value,
        "part_words": telling.part_words.strip(),
    }
