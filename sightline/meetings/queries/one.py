"""One meeting, with the children's parts that the viewer may open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, JSONObject

from sightline.agencies.models import Posting, Practitioner
from sightline.children.queries import NameAndAge, name_and_age
from sightline.children.rules import eighteenth
from sightline.govuk.words import date_only, moment
from sightline.kernel.time import LONDON, day_of, today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.kept import as_it_was, as_they_were
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force

from .. import rules
from ..models import (
    ATTENDED,
    ActionDone,
    ActionHandover,
    AgreedAction,
    Attendance,
    ChildTold,
    Dissent,
    Given,
    Interpreter,
    Invitation,
    Meeting,
    MeetingChild,
    MeetingDecision,
    Report,
    Said,
    Supporter,
)
from ..terms import MeetingState
from .apart import kept_pairs
from .standing import (
    as_if_there,
    children_among,
    name_of,
    papers_by,
    quorum_lacks,
    unready_of,
)
from .views import (
    ActionView,
    AttendanceView,
    ChildPart,
    DecisionSaid,
    GivenView,
    InterpreterView,
    InvitedView,
    MeetingView,
    SaidView,
    SupporterView,
    V,
)

#: What stands in a child's part, each read by one query: a page asks for what it shows.
PARTS = ("told", "decisions", "said", "actions", "reports")


def meeting(meeting_id: UUID, parts: Collection[str] = PARTS) -> MeetingView:
    """One meeting with the children's parts that the viewer may open. Raises NotFound.

    Six queries, two more before it is held, and one for each of `parts`, whatever there is.
    """
    row = (
        Meeting.objects.select_related("chair", "minute_taker", "called_by", "changed_by", "concluded_by")
        .annotate(worked=Func(F("id"), function="meetings_may_work", output_field=BooleanField()))
        .filter(id=meeting_id)
        .first()
    )
    if row is None:
        raise NotFound
    pack = pack_in_force()
    rule = pack.meeting(row.purpose, row.called_at.astimezone(LONDON).date())
    invitations = list(
        Invitation.objects.filter(meeting=row)
        .select_related("agency")
        .annotate(
            in_post=Exists(Posting.objects.held_today().filter(practitioner_id=OuterRef("practitioner_id"))),
            given_rows=_about(
                Given,
                "kind",
                "at",
                "how",
                "form",
                "covers",
                "understood",
                "reply",
                "late_why",
                "recorded_at",
                "by_whom",
            ),
            supporter_rows=_about(Supporter, "offered", "why_not", "answer", "name", "relation"),
            interpreter_rows=_about(
                Interpreter, "language", "name", "booked_with", "relative", "relative_why"
            ),
            attendance_rows=_about(
                Attendance,
                "came",
                "words",
                "report",
                "supporter_came",
                "interpreter_used",
                "no_interpreter_why",
                counts=ATTENDED,
            ),
        )
        .order_by("invited_at", "id")
    )
    part_rows = list(MeetingChild.objects.filter(meeting=row).order_by("place_in_list"))
    people = {r.child_id for r in part_rows} | children_among(invitations)
    names = name_and_age(people)
    everybody = _invited(row, invitations, part_rows, names)
    invited = tuple(i for i in everybody if i.row.withdrawn_at is None)
    by = papers_by(rule, pack, row.starts_at)
    return MeetingView(
        row=row,
        rule=rule,
        pack=pack,
        then=as_it_was(row.pack_version),
        papers_by=by,
        may_work=row.worked,
        children=_parts(row, part_rows, names, {i.id: i for i in everybody}, parts),
        invited=invited,
        withdrawn=tuple(i for i in everybody if i.row.withdrawn_at is not None),
        lacks=tuple(
            quorum_lacks(rule, pack, [as_if_there(i, row.state) for i in invited], meeting_id=row.id)
        ),
        unready=tuple(
            unready_of(
                [i for i in invited if i.of_family],
                rule,
                row.starts_at,
                by,
                [p.folder_id for p in part_rows if p.left_at is None],
            )
            if row.state == MeetingState.CALLED.value
            else ()
        ),
    )


def _about(model: Any, *columns: str, counts: Q = Q()) -> ArraySubquery:
    """The rows of one table about an invitation that count, as a list of objects, the earliest first."""
    by = Coalesce(F("recorded_by__name"), Value(""))
    fields: dict[str, Any] = {column: column for column in columns}
    return ArraySubquery(
        model.objects.filter(counts, invitation_id=OuterRef("pk"))
        .order_by("recorded_at", "id")
        .values(row=JSONObject(id="id", by=by, **fields))
    )


def _invited(
    row: Meeting,
    invitations: Sequence[Invitation],
    parts: Sequence[MeetingChild],
    names: dict[UUID, NameAndAge],
) -> list[InvitedView]:
    here = {i.person_id: name_of(i, names) for i in invitations if i.person_id and i.withdrawn_at is None}
    people = {i.id: i.person_id for i in invitations if i.person_id}
    whose = {*people.values(), *(i.comes_for_id for i in invitations if i.comes_for_id)}
    pairs = kept_pairs([p.folder_id for p in parts], in_room=True) if len(whose) > 1 else []

    def kept_from(person: UUID) -> frozenset[UUID]:
        apart = {b if a == person else a for a, b in pairs if person in (a, b)}
        return frozenset(id for id, who in people.items() if who in apart)

    return [
        InvitedView(
            row=i,
            name=name_of(i, names),
            given=tuple(
                GivenView(
                    **{
                        **g,
                        "id": UUID(g["id"]),
                        "at": datetime.fromisoformat(g["at"]),
                        "recorded_at": datetime.fromisoformat(g["recorded_at"]),
                    }
                )
                for g in getattr(i, "given_rows", ())
            ),
            supporter=_latest(SupporterView, getattr(i, "supporter_rows", ())),
            interpreter=_latest(InterpreterView, getattr(i, "interpreter_rows", ())),
            attendance=_latest(AttendanceView, getattr(i, "attendance_rows", ())),
            apart=tuple(
                rules.named_apart(pairs, i.person_id, {k: v for k, v in here.items() if k != i.person_id})
            )
            if i.person_id
            else (),
            apart_ids=kept_from(me) if (me := i.person_id or i.comes_for_id) else frozenset(),
            anew_at=row.anew_at,
            left_agency=i.practitioner_id is not None and not getattr(i, "in_post", True),
        )
        for i in invitations
    ]


def _latest(view: type[V], rows: Sequence[Mapping[str, Any]]) -> V | None:
    """The latest of what is recorded, which is what holds."""
    return view(**{**rows[-1], "id": UUID(rows[-1]["id"])}) if rows else None


def _parts(
    row: Meeting,
    part_rows: Sequence[MeetingChild],
    names: dict[UUID, NameAndAge],
    invited: dict[UUID, InvitedView],
    parts: Collection[str],
) -> tuple[ChildPart, ...]:
    by_folder: dict[str, dict[UUID, list[Any]]] = {
        key: defaultdict(list) for key in ("told", "said", "decisions", "taken_back", "actions", "reports")
    }
    if "told" in parts:
        for told in (
            ChildTold.objects.filter(meeting=row).select_related("recorded_by").order_by("recorded_at", "id")
        ):
            by_folder["told"][told.folder_id].append(told)
    if "decisions" in parts:
        who = JSONObject(invitation="invitation_id", words="words")
        against = Dissent.objects.filter(decision_id=OuterRef("pk")).order_by("recorded_at", "id")
        for m in (
            MeetingDecision.objects.filter(meeting=row)
            .select_related("decision__maker", "decision__ruling__maker", "taken_back__by")
            .annotate(against=ArraySubquery(against.values(row=who)))
            .order_by("decision__made_at", "id")
        ):
            stands = "decisions" if getattr(m, "taken_back", None) is None else "taken_back"
            by_folder[stands][m.folder_id].append(_decision(m, invited))
    if "said" in parts:
        said = list(
            Said.objects.filter(meeting=row).select_related("written_by", "corrects").order_by("number", "id")
        )
        corrected: dict[UUID, list[int]] = defaultdict(list)
        for s in said:
            if s.corrects_id:
                corrected[s.corrects_id].append(s.number)
        for s in said:
            by_folder["said"][s.folder_id].append(_said(s, invited, tuple(corrected.get(s.id, ()))))
    if "actions" in parts:
        for a in action_views(AgreedAction.objects.filter(meeting=row)):
            by_folder["actions"][a.folder_id].append(a)
    if "reports" in parts:
        for r in (
            Report.objects.filter(meeting=row)
            .select_related("invitation", "recorded_by")
            .order_by("recorded_at")
        ):
            by_folder["reports"][r.folder_id].append(r)
    return tuple(
        ChildPart(
            row=p,
            name=names[p.child_id].name,
            called=names[p.child_id].called,
            age=names[p.child_id].age,
            unborn=names[p.child_id].unborn,
            died_on=names[p.child_id].died_on,
            adult_on=eighteenth(born) if (born := names[p.child_id].born_on) else None,
            **{key: tuple(found.get(p.folder_id, ())) for key, found in by_folder.items()},
        )
        for p in part_rows
    )


def _said(row: Said, invited: dict[UUID, InvitedView], corrected_by: tuple[int, ...]) -> SaidView:
    who = invited.get(row.invitation_id) if row.invitation_id else None
    return SaidView(
        id=row.id,
        number=row.number,
        folder_id=row.folder_id,
        speaker=who.name if who else ("Somebody invited" if row.invitation_id else ""),
        invitation_id=row.invitation_id,
        words=row.words,
        about_adult=row.about_adult,
        no_account=row.no_account_why,
        not_for_family_why=row.not_for_family_why,
        was_wrong=row.was_wrong,
        corrects_number=row.corrects.number if row.corrects else None,
        corrected_by=corrected_by,
        written_at=row.written_at,
        written_by=row.written_by.name,
        together=row.written_together,
    )


def _decision(row: Any, invited: dict[UUID, InvitedView]) -> DecisionSaid:
    d = row.decision
    against = [(UUID(str(a["invitation"])), a["words"]) for a in row.against]
    ruling = getattr(d, "ruling", None)
    back = getattr(row, "taken_back", None)
    return DecisionSaid(
        decision_id=d.id,
        outcome=d.outcome,
        reasons=d.reasons,
        maker_id=d.maker_id,
        maker=d.maker.name,
        maker_post=d.maker_post,
        made_at=d.made_at,
        in_effect=not d.awaits_ruling or bool(ruling and ruling.upholds),
        conflict=d.conflict,
        conflict_said=_conflict(d, ruling),
        ruling_due=d.awaits_ruling and ruling is None and back is None,
        taken_back=f"{back.words} ({back.by.name}, {moment(back.at)})" if back else "",
        dissents=tuple(
            (invited[who].name if who in invited else "Somebody invited", words, who)
            for who, words in against
        ),
    )


def _conflict(d: Any, ruling: Any) -> str:
    """'With Jon Lund's interests. Not resolved for the child. The decision takes effect: Priya Nair, ...'"""
    if not d.conflict:
        return ""
    how = (
        f"Resolved for the child: {d.conflict_resolved}" if d.for_the_child else "Not resolved for the child"
    )
    said = [d.conflict, how]
    if ruling is not None:
        said.append(f"{ruling.outcome}: {ruling.maker.name}, {ruling.maker_post}. {ruling.reasons}")
    return " ".join(words if words.endswith((".", "!", "?")) else f"{words}." for words in said)


