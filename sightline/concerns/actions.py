"""The only writer of concerns: raised, taken up, decided, answered, taken back, corrected, reopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.access import actions as access
from sightline.access.queries import allocated_to, joined_set, lead_of, responsible_manager, team_may_write
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as, front_door_team, managers_of, practitioners
from sightline.agencies.queries import team as team_of
from sightline.agencies.rules import reaches
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.queries import lead_worker, works_with
from sightline.children.rules import NewInvolvement
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from . import rules
from .models import Addition, Answer, Concern, ConcernPart, Draft, PartName, Screening, Transfer
from .rules import ChildDecision, OutcomeRule
from .terms import AdditionKind, Agreed, AnswerKind, Channel, ConcernAct, ConcernState, Referral, Told


@dataclass(frozen=True)
class ChildIn:
    """A child as the referrer knows them. One of `born_on`, `age_years`, `expected_on`, or none where not known."""

    given: str = ""
    family: str = ""
    known_as: str = ""
    born_on: date | None = None
    age_years: int | None = None
    expected_on: date | None = None
    sex: str = "U"
    lines: str = ""
    postcode: str = ""
    school: str = ""
    about: str = ""
    said: str = ""
    said_why_not: str = ""

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part) or "Name not known"


@dataclass(frozen=True)
class PersonIn:
    """Somebody around the children."""

    given: str
    family: str = ""
    kinship: Kinship = Kinship.OTHER
    lives_with: Known = Known.NOT_KNOWN
    telephone: str = ""


@dataclass(frozen=True)
class ConcernIn:
    """A concern as it is sent."""

    children: Sequence[ChildIn]
    what_happened: str
    people: Sequence[PersonIn] = ()
    indicators: Sequence[str] = ()
    harm_where: Sequence[str] = ()
    immediate_danger: bool = False
    danger_words: str = ""
    family_told: Told = Told.NO
    family_told_words: str = ""
    family_agreed: Agreed = Agreed.NOT_ASKED
    family_agreed_words: str = ""
    known_agencies: str = ""
    interpreter: str = ""
    source_code: str = "10"
    referrer_name: str = ""
    referrer_contact: str = ""
    referrer_relation: str = ""
    anonymous: bool = False


@dataclass(frozen=True)
class Raised:
    """`secret` is given once, to somebody without an account; only its digest is kept."""

    concern_id: UUID
    reference: str
    secret: str = ""
    folder_ids: tuple[UUID, ...] = field(default_factory=tuple)


@transaction.atomic
def raise_concern(sent: ConcernIn, *, draft_id: UUID | None = None) -> Raised:
    """Send a concern: a folder for each child with its part, the front door let in, the clocks started.

    A signed-in practitioner needs the permission to raise one; the public needs none. Sending the same
    draft twice gives the first one's reference. Raises Refused where there is no child or no account of
    what happened.
    """
    viewer = current()
    public = viewer.kind is ViewerKind.PUBLIC
    acting = None if public else permit(Permission.RAISE_CONCERN)
    if not sent.children:
        raise Refused("Say which child or children you are worried about.", "children")
    if not sent.what_happened.strip():
        raise Refused("Say what has happened, in your own words.", "what_happened")
    draft = None
    if draft_id is not None:
        draft = Draft.objects.select_for_update().filter(id=draft_id).first()
        if draft is None:
            raise Refused(
                "This concern has been sent already, or its draft was removed. "
                "Look under the concerns that you raised before you send it again."
            )
    pack = pack_in_force()
    team = front_door_team()
    if team is None:
        raise Refused(
            "This partnership has named no front door yet, so nobody would receive this. "
            "Ring children's social care, and 999 if a child is in danger."
        )
    at = now()
    secret = ""
    reference, digest = rules.new_reference(), ""
    if public:
        # The reference and secret that the draft was kept under stay the key to what became of it.
        reference = (draft.reference if draft else "") or viewer.reference or reference
        digest = (draft.secret_digest if draft else "") or viewer.secret_digest
        if not digest:
            secret = rules.new_secret()
            digest = rules.secret_digest(reference, secret)
    concern = Concern.objects.create(
        reference=reference,
        secret_digest=digest,
        channel=(Channel.PUBLIC if public else Channel.SIGNED_IN).value,
        raised_at=at,
        raised_by_id=None if acting is None else acting.practitioner_id,
        raised_post="" if acting is None else f"{acting.post_title}, {acting.agency_name}",
        source_code=sent.source_code,
        referrer_name="" if sent.anonymous else (acting.name if acting else sent.referrer_name.strip()),
        referrer_contact="" if sent.anonymous else sent.referrer_contact.strip(),
        referrer_relation=sent.referrer_relation.strip(),
        anonymous=sent.anonymous,
        immediate_danger=sent.immediate_danger,
        team_id=team.id,
        state=ConcernState.WAITING.value,
    )
    folder_ids = _write_parts(concern, sent, pack, at, team.agency_id, team.id)
    path = f"/front-door/{concern.id}/"
    duties.happened(
        "concern_received", folder_ids, subject_id=concern.id, at=at, path=path, team_id=team.id, pack=pack
    )
    if sent.immediate_danger:
        duties.happened(
            "immediate_danger_reported",
            folder_ids, subject_id=concern.id, at=at, path=path, team_id=team.id, pack=pack,
        )  # fmt: skip
        agencies.notify_duty_manager(
            team.id,
            text="A concern says that a child is in immediate danger",
            path=path,
            urgent=True,
            acknowledge_within_minutes=pack.setting(
                "duty_manager_acknowledgement", at.astimezone(LONDON).date()
            ).amount,
        )
    if draft is not None:
        draft.delete()
    for folder_id in folder_ids:
        record(Verb.WROTE, "concerns.raise", folder_id=folder_id, subject=concern)
    _look_behind_seals(concern.id)
    return Raised(concern.id, reference, secret, tuple(folder_ids))


def _write_parts(
    concern: Concern, sent: ConcernIn, pack: Pack, at: datetime, agency_id: UUID, team_id: UUID
) -> list[UUID]:
    folder_ids: list[UUID] = []
    child_ids: list[UUID] = []
    for place, child in enumerate(sent.children):
        folder_id = access.open_folder_for_concern(
            agency_id=agency_id, team_id=team_id, why=f"Concern {concern.reference}"
        )
        child_id = children.record_child_of_concern(
            folder_id,
            given=child.given,
            family=child.family,
            known_as=child.known_as,
            born_on=child.born_on,
            age_years=child.age_years,
            expected_on=child.expected_on,
            sex=child.sex,
            lines=child.lines,
            postcode=child.postcode,
            school=child.school,
        )
        folder_ids.append(folder_id)
        child_ids.append(child_id)
        part, part_name = _part(concern, sent, place, folder_id, child_id, pack, at)
        part.save(force_insert=True)
        part_name.save(force_insert=True)
    children.tie_family_of_concern(
        list(zip(folder_ids, child_ids, strict=True)),
        [(p.given, p.family, p.kinship, p.lives_with, p.telephone) for p in sent.people],
    )
    return folder_ids


def _part(
    concern: Concern, sent: ConcernIn, place: int, folder_id: UUID, child_id: UUID, pack: Pack, at: datetime
) -> tuple[ConcernPart, PartName]:
    """What a concern says of one of its children, and the name that the referrer sees."""
    child = sent.children[place]
    part = ConcernPart(
        folder_id=folder_id,
        concern=concern,
        child_id=child_id,
        place_in_list=place,
        what_happened=sent.what_happened.strip(),
        about_child=child.about.strip(),
        child_said=child.said.strip(),
        child_said_why_not=child.said_why_not.strip(),
        indicators=list(sent.indicators),
        harm_where=list(sent.harm_where),
        danger_words=sent.danger_words.strip(),
        family_told=sent.family_told.value,
        family_told_words=sent.family_told_words.strip(),
        family_agreed=sent.family_agreed.value,
        family_agreed_words=sent.family_agreed_words.strip(),
        known_agencies=sent.known_agencies.strip(),
        interpreter=sent.interpreter.strip(),
        written_at=at,
        pack=pack.name,
        pack_version=pack.version,
    )
    return part, PartName(folder_id=folder_id, concern=concern, place_in_list=place, name=child.name)


def _look_behind_seals(concern_id: UUID) -> None:
    """For every concern, match or not, so that the time that it takes gives nothing away."""
    # By its name: jobs stand above actions. Written in this transaction: killed in the middle, neither is there.
    app.configure_task("concerns.match_behind_seals").defer(concern_id=str(concern_id))


# -- at the front door ------------------------------------------------------------------------------


def _locked(concern_id: UUID, *, version: int | None = None) -> Concern:
    """The concern, locked. Raises NotFound, or Refused where somebody else acted since `version`."""
    concern = (
        Concern.objects.select_for_update(of=("self",))
        .select_related("taken_by")
        .filter(id=concern_id)
        .first()
    )
    if concern is None:
        raise NotFound
    if version is not None and concern.version != version:
        raise Refused(stale_words(concern))
    return concern


def stale_words(concern: Concern) -> str:
    """Who did what since a form was opened, and when."""
    latest = (
        Decision.objects.filter(subject_id=concern.id).select_related("maker").order_by("-made_at").first()
    )
    if latest is not None:
        when = latest.made_at.astimezone(LONDON)
        return (
            f"{latest.maker.name} decided on this concern at {when:%H:%M} on {when.day} {when:%B}. "
            "What you typed is kept below. Read their decision before you go on."
        )
    if concern.taken_by and concern.taken_at:
        when = concern.taken_at.astimezone(LONDON)
        return (
            f"{concern.taken_by.name} took this concern up at {when:%H:%M} on {when.day} {when:%B}. "
            "What you typed is kept below. Speak to them before you go on."
        )
    return "Somebody else has changed this concern since you opened it. What you typed is kept below."


def _advance(concern: Concern, act: ConcernAct) -> None:
    concern.state = rules.after(ConcernState(concern.state), act).value
    concern.version += 1


def _folders(concern_id: UUID) -> list[UUID]:
    return list(
        ConcernPart.objects.filter(concern_id=concern_id)
        .order_by("place_in_list")
        .values_list("folder_id", flat=True)
    )


@transaction.atomic
def take_up(concern_id: UUID) -> None:
    """Say that you are dealing with it; the board shows it."""
    acting = permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.TAKE_UP)
    concern.taken_by_id, concern.taken_at = acting.practitioner_id, now()
    concern.save()
    _audit(concern, "concerns.take_up")


@transaction.atomic
def hand_back(concern_id: UUID) -> None:
    """Nobody deals with it any more; it waits on the board again."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.HAND_BACK)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _audit(concern, "concerns.hand_back")


