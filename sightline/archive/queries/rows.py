"""The rows of every table in `kept`, each as pieces to be decided on: what is short and says how things stood in one,
every text in one of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import models

from sightline.children.models import Person
from sightline.documents.models import Withdrawal
from sightline.enquiries.models import Assessment, SignOff
from sightline.enquiries.terms import AssessmentAct, Factor
from sightline.kernel.time import LONDON, today
from sightline.procedures.queries import pack_in_force

from ..models import SharedCopy
from .columns import Names, columns, in_words, is_text, lead_of, led, model_of, names_of
from .kept import KEPT
from .piece import Piece, paragraphs

#: The questions of an assessment, by the section and the prompt that they stand in.
_Wording = Mapping[tuple[str, str], str]


def _wordings(folder_ids: Collection[UUID]) -> dict[UUID, _Wording]:
    """By assessment, its questions: as they were signed, or as today's form words them where it is not signed."""
    here = {"folder_id__in": list(folder_ids)}
    found: dict[UUID, _Wording] = {}
    pack = pack_in_force()
    for assessment_id, form in Assessment.objects.filter(**here).values_list("id", "form"):
        try:
            found[assessment_id] = _wording(pack.assessment_form(form, today()).model_dump(mode="json"))
        except LookupError:
            found[assessment_id] = {}
    signed = SignOff.objects.filter(**here, act=AssessmentAct.SIGN.value).order_by("at", "id")
    for assessment_id, as_signed in signed.values_list("assessment_id", "form"):
        if as_signed:
            found[assessment_id] = _wording(as_signed)
    return found


def _wording(form: Mapping[str, Any]) -> _Wording:
    return {
        (section["id"], prompt["id"]): f"{section['title']}. {prompt['title']}"
        for section in form.get("section", ())
        for prompt in section.get("prompt", ())
    }


def _questions(row: Any, wordings: Mapping[UUID, _Wording]) -> list[tuple[str, str]]:
    """What stands in a section of an assessment, each text under its question."""
    wording = wordings.get(row.assessment_id, {})
    found = []
    for key, words in row.content.items():
        prompt, _, side = key.partition(".")
        lead = ", ".join(part for part in (wording.get((row.section, prompt), _said(prompt)), side) if part)
        found.append(
            (lead, words if isinstance(words, str) else ", ".join(_factor(str(each)) for each in words))
        )
    return found


def _factor(code: str) -> str:
    try:
        return Factor(code).label
    except ValueError:
        return code


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()


#: What says so of itself where its body map was taken out.
_MAPPED = ("documents.BodyMap", "documents.BodyMark")


def _at(value: date | None) -> datetime:
    """An instant as it is, a day at its noon; what has no day stands at the beginning."""
    if value is None:
        return datetime(1989, 11, 16, 12, tzinfo=LONDON)
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(12), tzinfo=LONDON)


@dataclass(frozen=True)
class _Around:
    """What the rows need beside themselves: names, the questions of assessments, the rows that others hang on."""

    names: Names
    wordings: Mapping[UUID, _Wording]
    rows: Mapping[UUID, models.Model]
    theirs: Collection[UUID]
    taken_out: Collection[UUID]
    """The body maps that were taken out of the record."""

    def of(self, row: Any, path: str) -> Any:
        """A column of the row, or of one that it hangs on: 'decision.made_at'."""
        on, _, column = path.rpartition(".")
        if on:
            row = self.rows.get(getattr(row, f"{on}_id"))
        return getattr(row, column, None) if row is not None and column else None


def _pieces(label: str, row: models.Model, around: _Around) -> list[Piece]:
    spec = KEPT[label]
    by = around.names.practitioners.get(around.of(row, f"{spec.by}_id"), "") if spec.by else ""
    post = str(around.of(row, spec.post) or "") if spec.post else ""
    at = _at(around.of(row, spec.at))
    told_by = str(getattr(row, spec.told_by)) if spec.told_by else ""
    left_out = str(getattr(row, spec.family_left_out)) if spec.family_left_out else ""
    theirs = spec.child_said if spec.child_said and spec.said_if(row, around.theirs) else ()
    keep_from = str(getattr(row, spec.keep_from)) if spec.keep_from else ""
    facts: list[str] = []
    facts_theirs = False
    texts: list[tuple[int, str, bool]] = []
    for place, column in enumerate(columns(label), start=1):
        said = column.name in theirs
        if isinstance(column, models.JSONField):
            if label == "enquiries.SectionText":
                for n, (lead, words) in enumerate(_questions(row, around.wordings)):
                    if words.strip():
                        texts.append((place * 1000 + n, led(lead, words), said))
            continue
        words = in_words(column, row, around.names)
        if not words:
            continue
        if is_text(column):
            for n, part in enumerate(paragraphs(words)):
                texts.append((place * 1000 + n, led(lead_of(spec, column) if n == 0 else "", part), said))
        else:
            facts.append(f"{led(lead_of(spec, column) or _said(column.name), words)}.")
            facts_theirs = facts_theirs or said
    out = {row.pk, getattr(row, "body_map_id", None)} & set(around.taken_out)
    title = f"{spec.title}, taken out of the record" if out and label in _MAPPED else spec.title
    whole = ([(0, " ".join(facts), facts_theirs)] if facts else []) + texts
    author = ", ".join(part for part in (by, post) if part)
    return [
        Piece(spec.source, row.pk, part, title, at, author, words, told_by, said,
              keep_from if said else "", family_left_out=left_out)
        for part, words, said in whole
    ]  # fmt: skip


def gathered(folder_ids: Sequence[UUID], skip: Collection[UUID] = ()) -> list[Piece]:
    """Every row of `KEPT` in these records but those to skip, piece by piece. As many queries as there are tables."""
    rows = {
        label: [
            row
            for row in model_of(label)._default_manager.filter(folder_id__in=list(folder_ids)).order_by("pk")
            if row.pk not in skip
        ]
        for label in KEPT
    }
    here = {"folder_id__in": list(folder_ids)}
    their_copies = SharedCopy.objects.filter(**here, content__own=True).values_list("id", flat=True)
    theirs = {*Person.objects.filter(**here).values_list("id", flat=True), *their_copies}
    taken_out = Withdrawal.objects.filter(**here, body_map__isnull=False).values_list(
        "body_map_id", flat=True
    )
    around = _Around(names_of(rows), _wordings(folder_ids), _hung_on(rows), theirs, set(taken_out))
    return [piece for label, found in rows.items() for row in found for piece in _pieces(label, row, around)]


def _hung_on(rows: Mapping[str, Sequence[models.Model]]) -> dict[UUID, models.Model]:
    """The rows from which others take their day and author."""
    found: dict[UUID, models.Model] = {}
    for label, spec in KEPT.items():
        for path in {spec.at, spec.by, spec.post}:
            on, _, _column = path.rpartition(".")
            if on and rows[label]:
                model = model_of(label)._meta.get_field(on).related_model
                assert isinstance(model, type)
                found |= model._default_manager.in_bulk({getattr(r, f"{on}_id") for r in rows[label]})
    return found
