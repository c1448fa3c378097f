"""A concern comes in: each child gets a folder and a part, the duties open, the referrer gets a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.access import actions as access
from sightline.agencies import actions as agencies
from sightline.agencies.actions import permit
from sightline.agencies.queries import front_door_team
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.terms import Kinship, Known
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import ViewerKind, current
from sightline.matching.actions import refer
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import acknowledged_within, pack_in_force

from .. import rules
from ..models import Concern, ConcernPart, Draft, PartName
from ..terms import Agreed, Channel, ConcernState, Told


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
    """A concern as it is sent; what is None or empty was not answered. `sooner_by` and `sooner_why`: a child of it
    needs the decision by then, before the limit (TIM-01); an immediate danger has the shortest clock anyway."""

    children: Sequence[ChildIn]
    what_happened: str
    people: Sequence[PersonIn] = ()
    indicators: Sequence[str] = ()
    harm_where: Sequence[str] = ()
    immediate_danger: bool | None = None
    danger_words: str = ""
    sooner_by: datetime | None = None
    sooner_why: str = ""
    family_told: Told = Told.NOT_ASKED
    family_told_words: str = ""
    family_agreed: Agreed = Agreed.NOT_ASKED
    family_agreed_words: str = ""
    known_agencies: str = ""
    interpreter: str = ""
    source_code: str = ""
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

    A signed-in practitioner needs the permission to raise one; the public needs none. The concern takes the key of its
    draft: sent twice, the second time gives the first one's reference. Raises Refused where there is no child or no
    account of what happened, where a question is left open that the pages ask, and where it names more people than one
    concern may.
    """
    viewer = current()
    public = viewer.kind is ViewerKind.PUBLIC
    acting = None if public else permit(Permission.RAISE_CONCERN)
    if not sent.children:
        raise Refused("Say which child or children you are worried about.", "children")
    if not sent.what_happened.strip():
        raise Refused("Say what has happened, in your own words.", "what_happened")
    rules.may_raise(len(sent.children), len(sent.people)).or_refuse()
    _answered(sent, public=public)
    draft = None
    if draft_id is not None:
        draft = Draft.objects.select_for_update().filter(id=draft_id).first()
        if draft is None and (sent_before := Concern.objects.filter(id=draft_id).first()) is not None:
            return Raised(sent_before.id, sent_before.reference)
        if draft is None:
            raise Refused(
                "This concern has been sent already, or its draft was removed. "
                "Look under the concerns that you raised before you send it again."
            )
    pack = pack_in_force()
    signs = {f"{category.id}.{sign.id}" for category in pack.indicators(today()) for sign in category.item}
    if set(sent.indicators) - signs:
        raise Refused(
            "A sign was ticked that the procedures do not name. Look at the signs again.", "indicators"
        )
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
        **({} if draft is None else {"id": draft.id}),
        reference=reference,
        secret_digest=digest,
        channel=(Channel.PUBLIC if public else Channel.SIGNED_IN).value,
        raised_at=at,
        raised_by_id=None if acting is None else acting.practitioner_id,
        raised_post="" if acting is None else acting.post,
        source_code=sent.source_code,
        referrer_name="" if sent.anonymous else (acting.name if acting else sent.referrer_name.strip()),
        referrer_contact="" if sent.anonymous else sent.referrer_contact.strip(),
        referrer_relation=sent.referrer_relation.strip(),
        anonymous=sent.anonymous,
        immediate_danger=bool(sent.immediate_danger),
        team_id=team.id,
        state=ConcernState.WAITING.value,
    )
    folder_ids = _write_parts(concern, sent, pack, at, team.agency_id, team.id)
    path = f"/front-door/{concern.id}/"
    duties.happened(
        "concern_received", folder_ids, subject_id=concern.id, at=at, path=path, team_id=team.id, pack=pack,
        sooner=duties.sooner_by(rules.DECISION, at, sent.sooner_by, sent.sooner_why, pack=pack, field="sooner_by"),
    )  # fmt: skip
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
            acknowledge_within_minutes=acknowledged_within(),
        )
    if draft is not None:
        draft.delete()
    for folder_id in folder_ids:
        record(Verb.WROTE, "concerns.raise", folder_id=folder_id, subject=concern)
    _look_behind_seals(concern.id)
    return Raised(concern.id, reference, secret, tuple(folder_ids))


def _answered(sent: ConcernIn, *, public: bool) -> None:
    """Refuses what leaves a question open that the pages ask: of danger, of where the harm is, of who raises it, of
    what the family knows and agreed to; of a practitioner what each child says, too."""
    for child in sent.children:
        born = child.born_on is not None or child.expected_on is not None or child.age_years is not None
        rules.can_be_found(names=f"{child.given}{child.family}", born=born).or_refuse()
        if not public:
            rules.childs_side(child.said, child.said_why_not, name=child.name).or_refuse()
    owed = rules.unanswered(
        danger=sent.immediate_danger, danger_words=sent.danger_words, harm_where=sent.harm_where,
        source_code=sent.source_code, public=public, anonymous=sent.anonymous, name=sent.referrer_name,
    ) | rules.family_side(
        sent.family_told, sent.family_told_words, sent.family_agreed, sent.family_agreed_words, public=public
    )  # fmt: skip
    for question, message in owed.items():
        raise Refused(message, question)


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
    refer(folder_ids)
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