@transaction.atomic
def danger_acted_on(concern_id: UUID, words: str) -> None:
    """Who was sent or told about the immediate danger: discharges the shortest clock."""
    permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Say who was sent or told, by whom and when.", "words")
    concern = _locked(concern_id)
    folders = _folders(concern.id)
    duties.happened("immediate_danger_acted_on", folders, subject_id=concern.id, at=now())
    _add(concern, AdditionKind.MORE, f"Acted on the immediate danger: {words.strip()}")
    concern.version += 1
    concern.save(update_fields=["version"])
    _audit(concern, "concerns.danger_acted_on")


def _audit(concern: Concern, what: str) -> None:
    for folder_id in _folders(concern.id):
        record(Verb.WROTE, what, folder_id=folder_id, subject=concern)


@transaction.atomic
def decide_match(part_id: UUID, known_folder_id: UUID, reasons: str) -> None:
    """A person decides that a child of the concern is one already known: their histories are read together."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).select_related("concern").first()
    if part is None:
        raise NotFound
    access.join(part.folder_id, known_folder_id, reasons)
    access.let_team_in(
        known_folder_id,
        part.concern.team_id,
        why=f"A concern about this child, {part.concern.reference}, is being decided",
    )
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome="This is a child whom the partnership knows already",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.decide_match", folder_id=part.folder_id, subject=part)


@transaction.atomic
def undo_match(part_id: UUID, reasons: str) -> None:
    """The match was wrong: the two are read apart again, and both histories stay."""
    permit(Permission.DECIDE_MATCH)
    part = ConcernPart.objects.filter(id=part_id).first()
    if part is None:
        raise NotFound
    access.undo_join(part.folder_id, reasons)
    pack = pack_in_force()
    records.decide(
        [
            records.Deciding(
                folder_id=part.folder_id,
                kind=DecisionKind.MATCH,
                outcome="This is not the known child: the match was undone",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=part.concern_id,
            )
        ]
    )
    record(Verb.WROTE, "concerns.undo_match", folder_id=part.folder_id, subject=part)


def outcome_rule(pack: Pack, outcome_id: str, on: date) -> OutcomeRule | None:
    """The pack's outcome as the rules need it; None for an id that it does not have."""
    try:
        found = pack.screening_outcome(outcome_id, on)
    except LookupError:
        return None
    starts = bool(pack.duties_opened_by(outcome_id, on))
    return OutcomeRule(found.id, Referral(found.referral), found.compulsory, starts)