def answered() -> Exists:
    """Whether it stands that an agreed action was done, or will not be."""
    return Exists(ActionDone.objects.filter(action=OuterRef("pk"), taken_back__isnull=True))


def _standing(a: Any) -> tuple[ActionDone | None, tuple[str, ...]]:
    """The answer to an agreed action that holds, and in words those that were taken back, the latest first."""
    holds, before = None, []
    for answer in sorted(a.answers.all(), key=lambda answer: answer.at, reverse=True):
        back = getattr(answer, "taken_back", None)
        if back is None:
            holds = answer
            continue
        was = "done" if answer.done else "not to be done"
        before.append(
            f"Answered as {was} by {answer.by.name}, {date_only(answer.at)}: {answer.words} "
            f"Taken back by {back.by.name}, {date_only(back.at)}: {back.words}"
        )
    return holds, tuple(before)


def held_now(found: Any) -> Any:
    """Agreed actions with who has each now: whoever owes the duty, or the last to whom it was handed, or as agreed."""
    last = ActionHandover.objects.filter(action=OuterRef("pk")).order_by("-at", "-id")
    owed = Duty.objects.filter(TO_DO, subject_id=OuterRef("pk"), kind="meeting_action")
    person = Practitioner.objects.filter(pk=OuterRef("holder"))
    posts = Posting.objects.held_today().filter(practitioner_id=OuterRef("holder"))
    return (
        found.annotate(
            holder=Coalesce(
                Subquery(owed.values("owner_id")[:1]),
                Subquery(last.values("practitioner_id")[:1]),
                F("practitioner_id"),
                output_field=UUIDField(),
            ),
            handed_to=Subquery(last.values("practitioner_id")[:1]),
            handed_words=Subquery(last.values("by_whom")[:1]),
        )
        .annotate(
            holder_name=Subquery(person.values("name")[:1]),
            holder_agency=Subquery(posts.order_by("-held_from").values("agency__name")[:1]),
            there=Exists(posts),
        )
        .prefetch_related("handovers__by", "answers__by", "answers__taken_back__by")
    )


