"""An assessment is written section by section, and leads back to the entries that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import AssessmentForm
from sightline.records.models import Entry

from ...models import (
    Assessment,
    Evidence,
    SectionText,
    SignOff,
)
from ...rules import assessment as rules
from ...terms import (
    AssessmentAct,
    AssessmentState,
)
from .. import episode as way
from .beginning import _day


def _locked(assessment_id: UUID, *, version: int | None = None) -> Assessment:
    row = (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("author", "episode")
        .filter(id=assessment_id)
        .first()
    )
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if version is not None and row.version != version:
        last = SignOff.objects.filter(assessment_id=row.id).select_related("by").order_by("-at").first()
        who = f"{last.by.name} was faster ({last.act}, {last.at.astimezone(LONDON):%H:%M}). " if last else ""
        raise Refused(
            f"{who}This assessment has changed since you opened the page. What you typed is kept below."
        )
    return row


def _to_write(assessment_id: UUID) -> tuple[Assessment, AssessmentForm]:
    """An assessment that may be written in, locked, and its form."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id)
    rules.after(AssessmentState(row.state), AssessmentAct.WRITE)
    form = pack_in_force().assessment_form(row.form, today())
    if form.statutory and not acting.may(Permission.STATUTORY):
        permit(Permission.STATUTORY)
    return row, form


def _tidy(section: Any, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the section asks, as typed; anything else in a form is not of it."""
    allowed = {rules.WHY_ONE_SIDED, rules.CULTURE_ANSWER, rules.FATHER_WORDS, rules.AGENCIES_WHY}
    if section.evidence:
        allowed.add(rules.WHY_NOTHING_LINKED)
    match section.kind:
        case "words":
            allowed |= {p.id for p in section.prompt}
        case "side":
            allowed |= {
                f"{p.id}.{kind}" for p in section.prompt for kind in (rules.STRENGTH, rules.DIFFICULTY)
            }
        case "factors":
            return {"factors": sorted({str(code) for code in content.get("factors", ())})}
    return {
        key: str(value).strip() for key, value in content.items() if key in allowed and str(value).strip()
    }


@transaction.atomic
def write(
    assessment_id: UUID,
    section_id: str,
    content: Mapping[str, Any],
    *,
    number: int | None = None,
    also: Sequence[UUID] = (),
) -> SectionText | None:
    """Save a section as it stands, complete or not; `also` are assessments of siblings that get the same text.

    `number` is the text that the form showed: where somebody saved another since, it is refused, and nothing typed is
    lost. None where nothing changed. Raises NotFound, NotPermitted or Refused.
    """
    row, form = _to_write(assessment_id)
    section = next((s for s in form.section if s.id == section_id), None)
    if section is None:
        raise NotFound
    kept = _tidy(section, content)
    now_there = _latest(row.id, section_id)
    if number is not None and now_there is not None and now_there.number != number:
        raise Refused(
            f"{now_there.written_by.name} saved this section at {now_there.written_at.astimezone(LONDON):%H:%M on} "
            f"{_day(now_there.written_at)}, after you opened it. Their text is shown too. Put the two together, "
            "then save again."
        )
    wanted = [row]
    for other_id in dict.fromkeys(also):
        other, _form = _to_write(other_id)
        if row.written_together is None or other.written_together != row.written_together:
            raise NotFound
        wanted.append(other)
    if section.kind == "factors":
        rules.factors_are_right(kept["factors"]).or_refuse()
    if len(wanted) == 1 and now_there is not None and now_there.content == kept:
        return None
    together = uuid7() if len(wanted) > 1 else None
    written = [_write_one(each, section_id, kept, together) for each in wanted]
    return written[0]


def _latest(assessment_id: UUID, section_id: str) -> SectionText | None:
    return (
        SectionText.objects.filter(assessment_id=assessment_id, section=section_id)
        .select_related("written_by")
        .order_by("-number")
        .first()
    )


def _write_one(
    row: Assessment, section_id: str, content: Mapping[str, Any], together: UUID | None
) -> SectionText:
    before = _latest(row.id, section_id)
    text = SectionText(
        folder_id=row.folder_id,
        assessment=row,
        section=section_id,
        number=(before.number if before else 0) + 1,
        content=dict(content),
        written_at=now(),
        written_by_id=way.me(),
        written_together=together,
    )
    text.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.write", folder_id=row.folder_id, subject=text)
    return text


def _touch(row: Assessment) -> None:
    row.version += 1
    row.save(update_fields=["version"])


@transaction.atomic
def link(assessment_id: UUID, section_id: str, entry_ids: Sequence[UUID], note: str = "") -> int:
    """Link entries of the child's own record as what a section rests on. Returns how many were new."""
    row, form = _to_write(assessment_id)
    if section_id not in {s.id for s in form.section if s.evidence}:
        raise NotFound
    entries = {
        e.id: e for e in Entry.objects.filter(id__in=list(entry_ids), folder_id__in=joined_set(row.folder_id))
    }
    if len(entries) != len(set(entry_ids)):
        raise Refused("Choose entries of this child's own record.", "entries")
    linked = set(
        Evidence.objects.filter(
            assessment=row, section=section_id, unlinked_at__isnull=True, entry_id__in=list(entries)
        ).values_list("entry_id", flat=True)
    )
    new = [
        Evidence(
            folder_id=row.folder_id,
            assessment=row,
            section=section_id,
            entry=entry,
            note=note.strip(),
            linked_at=now(),
            linked_by_id=way.me(),
        )
        for entry in entries.values()
        if entry.id not in linked
    ]
    Evidence.objects.bulk_create(new)
    _touch(row)
    record(Verb.WROTE, "enquiries.link", folder_id=row.folder_id, subject=row, count=len(new))
    return len(new)


@transaction.atomic
def unlink(assessment_id: UUID, evidence_id: UUID) -> None:
    """A section no longer rests on an entry; that it did stays on the record."""
    row, _form = _to_write(assessment_id)
    evidence = Evidence.objects.filter(id=evidence_id, assessment=row, unlinked_at__isnull=True).first()
    if evidence is None:
        raise NotFound
    evidence.unlinked_at, evidence.unlinked_by_id = now(), way.me()
    evidence.save(update_fields=["unlinked_at", "unlinked_by"])
    _touch(row)
    record(Verb.WROTE, "enquiries.unlink", folder_id=row.folder_id, subject=evidence)