class Incomplete(Refused):
    """Decisions that still lack something: `faults` maps (part id, field) to a message."""

    def __init__(self, faults: Mapping[tuple[UUID, str], str]) -> None:
        self.faults = faults
        super().__init__("Some questions are not answered yet.")


@transaction.atomic
def screen(
    concern_id: UUID,
    decisions: Sequence[ChildDecision],
    *,
    knows_family: bool | None,
    version: int | None = None,
    draft_id: UUID | None = None,
) -> list[Screening]:
    """Decide on every child of a concern in one sitting; each child's decision is its own.

    Raises NotPermitted, NotFound, Refused (the maker raised it or knows the family, a stale form) or
    Incomplete. What the outcomes open is opened together, unless a conflict of interests awaits a manager.
    """
    acting = permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id, version=version)
    pack, at = pack_in_force(), now()
    day = at.astimezone(LONDON).date()
    parts = {p.id: p for p in ConcernPart.objects.filter(concern_id=concern_id).select_related("child")}
    working_with = works_with(acting.practitioner_id, _wide(parts.values()))
    rules.may_screen(
        raised_by=concern.raised_by_id,
        maker=acting.practitioner_id,
        knows_family=knows_family,
        already_working_with=working_with,
    ).or_refuse()
    if {d.part_id for d in decisions} != set(parts):
        raise Refused("Decide on every child of this concern.")
    levels = pack.levels(day)
    faults: dict[tuple[UUID, str], str] = {}
    for decision in decisions:
        level = next((x for x in levels.level if x.id == decision.level_id), None)
        ids = [d.id for d in level.descriptor] if level else []
        for name, message in rules.faults(
            decision, outcome_rule(pack, decision.outcome_id, day), level_descriptors=ids
        ).items():
            faults[(decision.part_id, name)] = message
        if decision.sooner and not faults.get((decision.part_id, "sooner_why")):
            try:
                _sooner_at(decision.sooner_on, at)
            except Refused as refused:
                faults[(decision.part_id, "sooner_on")] = refused.verdict.reason
    if faults:
        raise Incomplete(faults)
    _advance(concern, ConcernAct.DECIDE)
    if concern.taken_by_id is None:
        concern.taken_by_id, concern.taken_at = acting.practitioner_id, at
    concern.save()
    earlier = {
        s.part_id: s.decision_id
        for s in Screening.objects.filter(concern_id=concern_id).order_by("decision__made_at")
    }
    made = records.decide(
        [
            _deciding(
                d, parts[d.part_id].folder_id, concern.id, pack, day, replaces_id=earlier.get(d.part_id)
            )
            for d in decisions
        ]
    )
    screenings = []
    for decision, row in zip(decisions, made, strict=True):
        screening = _screening(concern, decision, row, pack, day)
        screenings.append(screening)
    Screening.objects.bulk_create(screenings)
    folders = [s.folder_id for s in screenings]
    duties.happened(
        "decision_made",
        folders, subject_id=concern.id, at=at, path=f"/front-door/{concern.id}/answer/", team_id=concern.team_id,
        owner_id=acting.practitioner_id, pack=pack,
    )  # fmt: skip
    for decision, screening in zip(decisions, screenings, strict=True):
        record(Verb.WROTE, "concerns.screen", folder_id=screening.folder_id, subject=screening)
        if screening.decision.awaits_ruling:
            duties.happened(
                "conflict_unresolved",
                [screening.folder_id], subject_id=screening.decision_id, at=at,
                path=f"/front-door/{concern.id}/ruling/{screening.decision_id}/", team_id=concern.team_id, pack=pack,
            )  # fmt: skip
        else:
            _take_effect(concern, screening, pack, at, sooner=decision)
    if draft_id is not None:
        Draft.objects.filter(id=draft_id).delete()
    return screenings