def _by_whom(a: Any) -> str:
    if a.holder is None or a.holder == a.practitioner_id:
        return str(a.by_whom)
    if a.holder == a.handed_to:
        return str(a.handed_words)
    return f"{a.holder_name}, {a.holder_agency}" if a.holder_agency else str(a.holder_name)


def action_views(found: Any, *, limit: int | None = None, offset: int = 0) -> list[ActionView]:
    """Agreed actions as pages show them, the earliest due first, and no more than `limit`; the outcome that each serves
    as it was called when it was agreed. Three queries at most."""
    rows = list(
        held_now(found).order_by("due_on", "id")[offset : offset + limit if limit is not None else None]
    )
    then = as_they_were(a.pack_version for a in rows if a.outcome_id)
    return [
        ActionView(
            id=a.id,
            folder_id=a.folder_id,
            meeting_id=a.meeting_id,
            words=a.words,
            by_whom=_by_whom(a),
            due_on=a.due_on,
            timing_why=a.timing_why,
            outcome=then[a.pack_version].outcome(a.outcome_id, day_of(a.agreed_at)) if a.outcome_id else "",
            done=_standing(a)[0],
            answered_before=_standing(a)[1],
            late=_standing(a)[0] is None and a.due_on < today(),
            practitioner_id=a.holder,
            left=a.holder is not None and not a.there,
            handed=tuple(
                f"Handed to {h.by_whom} by {h.by.name}, {date_only(h.at)}: {h.words}"
                for h in sorted(a.handovers.all(), key=lambda h: h.at, reverse=True)
            ),
        )
        for a in rows
    ]
