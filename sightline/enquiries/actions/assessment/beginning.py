"""An assessment begins, for one child or for siblings together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.terms import StatusKind
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures import rules as clocks
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import AssessmentForm
from sightline.records.models import Decision

from ...models import (
    Assessment,
)
from ...rules import assessment as rules
from ...terms import (
    AssessmentState,
    Stage,
    StandsOn,
)
from .. import episode as way

#: The duty that an assessment of each kind of form answers.
DUTY = {True: "assessment", False: "early_help_assessment"}


@dataclass(frozen=True)
class Beginning:
    """An assessment to begin: of which children, in which form, by whom, on what it stands."""

    folder_ids: Sequence[UUID]
    form: str
    author_id: UUID
    stands_on: str
    stands_on_words: str
    why_nothing_less: str = ""
    sooner_on: date | None = None
    sooner_why: str = ""
    updates_id: UUID | None = None


@transaction.atomic
def begin(new: Beginning) -> list[Assessment]:
    """Begin an assessment of each child, brothers and sisters together; the duty that waits for it is the author's.

    Raises NotPermitted, NotFound or Refused: an open one of the kind, no agreement nor power, an author who cannot
    open the record.
    """
    acting = permit(Permission.WRITE_FOLDER)
    pack = pack_in_force()
    form = pack.assessment_form(new.form, today())
    rules.may_begin(
        statutory=form.statutory,
        stands_on=new.stands_on,
        words=new.stands_on_words,
        why_nothing_less=new.why_nothing_less,
        may_do_statutory=acting.may(Permission.STATUTORY),
    ).or_refuse()
    author = acting_as(new.author_id)
    if author is None:
        raise Refused("Choose somebody who holds a post today.", "author")
    if form.statutory and not author.may(Permission.STATUTORY):
        raise Refused(
            "Choose a social worker: an assessment of a child in need is the local authority's.", "author"
        )
    folders = [way.writable_lead(folder_id) for folder_id in dict.fromkeys(new.folder_ids)]
    if not folders:
        raise Refused("Choose at least one child.", "children")
    for folder_id in folders:
        way.may_begin_work(folder_id, today())
    together = uuid7() if len(folders) > 1 else None
    begun = [_begin_one(folder_id, new, form, together) for folder_id in folders]
    if new.sooner_on is not None:
        _needed_sooner(begun, new.sooner_on, new.sooner_why, form)
    return begun


def _needed_sooner(begun: Sequence[Assessment], day: date, why: str, form: AssessmentForm) -> None:
    """Every child's clock that runs longer ends by that day (TIM-01). Raises Refused where it brings none forward."""
    subjects = [row.duty_subject for row in begun]
    owed = list(Duty.objects.filter(TO_DO, kind=DUTY[form.statutory], subject_id__in=subjects))
    by = datetime.combine(day, datetime.max.time().replace(microsecond=0), LONDON)
    latest = max((duty.due_at for duty in owed), default=by)
    clocks.may_start_sooner(why, by, latest, now(), "sooner_on").or_refuse()
    for duty in owed:
        if by < duty.due_at:
            duties.shorten(duty.id, by, why)


def _begin_one(folder_id: UUID, new: Beginning, form: AssessmentForm, together: UUID | None) -> Assessment:
    stage = Stage.ASSESSMENT if form.statutory else Stage.EARLY_HELP
    waiting = _waiting_duty(folder_id, "assessment" if form.statutory else "early_help_contact")
    if waiting is None and new.updates_id is not None:
        waiting = _waiting_duty(folder_id, DUTY[form.statutory])
    decision = (
        Decision.objects.filter(id=waiting.subject_id).first() if waiting and waiting.subject_id else None
    )
    episode = way.begin(
        folder_id,
        stage,
        reasons=new.stands_on_words,
        decision_id=decision.id if decision else None,
        written_together=together,
    )
    open_one = open_of(episode.id, new.form)
    if open_one is not None:
        raise Refused(
            f"{open_one.author.name} began this assessment on {_day(open_one.started_at)}. Open it and go on with it."
        )
    author = way.allocate(folder_id, new.author_id, why=f"{form.title}: allocated")
    at = now()
    row = Assessment(
        folder_id=folder_id,
        episode=episode,
        child_id=episode.child_id,
        form=new.form,
        state=AssessmentState.WRITING.value,
        started_at=at,
        author_id=new.author_id,
        author_post=author.post,
        stands_on=StandsOn(new.stands_on).value,
        stands_on_words=new.stands_on_words.strip(),
        why_nothing_less=new.why_nothing_less.strip(),
        written_together=together,
        updates_id=new.updates_id,
    )
    row.duty_subject = waiting.subject_id if waiting and waiting.subject_id else row.id
    row.save(force_insert=True)
    path = f"/child/{folder_id}/enquiries/assessments/{row.id}/"
    if waiting is None or waiting.kind != DUTY[form.statutory]:
        # The clock of early help runs from the family's agreement; without a concern, that of an assessment from today.
        way.happened(
            "assessment_begun" if form.statutory else "early_help_begun",
            folder_id, row.duty_subject, path=path, owner_id=new.author_id, team_id=author.team_id,
        )  # fmt: skip
    mine = list(Duty.objects.filter(TO_DO, kind=DUTY[form.statutory], subject_id=row.duty_subject))
    duties.hand_to([duty.id for duty in mine], new.author_id, team_id=author.team_id, path=path)
    if form.statutory:
        way.put_under(folder_id, StatusKind.CHILD_IN_NEED)
    else:
        way.put_under(folder_id, StatusKind.EARLY_HELP)
    if new.author_id != way.me():
        notify(new.author_id, text="An assessment has been allocated to you", path=path)
    record(Verb.WROTE, "enquiries.begin_assessment", folder_id=folder_id, subject=row)
    return row


def open_of(episode_id: UUID, form: str) -> Assessment | None:
    """The open assessment by that form on a child's way: a child has one of a kind at a time."""
    going_on = [AssessmentState.WRITING.value, AssessmentState.SENT.value]
    rows = Assessment.objects.filter(episode_id=episode_id, form=form, state__in=going_on)
    return rows.select_related("author").first()


def _waiting_duty(folder_id: UUID, kind: str) -> Duty | None:
    """The duty of a concern's decision that nobody has begun to answer yet."""
    return (
        Duty.objects.filter(TO_DO, folder_id__in=joined_set(folder_id), kind=kind)
        .exclude(
            subject_id__in=Assessment.objects.filter(folder_id=folder_id)
            .exclude(state=AssessmentState.SET_ASIDE.value)
            .values("duty_subject")
        )
        .order_by("due_at")
        .first()
    )


def _day(at: datetime) -> str:
    day = at.astimezone(LONDON)
    return f"{day.day} {day:%B %Y}"