def _deciding(
    decision: ChildDecision,
    folder_id: UUID,
    concern_id: UUID,
    pack: Pack,
    day: date,
    *,
    replaces_id: UUID | None = None,
) -> records.Deciding:
    """A decision on a child's part as the record keeps it."""
    protection = outcome_is_protection(pack, decision.outcome_id, day)
    return records.Deciding(
        folder_id=folder_id,
        kind=DecisionKind.SCREENING,
        outcome=pack.screening_outcome(decision.outcome_id, day).title,
        reasons=decision.reasons,
        pack=pack.name,
        pack_version=pack.version,
        definition_id="child_protection" if protection else "safeguarding",
        conflict=decision.conflict,
        conflict_resolved=decision.conflict_resolved,
        for_the_child=decision.for_the_child,
        subject_id=concern_id,
        replaces_id=replaces_id,
    )


def _screening(concern: Concern, decision: ChildDecision, row: Decision, pack: Pack, day: date) -> Screening:
    """What was decided on a child's part, and the words that it stood on that day."""
    level = next(x for x in pack.levels(day).level if x.id == decision.level_id)
    chosen = [d for d in level.descriptor if d.id in decision.descriptors]
    return Screening(
        folder_id=row.folder_id,
        concern=concern,
        part_id=decision.part_id,
        decision=row,
        outcome_id=decision.outcome_id,
        level_id=level.id,
        level_name=f"{level.number}: {level.name}",
        descriptors=[d.id for d in chosen],
        descriptors_words="\n".join(d.text for d in chosen),
        stands_on=decision.stands_on.strip(),
        why_nothing_less=decision.why_nothing_less.strip(),
        child_told=decision.child_told.strip(),
        parents_told=decision.parents_told.strip(),
        working_well=decision.working_well.strip(),
        advice=decision.advice.strip(),
        is_referral=rules.is_referral(
            outcome_rule(pack, decision.outcome_id, day), decision.records_referral
        ),
        source_code=concern.source_code,
        need_code=decision.need_code,
        authority=decision.authority.strip(),
    )


def outcome_is_protection(pack: Pack, outcome_id: str, day: date) -> bool:
    """Whether an outcome is, or brings along, a strategy discussion: then child protection is what is defined."""
    return "strategy_discussion" in pack.outcome_with_included(outcome_id, day)


def _wide(parts: object) -> list[UUID]:
    """The folders of the parts and of the known children that they were matched to."""
    found: list[UUID] = []
    for part in parts:  # type: ignore[attr-defined]
        found += joined_set(lead_of(part.folder_id))
    return found


def _sooner_at(text: str, at: datetime) -> datetime:
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("Give the day by which this child needs it, such as 27 3 2027.", "sooner_on") from None
    sooner = typed if typed.tzinfo else typed.replace(hour=23, minute=59, second=59, tzinfo=LONDON)
    if sooner <= at:
        raise Refused("The day by which this child needs it has passed. Give a later one.", "sooner_on")
    return sooner


#: What a decision opens, and is begun or done under the child's enquiries.
_UNDER_ENQUIRIES = ("assessment", "early_help_contact", "strategy_discussion", "immediate_protection")


def _where_done(kind: str, folder_id: UUID, decision_id: UUID) -> str:
    """The page on which a duty that a decision opened is done."""
    if kind == "review_of_open_assessment":
        return f"/child/{folder_id}/enquiries/look-again/{decision_id}/"
    return f"/child/{folder_id}/enquiries/" if kind in _UNDER_ENQUIRIES else f"/child/{folder_id}/"


def _take_effect(
    concern: Concern, screening: Screening, pack: Pack, at: datetime, *, sooner: ChildDecision | None = None
) -> None:
    """Open together what the outcome opens, tell the allocated worker, pass a child of another authority on."""
    day = at.astimezone(LONDON).date()
    lead = lead_of(screening.folder_id)
    worker = lead_worker(lead)
    acting = acting_as(worker.practitioner_id) if worker is not None else None
    # What the allocated worker owes stands in their own team's work, the rest in the front door's.
    workers_team = acting.team_id if acting is not None else None
    sooner_at = _sooner_at(sooner.sooner_on, at) if sooner is not None and sooner.sooner else None
    referred_at = concern.raised_at
    openings = []
    for kind in pack.duties_opened_by(screening.outcome_id, day):
        limit = pack.limit(kind.limit, day)
        for_worker = kind.owner_role != "decision_manager"
        openings.append(
            duties.Opening(
                folder_id=screening.folder_id,
                kind=kind.id,
                # The assessment's clock runs from the referral itself, the others from the decision.
                started_at=referred_at if kind.id == "assessment" else at,
                subject_id=screening.decision_id,
                path=_where_done(kind.id, lead, screening.decision_id),
                owner_id=worker.practitioner_id if worker is not None and for_worker else None,
                team_id=(workers_team if for_worker else None) or concern.team_id,
                sooner_at=sooner_at if sooner_at and limit.unit.value != "hours" else None,
                sooner_why=sooner.sooner_why if sooner is not None and sooner_at else "",
            )
        )
    duties.open_duties(openings, pack=pack)
    if screening.outcome_id == "already_open":
        told = [p for p in ((worker.practitioner_id if worker else None), responsible_manager(lead)) if p]
        for practitioner_id in dict.fromkeys(told):
            agencies.notify(
                practitioner_id, text="A new concern about a child whom you work with", path=f"/child/{lead}/"
            )
        if told:
            duties.happened(
                "allocated_worker_told",
                [screening.folder_id],
                subject_id=screening.decision_id,
                at=at,
                pack=pack,
            )
    if screening.authority:
        Transfer.objects.create(
            folder_id=screening.folder_id,
            screening=screening,
            authority=screening.authority,
            sent_at=at,
            recorded_by_id=current().practitioner_id,
        )


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> None:
    """A manager decides on a decision made with an unresolved conflict; only now does it take effect, or not."""
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    screening = Screening.objects.select_related("concern").filter(decision_id=decision_id).first()
    if screening is None:
        raise NotFound
    pack = pack_in_force()
    duties.happened(
        "conflict_decided", [screening.folder_id], subject_id=decision_id, at=ruling.made_at, pack=pack
    )
    if upholds:
        _take_effect(screening.concern, screening, pack, ruling.made_at)
    else:
        _reopen(screening.concern, f"The decision was not upheld: {reasons}", pack)
    record(Verb.WROTE, "concerns.rule_on", folder_id=screening.folder_id, subject=screening)


