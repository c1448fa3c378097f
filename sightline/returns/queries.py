"""Reads of the returns room: what imports have told of a child, and who of a return is known already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F, Prefetch

from sightline.children.models import Identifier, Particulars
from sightline.children.rules import tidy_number
from sightline.children.terms import Scheme

from . import intake
from .intake import Known
from .models import ImportedChild, ImportFinding, PastReferral, PastStep
from .shapes import Child, Finding
from .terms import (
    AbuseCategory,
    ClosureReason,
    Factor,
    Fate,
    Grade,
    PrimaryNeed,
    ReferralSource,
    StepKind,
    label_of,
)


@dataclass(frozen=True)
class StepTold:
    """Work after a past referral as a page shows it; `found` are labels of factors or categories, `words`
    the rest."""

    kind: StepKind
    began_on: date | None
    ended_on: date | None
    found: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class ReferralTold:
    """A past referral as a return told it, in the words of the census; None and empty where it did not
    say."""

    id: UUID
    folder_id: UUID
    referred_on: date | None
    source: str
    primary_need: str
    no_further_action: bool | None
    closed_on: date | None
    closure: str
    as_of: date | None
    steps: tuple[StepTold, ...]


def past_referrals(folder_ids: Iterable[UUID]) -> list[ReferralTold]:
    """What returns told of these children's past, latest referral first, for whoever is looking. Two
    queries."""
    rows = (
        PastReferral.objects.filter(folder_id__in=list(folder_ids), replaced_at__isnull=True)
        .order_by(F("referred_on").desc(nulls_last=True), "id")
        .prefetch_related(
            Prefetch("steps", PastStep.objects.order_by(F("began_on").asc(nulls_last=True), "id"))
        )
    )
    return [
        ReferralTold(
            id=row.id,
            folder_id=row.folder_id,
            referred_on=row.referred_on,
            source=label_of(ReferralSource, row.source_code),
            primary_need=label_of(PrimaryNeed, row.need_code),
            no_further_action=row.no_further_action,
            closed_on=row.closed_on,
            closure=label_of(ClosureReason, row.closure_code),
            as_of=row.as_of,
            steps=tuple(_step_told(step) for step in row.steps.all()),
        )
        for row in rows
    ]


def _step_told(step: PastStep) -> StepTold:
    codes = AbuseCategory if step.kind == StepKind.PROTECTION_PLAN.value else Factor
    found = tuple(label_of(codes, code) for code in step.codes.split())
    return StepTold(StepKind(step.kind), step.began_on, step.ended_on, found, step.words)


def findings_on(folder_ids: Iterable[UUID]) -> list[ImportFinding]:
    """What imports could not use, or used in doubt, of these children, latest import first."""
    # Not joined to the run, which only who may import can read; keys of later runs sort after earlier ones.
    return list(
        ImportFinding.objects.filter(folder_id__in=list(folder_ids)).order_by("-run_id", "line", "id")
    )


@dataclass
class Planned:
    """A child of the return, and what is to become of it."""

    child: Child
    fate: Fate
    findings: list[Finding]
    digest: str
    folder_id: UUID | None = None
    person_id: UUID | None = None
    known: tuple[Known, ...] = ()
    is_latest: bool = True
    #: Elements that a person answered otherwise: what they recorded stays.
    left: set[str] = field(default_factory=set)


def key_of(child: Child) -> str:
    """The authority's id as it is stored and compared; empty for a child without one."""
    return tidy_number(Scheme.LA_CHILD, child.la_child_id or "")


def left_out(child: Child, why: str) -> Finding:
    """The finding that a child of the return is not imported at all, and why."""
    return Finding(child.la_child_id, child.line, "Child", why, child.la_child_id or "")


