"""Becoming looked after: legal status and placement as dated rows, and the clocks of the first review and visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.rules import Address, NewStatus
from sightline.children.terms import LivesAt, StatusKind
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ..models import LookedAfter, Waiting, WaitingHome
from ..rules import protection as rules
from ..terms import LegalBasis, Waits
from . import episode as way
from .protection import stamp
from .waiting import keep_waiting, none_waits, ruling_owed

LEGAL = {
    LegalBasis.INTERIM: StatusKind.INTERIM_CARE_ORDER,
    LegalBasis.CARE: StatusKind.CARE_ORDER,
    LegalBasis.POLICE: StatusKind.POLICE_PROTECTION,
    LegalBasis.ORDER: StatusKind.EMERGENCY_PROTECTION,
}


@dataclass(frozen=True)
class LookedAfterIn:
    """A child becomes looked after: on what, where, and who of the network was asked first. `nothing_less`: why nothing
    less would do, where it does not stand on agreement; `review_by`, `visit_by`: where this child needs the first
    review or the first visit in the placement sooner than the procedures ask (TIM-01)."""

    began_on: date
    basis: LegalBasis
    basis_words: str
    network: str
    reasons: str
    lives_at: LivesAt
    placed_with: str
    knows_family: bool | None
    lines: str = ""
    postcode: str = ""
    area: str = ""
    confidential: bool = False
    nothing_less: str = ""
    review_by: date | None = None
    visit_by: date | None = None
    sooner_why: str = ""
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def become_looked_after(folder_id: UUID, new: LookedAfterIn) -> LookedAfter | None:
    """A manager's decision: legal status and placement become dated rows, and the first review's clock runs.

    With a conflict of interests not resolved for the child none of it until another manager has ruled: then None.
    """
    permit(Permission.SIGN_OFF)
    lead = way.writable_lead(folder_id)
    rules.knows_nobody(new.knows_family).or_refuse()
    rules.may_be_looked_after(
        began_on=new.began_on,
        today=today(),
        agreed=new.basis is LegalBasis.AGREED,
        basis_words=new.basis_words,
        nothing_less=new.nothing_less,
        network=new.network,
        reasons=new.reasons,
    ).or_refuse()
    way.may_begin_work(lead, new.began_on, before_birth=False)
    not_looked_after(lead)
    none_waits(Waits.LOOKED_AFTER, lead)
    pack = pack_in_force()
    sooner = _sooner(new, pack)
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=lead,
                kind=DecisionKind.STEP,
                outcome=f"Looked after: {new.basis.label}",
                reasons=new.reasons,
                pack=pack.name,
                pack_version=pack.version,
                **asdict(new.conflict),
            )
        ]
    )
    power = Power.SECTION_20 if new.basis is LegalBasis.AGREED else Power.SECTION_22
    weigh(decision, power, new.wishes)
    if decision.awaits_ruling:
        _keep(decision, lead, new)
        ruling_owed(decision, pack)
        record(Verb.WROTE, "enquiries.become_looked_after", folder_id=lead, subject=decision)
        return None
    return _looked_after_from(lead, new, decision, sooner)


#: What may be asked for sooner when a child becomes looked after: the question, and the kind of duty.
_SOONER = {"review_by": "first_looked_after_review", "visit_by": "first_placement_visit"}


def _from(new: LookedAfterIn) -> datetime:
    """When the clocks of a looked-after child start."""
    return datetime.combine(new.began_on, datetime.min.time(), LONDON)


def _sooner(new: LookedAfterIn, pack: Pack) -> dict[str, tuple[datetime, str]]:
    """What this child needs sooner. Raises Refused where that brings nothing forward: said at once, also where the
    decision waits."""
    found: dict[str, tuple[datetime, str]] = {}
    for asked, kind in _SOONER.items():
        found |= duties.sooner_by(
            kind, _from(new), getattr(new, asked), new.sooner_why, pack=pack, field=asked
        )
    return found


def not_looked_after(folder_id: UUID) -> None:
    """Raises Refused for a child who is looked after already."""
    if LookedAfter.objects.filter(folder_id=folder_id, ended_on__isnull=True).exists():
        raise Refused("This child is looked after already. Record a new placement on the People tab.")


def _keep(decision: Decision, lead: UUID, new: LookedAfterIn) -> None:
    """What the rows of a looked-after child are made of; what else was answered is kept with the decision already."""
    waiting = keep_waiting(
        decision,
        Waits.LOOKED_AFTER,
        lead,
        {
            "began_on": new.began_on.isoformat(),
            "basis": new.basis.value,
            "basis_words": new.basis_words,
            "nothing_less": new.nothing_less,
            "network": new.network,
            **{asked: day.isoformat() for asked in _SOONER if (day := getattr(new, asked))},
            "sooner_why": new.sooner_why,
        },
    )
    keep_home(waiting, _home(new))


def keep_home(waiting: Waiting, home: Address) -> None:
    """Where a child is to live once a decision is upheld, kept apart: a confidential one is hidden as it will be."""
    WaitingHome(
        folder_id=waiting.folder_id,
        waiting=waiting,
        lives_at=home.lives_at.value,
        lines=home.lines,
        postcode=home.postcode,
        area=home.area,
        with_whom=home.with_whom,
        confidential=home.confidential,
    ).save(force_insert=True)


def _home(new: LookedAfterIn) -> Address:
    return Address(
        lives_at=new.lives_at,
        lines=new.lines,
        postcode=new.postcode,
        area=new.area,
        with_whom=new.placed_with,
        confidential=new.confidential,
        held_from=new.began_on,
    )


def kept_home(waiting: Waiting) -> Address:
    """Where the child is to live, as it was kept. Raises Refused for a manager who may not see it."""
    home = WaitingHome.objects.filter(waiting=waiting).first()
    if home is None:
        raise Refused(
            "Where the child is to live is confidential, and your role does not show it. A manager who may see it must "
            "rule on this."
        )
    return Address(
        LivesAt(home.lives_at), home.lines, home.postcode, home.area, home.with_whom, home.confidential
    )


def looked_after_upheld(waiting: Waiting) -> None:
    """A manager upheld the decision: the child becomes looked after as it says. A step of the ruling."""
    home = kept_home(waiting)
    said, pack = waiting.sent, pack_in_force()
    new = LookedAfterIn(
        began_on=date.fromisoformat(said["began_on"]),
        basis=LegalBasis(said["basis"]),
        basis_words=said["basis_words"],
        network=said["network"],
        reasons=waiting.decision.reasons,
        lives_at=home.lives_at,
        placed_with=home.with_whom,
        knows_family=False,
        lines=home.lines,
        postcode=home.postcode,
        area=home.area,
        confidential=home.confidential,
        # One that waited since before these were asked has none of them.
        nothing_less=said.get("nothing_less", ""),
        sooner_why=said.get("sooner_why", ""),
    )
    for asked, kind in _SOONER.items():
        if asked in said:
            # As far as the ruling leaves it time.
            left = duties.still_sooner(kind, _from(new), date.fromisoformat(said[asked]), pack=pack)
            new = replace(new, review_by=left) if asked == "review_by" else replace(new, visit_by=left)
    lead = way.writable_lead(waiting.subject_id)
    # As of the ruling: a child may have died or turned 18 while it was waited for.
    way.may_begin_work(lead, today(), before_birth=False)
    not_looked_after(lead)
    _looked_after_from(lead, new, waiting.decision, _sooner(new, pack))


def _looked_after_from(
    lead: UUID, new: LookedAfterIn, decision: Decision, sooner: Mapping[str, tuple[datetime, str]]
) -> LookedAfter:
    maker, pack = acting_as(decision.maker_id), pack_in_force()
    row = LookedAfter(
        folder_id=lead,
        child=way.child_of(lead),
        began_on=new.began_on,
        basis=new.basis.value,
        basis_words=new.basis_words.strip(),
        nothing_less="" if new.basis is LegalBasis.AGREED else new.nothing_less.strip(),
        network=new.network.strip(),
        decision=decision,
        **stamp(),
    )
    row.save(force_insert=True)
    _stand_under(lead, StatusKind.LOOKED_AFTER, new.began_on)
    if new.basis in LEGAL:
        _stand_under(lead, LEGAL[new.basis], new.began_on)
    children.move_to(lead, _home(new))
    duties.happened(
        "became_looked_after",
        [lead],
        subject_id=row.id,
        at=_from(new),
        path=f"/child/{lead}/enquiries/looked-after/{row.id}/",
        owner_id=decision.maker_id if maker else way.me(),
        team_id=maker.team_id if maker else None,
        pack=pack,
        sooner=sooner,
    )
    record(Verb.WROTE, "enquiries.become_looked_after", folder_id=lead, subject=row)
    return row


def _stand_under(folder_id: UUID, kind: StatusKind, since: date) -> None:
    if not way.stands_under(folder_id, kind):
        children.set_status(folder_id, NewStatus(kind, since))