@transaction.atomic
def transfer_accepted(screening_id: UUID, accepted_by: str) -> None:
    """The other authority has confirmed that it accepts the child: until now the child was ours."""
    permit(Permission.SCREEN_CONCERN)
    if not accepted_by.strip():
        raise Refused("Name who accepted, and their post.", "accepted_by")
    transfer = Transfer.objects.select_for_update().filter(screening_id=screening_id).first()
    if transfer is None:
        raise NotFound
    if transfer.accepted_at is not None:
        raise Refused(f"{transfer.accepted_by} has accepted already.")
    transfer.accepted_at, transfer.accepted_by = now(), accepted_by.strip()
    transfer.recorded_by_id = current().practitioner_id
    transfer.save()
    screening = Screening.objects.get(id=screening_id)
    children.authority_changed(screening.folder_id, responsible=transfer.authority)
    duties.happened(
        "transfer_accepted", [transfer.folder_id], subject_id=screening.decision_id, at=transfer.accepted_at
    )
    record(Verb.WROTE, "concerns.transfer_accepted", folder_id=transfer.folder_id, subject=transfer)


# -- from the front door to a team, and to a worker --------------------------------------------------


@transaction.atomic
def pass_to_team(folder_id: UUID, team_id: UUID, why: str) -> int:
    """A team takes a child on: it may write in the record, its manager answers for it, and what is owed to the
    child and nobody owes yet becomes the team's. Returns how many duties.

    Raises NotPermitted, NotFound, Refused (no reason, no such team, a team without a manager).
    """
    permit(Permission.ALLOCATE)
    lead, folders = _read_together(folder_id)
    team = team_of(team_id)
    if team is None:
        raise Refused("Choose the team that takes the child on.", "team")
    manager = next(iter(managers_of(team_id)), None)
    if manager is None:
        raise Refused(f"{team.name} has no manager today, so nobody would answer for this record.", "team")
    if not why.strip():
        raise Refused("Say why this team takes the child on.", "why")
    if not team_may_write(lead, team_id):
        access.give_access(
            lead, why=why, team_id=team_id, level=GrantLevel.WRITE, origin=GrantOrigin.ALLOCATION
        )
    if responsible_manager(lead) != manager:
        access.hand_over(lead, manager)
    owed = [d.id for d in _taken_on(folders) if d.owner_id is None]
    duties.hand_to(owed, None, team_id=team_id)
    agencies.notify(
        manager, text="A child has been passed to your team: allocate the child", path="/team/unallocated/"
    )
    record(Verb.WROTE, "concerns.pass_to_team", folder_id=lead, to=team_id, duties=len(owed))
    return len(owed)


@transaction.atomic
def allocate(folder_id: UUID, practitioner_id: UUID, *, role: str, why: str, lead: bool = True) -> int:
    """A manager allocates a child to a practitioner of their team: let in, recorded as working with the child
    (as lead professional, or beside them), told, and handed what nobody owes yet or the lead before owed.

    Returns how many duties were handed over. Raises NotPermitted, NotFound, Refused.
    """
    acting = permit(Permission.ALLOCATE)
    lead_folder, folders = _read_together(folder_id)
    post = next(
        (
            post
            for post in practitioners(practitioner=practitioner_id)
            if post.team_id
            and reaches(acting, Permission.ALLOCATE, agency_id=post.agency_id, team_id=post.team_id)
        ),
        None,
    )
    if post is None:
        raise Refused("Choose a practitioner of your own team.", "practitioner")
    if not why.strip():
        raise Refused("Say why this child is allocated to them.", "why")
    before = lead_worker(lead_folder)
    allocated = practitioner_id in allocated_to(lead_folder)
    rules.may_be_allocated(
        name=post.name,
        is_lead=before is not None and before.practitioner_id == practitioner_id,
        lead=lead,
        is_allocated=allocated,
    ).or_refuse()
    if not allocated:
        access.give_access(
            lead_folder,
            why=why,
            practitioner_id=practitioner_id,
            level=GrantLevel.WRITE,
            origin=GrantOrigin.ALLOCATION,
        )
    children.involve(
        lead_folder,
        NewInvolvement(post.agency_id, role or post.post_title, practitioner_id, lead=lead),
        seen=None,
    )
    leaving = before.practitioner_id if before is not None and lead else None
    owed = [d.id for d in _taken_on(folders) if d.owner_id is None or d.owner_id == leaving]
    duties.hand_to(owed, practitioner_id, team_id=post.team_id)
    agencies.notify(practitioner_id, text="A child has been allocated to you", path=f"/child/{lead_folder}/")
    record(Verb.WROTE, "concerns.allocate", folder_id=lead_folder, to=practitioner_id, duties=len(owed))
    return len(owed)