def plan(batch: Sequence[Planned], as_of: date | None) -> None:
    """Find out which children are known already, and what is to become of each. Reads only."""
    wanted = [planned for planned in batch if planned.fate is not Fate.LEFT_OUT]
    _match(wanted)
    folders = [planned.folder_id for planned in wanted if planned.folder_id is not None]
    if not folders:
        return
    births = _births([planned.person_id for planned in wanted if planned.person_id is not None])
    upns: dict[UUID, set[str]] = {}
    schemes = (Scheme.UPN.value, Scheme.FORMER_UPN.value)
    for person_id, value in Identifier.objects.filter(
        person_id__in=list(births), scheme__in=schemes, withdrawn_at__isnull=True
    ).values_list("person_id", "value"):
        upns.setdefault(person_id, set()).add(value)
    kept: dict[tuple[UUID, date | None], str] = {}
    latest: dict[UUID, date] = {}
    for folder_id, told_of, digest in (
        ImportedChild.objects.filter(folder_id__in=folders)
        .order_by("-imported_at", "-id")
        .values_list("folder_id", "run__reference_date", "digest")
    ):
        kept.setdefault((folder_id, told_of), digest)
        if told_of is not None:
            latest[folder_id] = max(latest.get(folder_id, told_of), told_of)
    known: dict[UUID, list[Known]] = {}
    for row in PastReferral.objects.filter(folder_id__in=folders, replaced_at__isnull=True):
        known.setdefault(row.folder_id, []).append(
            Known(row.id, row.thread, row.referred_on, row.digest, row.as_of)
        )
    for planned in wanted:
        if planned.folder_id is None or planned.person_id is None:
            continue
        born_on, expected_on = births.get(planned.person_id, (None, None))
        for why in intake.contradictions(
            planned.child,
            born_on=born_on,
            expected_on=expected_on,
            upns=upns.get(planned.person_id, ()),
        ):
            planned.fate = Fate.LEFT_OUT
            planned.findings.append(left_out(planned.child, f"a child imported before {why}; look at both"))
            planned.folder_id = planned.person_id = None
            break
        else:
            same = kept.get((planned.folder_id, as_of)) == planned.digest
            planned.fate = Fate.UNCHANGED if same else Fate.CHANGED
            planned.known = tuple(known.get(planned.folder_id, ()))
            told_by = latest.get(planned.folder_id)
            planned.is_latest = told_by is None or as_of is None or as_of >= told_by


def _match(wanted: Sequence[Planned]) -> None:
    """Who of these is known: by the authority's id, else by the unique pupil number with the same birth
    date."""
    by_id = _holders(Scheme.LA_CHILD, {key_of(planned.child) for planned in wanted})
    unmatched = []
    for planned in wanted:
        holders = by_id.get(key_of(planned.child), [])
        if len(holders) == 1:
            planned.person_id, planned.folder_id = holders[0]
        elif holders:
            planned.fate = Fate.LEFT_OUT
            planned.findings.append(
                left_out(planned.child, "more than one child is known by this id; settle that first")
            )
        elif planned.child.upn:
            unmatched.append(planned)
    by_upn = _holders(Scheme.UPN, {planned.child.upn or "" for planned in unmatched})
    people = [person_id for holders in by_upn.values() for person_id, _ in holders]
    births = _births(people)
    have_id = set(
        Identifier.objects.filter(
            person_id__in=people, scheme=Scheme.LA_CHILD.value, withdrawn_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    for planned in unmatched:
        holders = by_upn.get(planned.child.upn or "", [])
        if not holders:
            continue
        person_id, folder_id = holders[0]
        born_on, _ = births.get(person_id, (None, None))
        agrees = born_on is None or born_on == planned.child.birth_date
        if len(holders) == 1 and agrees and person_id not in have_id:
            planned.person_id, planned.folder_id = person_id, folder_id
        else:
            planned.findings.append(
                Finding(
                    planned.child.la_child_id,
                    planned.child.lines.get("UPN", planned.child.line),
                    "UPN",
                    "is held by a child known already; look whether they are one and the same",
                    planned.child.upn or "",
                    Grade.DOUBTFUL,
                )
            )


def _holders(scheme: Scheme, values: set[str]) -> dict[str, list[tuple[UUID, UUID]]]:
    """The children, as (person, folder), who hold each of these numbers."""
    found: dict[str, list[tuple[UUID, UUID]]] = {}
    rows = Identifier.objects.filter(
        scheme=scheme.value, value__in=sorted(values - {""}), withdrawn_at__isnull=True, folder__isnull=False
    ).values_list("value", "person_id", "folder_id")
    for value, person_id, folder_id in rows.distinct():
        found.setdefault(value, []).append((person_id, folder_id))
    return found


def _births(person_ids: Iterable[UUID]) -> dict[UUID, tuple[date | None, date | None]]:
    """Date of birth and expected date of each person, as known now."""
    rows = (
        Particulars.objects.filter(person_id__in=list(person_ids))
        .order_by("person_id", "-recorded_at", "-id")
        .distinct("person_id")
        .values_list("person_id", "born_on", "expected_on")
    )
    return {person_id: (born_on, expected_on) for person_id, born_on, expected_on in rows}