def _read_together(folder_id: UUID) -> tuple[UUID, list[UUID]]:
    """The child's record and what is read as part of it. Raises NotFound where the viewer may not open it."""
    lead = lead_of(folder_id)
    folders = joined_set(lead)
    if not folders:
        raise NotFound
    return lead, folders


def _taken_on(folder_ids: Sequence[UUID]) -> list[DutyView]:
    """What is owed on a child that goes along with the child."""
    pack, day = pack_in_force(), now().astimezone(LONDON).date()
    return [
        duty
        for duty in on_folders(folder_ids)
        if rules.goes_with_the_child(pack.duty_kind(duty.kind, day, or_earliest=True).owner_role, duty.path)
    ]


# -- with the referrer ------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(concern_id: UUID, words: str) -> None:
    """Tell the referrer that it arrived."""
    permit(Permission.SEE_BOARD)
    concern = _locked(concern_id)
    _answer(concern, AnswerKind.ACKNOWLEDGED, words, "referrer_acknowledged")


@transaction.atomic
def answer(concern_id: UUID, words: str) -> None:
    """Tell the referrer what became of it, no more than they may know."""
    permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    _advance(concern, ConcernAct.ANSWER)
    concern.save()
    _answer(concern, AnswerKind.ANSWERED, words, "referrer_answered")


def _answer(concern: Concern, kind: AnswerKind, words: str, event: str) -> None:
    if not words.strip():
        raise Refused("Write what the referrer is told.", "words")
    Answer.objects.create(
        concern=concern,
        kind=kind.value,
        words=words.strip(),
        sent_at=now(),
        sent_by_id=current().practitioner_id,
    )
    duties.happened(event, _folders(concern.id), subject_id=concern.id, at=now())
    if concern.raised_by_id is not None:
        agencies.notify(
            concern.raised_by_id,
            text=f"There is news on the concern that you raised, {concern.reference}",
            path=f"/concerns/{concern.id}/",
        )
    _audit(concern, f"concerns.{kind.value}")


def _add(concern: Concern, kind: AdditionKind, words: str) -> None:
    """The same words in each child's folder: what was sent stays as it was."""
    at, by = now(), current().practitioner_id
    parts = PartName.objects.filter(concern=concern).values_list("folder_id", flat=True)
    Addition.objects.bulk_create(
        Addition(
            folder_id=folder_id,
            concern=concern,
            kind=kind.value,
            words=words.strip(),
            added_at=at,
            added_by_id=by,
        )
        for folder_id in parts
    )


def _is_theirs(concern: Concern) -> bool:
    viewer = current()
    if viewer.kind is ViewerKind.PUBLIC:
        return bool(concern.secret_digest) and concern.secret_digest == viewer.secret_digest
    return concern.raised_by_id is not None and concern.raised_by_id == viewer.practitioner_id


@transaction.atomic
def add_more(concern_id: UUID, kind: AdditionKind, words: str) -> None:
    """The referrer, or the front door, adds or puts right. The team is told where it was decided already."""
    concern = _locked(concern_id)
    if not _is_theirs(concern):
        permit(Permission.SEE_BOARD)
    if not words.strip():
        raise Refused("Write what you want to add.", "words")
    _add(concern, kind, words)
    concern.version += 1
    concern.save(update_fields=["version"])
    if concern.state in (ConcernState.DECIDED.value, ConcernState.ANSWERED.value):
        agencies.notify_duty_manager(
            concern.team_id, text=f"Something was added to concern {concern.reference}",
            path=f"/front-door/{concern.id}/",
        )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.add_more", folder_id=folder_id, subject=concern)


@transaction.atomic
def take_back(concern_id: UUID, why: str) -> None:
    """The referrer takes it back. The front door still reads it, and may decide on it all the same."""
    concern = _locked(concern_id)
    if not _is_theirs(concern):
        raise NotPermitted("Only whoever raised a concern can take it back.")
    if not why.strip():
        raise Refused("Say why you take it back.", "words")
    _advance(concern, ConcernAct.TAKE_BACK)
    concern.save()
    _add(concern, AdditionKind.TAKEN_BACK, why)
    # The clocks run on: taking back ends nothing until the front door has looked (it may have been made to).
    agencies.notify_duty_manager(
        concern.team_id, text=f"Concern {concern.reference} was taken back: look at why",
        path=f"/front-door/{concern.id}/",
    )  # fmt: skip
    for folder_id in PartName.objects.filter(concern=concern).values_list("folder_id", flat=True):
        record(Verb.WROTE, "concerns.take_back", folder_id=folder_id, subject=concern)


@transaction.atomic
def close_taken_back(concern_id: UUID, reasons: str) -> None:
    """The front door agrees that nothing more is owed on a concern that was taken back."""
    permit(Permission.SCREEN_CONCERN)
    concern = _locked(concern_id)
    if concern.state != ConcernState.TAKEN_BACK.value:
        raise Refused("This concern has not been taken back.")
    duties.withdraw_all(concern.id, reasons)
    _add(concern, AdditionKind.MORE, f"Nothing more is done on it: {reasons}")
    _audit(concern, "concerns.close_taken_back")


@transaction.atomic
def reopen(concern_id: UUID, why: str) -> None:
    """Something has changed: it waits for a decision again, with a new clock; what was decided stays."""
    permit(Permission.SCREEN_CONCERN)
    if not why.strip():
        raise Refused("Say why it is reopened.", "words")
    _reopen(_locked(concern_id), why, pack_in_force())


def _reopen(concern: Concern, why: str, pack: Pack) -> None:
    _advance(concern, ConcernAct.REOPEN)
    concern.taken_by, concern.taken_at = None, None
    concern.save()
    _add(concern, AdditionKind.REOPENED, why)
    duties.happened(
        "concern_reopened",
        _folders(concern.id), subject_id=concern.id, at=now(), path=f"/front-door/{concern.id}/",
        team_id=concern.team_id, pack=pack,
    )  # fmt: skip
    _audit(concern, "concerns.reopen")


# -- the past ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PastAnswer:
    """What a referrer was told in the past: that it arrived, or what was decided."""

    words: str
    sent_at: datetime
    sent_by_id: UUID


@dataclass(frozen=True)
class PastDecisions:
    """The sitting in which every child of a past concern was decided on, in the order of its children.

    `part_id` of each is set here. No conflict of interests, no shorter time and no other authority: those are
    for the actions themselves.
    """

    decisions: Sequence[ChildDecision]
    made_at: datetime
    maker_id: UUID
    maker_post: str


@dataclass(frozen=True)
class PastConcern:
    """A concern of the past about children whose folders and persons are there already.

    `about` gives folder and person of each child of `sent`, in its order.
    """

    sent: ConcernIn
    about: Sequence[tuple[UUID, UUID]]
    raised_at: datetime
    raised_by_id: UUID
    raised_by: str
    raised_post: str
    taken_at: datetime | None = None
    taken_by_id: UUID | None = None
    acknowledged: PastAnswer | None = None
    decided: PastDecisions | None = None
    answered: PastAnswer | None = None
    #: Who owes what the decision opened, where somebody works with the child.
    owner_id: UUID | None = None
    owner_team_id: UUID | None = None
    #: When each kind of duty that the decision opened was done; those not named are still owed.
    done: Mapping[str, datetime] = field(default_factory=dict)
    reference: str = field(default_factory=rules.new_reference)


def record_past_concerns_bulk(past: Sequence[PastConcern]) -> list[UUID]:
    """What `raise_concern`, `acknowledge`, `take_up`, `screen` and `answer` write, for many concerns of the past.

    Nobody is notified of what is long over. For the named jobs that load data. Returns the concerns' ids.
    """
    pack, team = pack_in_force(), front_door_team()
    assert team is not None
    concerns: list[Concern] = []
    parts: list[list[ConcernPart]] = []
    names: list[PartName] = []
    answers: list[Answer] = []
    owed: list[duties.PastDuty] = []
    sittings: list[records.PastSitting] = []
    for each in past:
        concern = Concern(
            reference=each.reference,
            channel=Channel.SIGNED_IN.value,
            raised_at=each.raised_at,
            raised_by_id=each.raised_by_id,
            raised_post=each.raised_post,
            source_code=each.sent.source_code,
            referrer_name="" if each.sent.anonymous else each.raised_by,
            referrer_contact="" if each.sent.anonymous else each.sent.referrer_contact.strip(),
            referrer_relation=each.sent.referrer_relation.strip(),
            anonymous=each.sent.anonymous,
            immediate_danger=each.sent.immediate_danger,
            team_id=team.id,
            state=ConcernState.WAITING.value,
        )
        if each.taken_by_id is not None:
            concern.taken_by_id, concern.taken_at = each.taken_by_id, each.taken_at
            _advance(concern, ConcernAct.TAKE_UP)
        made = [
            _part(concern, each.sent, place, folder_id, child_id, pack, each.raised_at)
            for place, (folder_id, child_id) in enumerate(each.about)
        ]
        parts.append([part for part, _name in made])
        names += [name for _part, name in made]
        folder_ids = [folder_id for folder_id, _child_id in each.about]
        path = f"/front-door/{concern.id}/"
        answers += _past_answers(concern, each)
        owed += _past_event(
            pack, "concern_received", folder_ids, concern.id, path, each.raised_at, each.raised_by_id, team.id,
            done={
                "decision_on_concern": (each.decided.made_at, each.decided.maker_id) if each.decided else None,
                "acknowledgement_to_referrer": (each.acknowledged.sent_at, each.acknowledged.sent_by_id)
                if each.acknowledged
                else None,
            },
        )  # fmt: skip
        if each.decided is not None:
            _advance(concern, ConcernAct.DECIDE)
            day = each.decided.made_at.astimezone(LONDON).date()
            if concern.taken_by_id is None:
                concern.taken_by_id, concern.taken_at = each.decided.maker_id, each.decided.made_at
            sittings.append(
                records.PastSitting(
                    decisions=[
                        _deciding(decision, folder_id, concern.id, pack, day)
                        for decision, folder_id in zip(each.decided.decisions, folder_ids, strict=True)
                    ],
                    maker_id=each.decided.maker_id,
                    maker_post=each.decided.maker_post,
                    made_at=each.decided.made_at,
                )
            )
            owed += _past_event(
                pack, "decision_made", folder_ids, concern.id, f"{path}answer/", each.decided.made_at,
                each.decided.maker_id, team.id, owner_id=each.decided.maker_id,
                done={
                    "answer_to_referrer": (each.answered.sent_at, each.answered.sent_by_id) if each.answered else None
                },
            )  # fmt: skip
        if each.answered is not None:
            _advance(concern, ConcernAct.ANSWER)
        concerns.append(concern)
    Concern.objects.bulk_create(concerns)
    ConcernPart.objects.bulk_create(part for of_concern in parts for part in of_concern)
    PartName.objects.bulk_create(names)
    Answer.objects.bulk_create(answers)
    sat = iter(records.record_decisions_bulk(sittings))
    screenings: list[Screening] = []
    for each, concern, of_concern in zip(past, concerns, parts, strict=True):
        if each.decided is None:
            continue
        day = each.decided.made_at.astimezone(LONDON).date()
        for decision, part, row in zip(each.decided.decisions, of_concern, next(sat), strict=True):
            screening = _screening(concern, replace(decision, part_id=part.id), row, pack, day)
            screenings.append(screening)
            owed += _past_effect(pack, each, each.decided, screening, team.id)
    Screening.objects.bulk_create(screenings)
    duties.record_duties_bulk(owed, pack=pack)
    record_many(
        event(Verb.WROTE, what, folder_id=folder_id, subject=concern)
        for each, concern in zip(past, concerns, strict=True)
        for what in _acts_on(each)
        for folder_id, _child_id in each.about
    )
    record_many(event(Verb.WROTE, "concerns.screen", folder_id=s.folder_id, subject=s) for s in screenings)
    return [concern.id for concern in concerns]


def _acts_on(past: PastConcern) -> list[str]:
    """The acts on a concern that its own actions would have told the trail of, in their order."""
    acts = (
        ("concerns.raise", True),
        ("concerns.acknowledged", past.acknowledged is not None),
        ("concerns.take_up", past.taken_by_id is not None),
        ("concerns.answered", past.answered is not None),
    )
    return [what for what, happened in acts if happened]


def _past_answers(concern: Concern, past: PastConcern) -> list[Answer]:
    told = ((AnswerKind.ACKNOWLEDGED, past.acknowledged), (AnswerKind.ANSWERED, past.answered))
    return [
        Answer(
            concern=concern,
            kind=kind.value,
            words=said.words.strip(),
            sent_at=said.sent_at,
            sent_by_id=said.sent_by_id,
        )
        for kind, said in told
        if said is not None
    ]


def _past_event(
    pack: Pack,
    event_id: str,
    folder_ids: Sequence[UUID],
    subject_id: UUID,
    path: str,
    at: datetime,
    by: UUID,
    team_id: UUID,
    *,
    owner_id: UUID | None = None,
    done: Mapping[str, tuple[datetime, UUID] | None],
) -> list[duties.PastDuty]:
    """The duties that something of the pack's events opened then, done or still owed."""
    owed = []
    for folder_id in folder_ids:
        for kind in pack.event(event_id, at.astimezone(LONDON).date()).opens:
            when, who = done.get(kind) or (None, None)
            owed.append(
                duties.PastDuty(
                    duties.Opening(
                        folder_id=folder_id, kind=kind, started_at=at, subject_id=subject_id, path=path,
                        owner_id=owner_id, team_id=team_id,
                    ),
                    opened_at=at, opened_by_id=by, done_at=when, done_by_id=who,
                )
            )  # fmt: skip
    return owed


def _past_effect(
    pack: Pack, past: PastConcern, decided: PastDecisions, screening: Screening, team_id: UUID
) -> list[duties.PastDuty]:
    """The duties that a decision opened then: `_take_effect` of the past."""
    day = decided.made_at.astimezone(LONDON).date()
    owed = []
    for kind in pack.duties_opened_by(screening.outcome_id, day):
        done_at = past.done.get(kind.id)
        owed.append(
            duties.PastDuty(
                duties.Opening(
                    folder_id=screening.folder_id,
                    kind=kind.id,
                    started_at=past.raised_at if kind.id == "assessment" else decided.made_at,
                    subject_id=screening.decision_id,
                    path=_where_done(kind.id, screening.folder_id, screening.decision_id),
                    owner_id=past.owner_id if kind.owner_role != "decision_manager" else None,
                    team_id=past.owner_team_id or team_id,
                ),
                opened_at=decided.made_at,
                opened_by_id=decided.maker_id,
                done_at=done_at,
                done_by_id=(past.owner_id or decided.maker_id) if done_at else None,
            )
        )
    return owed


# -- drafts -----------------------------------------------------------------------------------------


@transaction.atomic
def start_draft(
    kind: str, *, concern_id: UUID | None = None, content: dict[str, object] | None = None
) -> Draft:
    """A new draft of who is looking; for the public the viewer carries reference and secret digest."""
    viewer, at = current(), now()
    return Draft.objects.create(
        kind=kind,
        practitioner_id=viewer.practitioner_id,
        reference=viewer.reference,
        secret_digest=viewer.secret_digest,
        concern_id=concern_id,
        content=content or {},
        started_at=at,
        saved_at=at,
    )


@transaction.atomic
def save_draft(draft_id: UUID, step: str, fields: Mapping[str, object]) -> Draft:
    """Keep one step of a draft as it was typed, valid or not. Raises NotFound for somebody else's."""
    draft = Draft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise NotFound
    draft.content = {**draft.content, step: dict(fields)}
    draft.saved_at = now()
    draft.save(update_fields=["content", "saved_at"])
    return draft


@transaction.atomic
def drop_draft(draft_id: UUID) -> None:
    """Throw a draft away."""
    Draft.objects.filter(id=draft_id).delete()
