"""One assessment: its form, what stands in it, what it still lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.access.queries import leads_of
from sightline.children.queries import ChildView, TieView, names_of_folders
from sightline.children.terms import CARERS, IdentityQuestion, Kinship, Known, Sex
from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.kept import as_they_were
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import AssessmentForm, AssessmentOutcome, FormSection
from sightline.records.models import Entry

from ..models import (
    Assessment,
    Contribution,
    Evidence,
    Need,
    Participation,
    SectionText,
    Shared,
    SignOff,
)
from ..rules import assessment as rules
from ..terms import (
    ActsForChild,
    AssessmentAct,
    AssessmentState,
    TookPart,
)
from .contact import NON_CONTACT
from .contribution import ContributionView, contribution_view
from .needs_and_progress import NeedView, ProgressView, needs_of, progress_of

#: What is owed on new information while an assessment is open (ASM-04).
LOOK_AGAIN = "review_of_open_assessment"

#: Must be asked of every child before an assessment is signed (ASM-03); not known and declined are answers.
ASKED_OF_ALL = (
    IdentityQuestion.ETHNICITY,
    IdentityQuestion.RELIGION,
    IdentityQuestion.LANGUAGE,
    IdentityQuestion.DISABILITY,
)


@dataclass(frozen=True)
class TextView:
    """What stands in a section: text by prompt, its number, who saved it and when."""

    content: Mapping[str, Any]
    number: int
    written_at: datetime
    written_by: str
    together: bool


@dataclass(frozen=True)
class EvidenceView:
    id: UUID
    section: str
    entry_id: UUID
    number: int
    kind: str
    happened_at: datetime
    text: str
    note: str
    author: str
    linked_by: str


@dataclass(frozen=True)
class SignOffView:
    act: AssessmentAct
    at: datetime
    by: str
    by_post: str
    words: str
    outcome: str
    """What was recommended or decided, as the procedures called it then."""
    pack_version: str
    digest: str


@dataclass(frozen=True)
class SharedView:
    person_id: UUID
    was_shared: bool
    shared_on: date | None
    how: str
    said: str
    by: str


@dataclass(frozen=True)
class Sibling:
    """An assessment of a brother or sister written together with this one."""

    assessment_id: UUID
    folder_id: UUID
    name: str
    state: AssessmentState


@dataclass(frozen=True)
class AssessmentView:
    """One assessment with everything that stands in it; `form` as it was signed, or as it asks today."""

    row: Assessment
    form: AssessmentForm
    pack: Pack
    texts: Mapping[str, TextView]
    evidence: tuple[EvidenceView, ...]
    participations: Mapping[UUID, Participation]
    contributions: tuple[ContributionView, ...]
    needs: tuple[NeedView, ...]
    progress: tuple[ProgressView, ...]
    sign_offs: tuple[SignOffView, ...]
    shared: tuple[SharedView, ...]
    siblings: tuple[Sibling, ...]
    members: tuple[rules.Member, ...]
    lacks: tuple[rules.Lack, ...]
    due_at: datetime | None = None
    non_contact_open: bool = False
    decision: Any = None
    signed: SignOff | None = field(default=None)

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def state(self) -> AssessmentState:
        return AssessmentState(self.row.state)

    @property
    def title(self) -> str:
        return self.form.title

    def section(self, section_id: str) -> FormSection:
        """Raises NotFound for one that the form does not have."""
        found = next((s for s in self.form.section if s.id == section_id), None)
        if found is None:
            raise NotFound
        return found

    def lacks_in(self, section_id: str) -> list[str]:
        return [lack.words for lack in self.lacks if lack.section == section_id]

    def is_begun(self, section: FormSection) -> bool:
        """Whether anything stands in a section."""
        match section.kind:
            case "people":
                return bool(self.participations) or section.id in self.texts
            case "agencies":
                return bool(self.contributions) or section.id in self.texts
            case "progress":
                return bool(self.progress)
            case "needs":
                return bool(self.needs)
            case _:
                text = self.texts.get(section.id)
                return text is not None and any(text.content.values())


def form_rules(form: AssessmentForm) -> tuple[rules.Section, ...]:
    """The form as the rules need it."""
    return tuple(
        rules.Section(
            s.id, s.title, s.kind, s.evidence, tuple(rules.Asked(p.id, p.title, p.needed) for p in s.prompt)
        )
        for s in form.section
    )


def assessment_row(assessment_id: UUID, folder_ids: Iterable[UUID]) -> Assessment:
    """The row alone. Raises NotFound."""
    row = (
        Assessment.objects.filter(id=assessment_id, folder_id__in=list(folder_ids))
        .select_related("author", "manager", "episode", "updates")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def answers_for(tie: TieView) -> bool:
    """Whether somebody is a parent or carer of the child: by parental responsibility, home or kinship."""
    return not tie.is_child and (
        tie.parental_responsibility is Known.YES or tie.lives_with_child is Known.YES or tie.kinship in CARERS
    )


def family(view: ChildView, participations: Mapping[UUID, Participation]) -> tuple[rules.Member, ...]:
    """Everybody in the child's life, and how they took part; what the child says has a section of its own."""
    found = []
    for tie in view.ties_once:
        row = participations.get(tie.person.id)
        found.append(
            rules.Member(
                person_id=tie.person.id,
                name=tie.name,
                said=tie.said,
                carer=answers_for(tie),
                took_part=TookPart(row.took_part) if row else None,
                how=row.how if row else "",
                why_not=row.why_not if row else "",
                barrier=row.barrier if row else "",
                adjustment=row.adjustment if row else "",
                acts_for_child=ActsForChild(row.acts_for_child) if row and row.acts_for_child else None,
                acts_evidence=row.acts_evidence if row else "",
            )
        )
    return tuple(found)


def to_be_told(child: ChildView, shared_with: Collection[UUID]) -> dict[UUID, str]:
    """The child, and each parent and carer, of whom nobody has said yet whether they were given the assessment."""
    found = {child.child.id: child.child.name} | {
        tie.person.id: f"{tie.name}, {tie.said}"
        for tie in child.ties_once
        if answers_for(tie) and tie.person.birth.died_on is None
    }
    if child.child.birth.died_on is not None or child.child.birth.unborn:
        del found[child.child.id]
    return {person_id: words for person_id, words in found.items() if person_id not in shared_with}


def father_recorded(view: ChildView) -> bool:
    """Whether a father is recorded: a mother's partner stands beside him and not for him."""
    return any(
        tie.kinship is Kinship.FATHER or (tie.kinship is Kinship.PARENT and tie.person.birth.sex is Sex.MALE)
        for tie in view.ties
    )


def latest_texts(assessment_ids: Sequence[UUID]) -> dict[UUID, dict[str, TextView]]:
    """What stands now in every section of these assessments. One query."""
    found: dict[UUID, dict[str, TextView]] = {}
    rows = (
        SectionText.objects.filter(assessment_id__in=list(assessment_ids))
        .select_related("written_by")
        .order_by("assessment_id", "section", "-number")
        .distinct("assessment_id", "section")
    )
    for row in rows:
        found.setdefault(row.assessment_id, {})[row.section] = TextView(
            row.content,
            row.number,
            row.written_at,
            row.written_by.name,
            row.written_together is not None,
        )
    return found


def parts_by(view: AssessmentView, practitioner_id: UUID) -> list[str]:
    """The titles of the sections in which somebody wrote anything: a text, who took part, a need, how the child is
    developing, what a section rests on. What was written over since counts as well."""
    of_it = {"assessment_id": view.id}
    sections = {
        *SectionText.objects.filter(**of_it, written_by=practitioner_id).values_list("section", flat=True),
        *Evidence.objects.filter(**of_it, linked_by=practitioner_id).values_list("section", flat=True),
    }
    kinds = set()
    if Participation.objects.filter(**of_it, written_by=practitioner_id).exists():
        kinds.add("people")
    if Need.objects.filter(**of_it, written_by=practitioner_id).exists():
        kinds.add("needs")
    if any(
        p.recorded_by_id == practitioner_id and p.recorded_at >= view.row.started_at for p in view.progress
    ):
        kinds.add("progress")
    return [s.title for s in view.form.section if s.id in sections or s.kind in kinds]


def assessment(assessment_id: UUID, child: ChildView) -> AssessmentView:
    """One assessment of that child with everything that stands in it. Raises NotFound. A fixed number of queries."""
    row = assessment_row(assessment_id, child.folder_ids)
    pack = pack_in_force()
    texts = latest_texts([row.id]).get(row.id, {})
    participations = {
        p.person_id: p
        for p in Participation.objects.filter(assessment_id=row.id)
        .order_by("person_id", "-written_at", "-id")
        .distinct("person_id")
    }
    evidence = tuple(
        EvidenceView(
            id=e.id,
            section=e.section,
            entry_id=e.entry_id,
            number=e.entry.number,
            kind=e.entry.kind,
            happened_at=e.entry.happened_at,
            text=e.entry.text,
            note=e.note,
            author=f"{e.entry.author.name}, {e.entry.author_post}",
            linked_by=e.linked_by.name,
        )
        for e in Evidence.objects.filter(assessment_id=row.id, unlinked_at__isnull=True)
        .select_related("entry__author", "linked_by")
        .order_by("entry__happened_at")
    )
    contributions = tuple(
        contribution_view(c)
        for c in Contribution.objects.filter(assessment_id=row.id)
        .select_related("agency", "practitioner", "asked_by")
        .order_by("asked_at")
    )
    needs = needs_of(row.id)
    progress = progress_of(child)
    signs = list(
        SignOff.objects.filter(assessment_id=row.id).select_related("by", "decision").order_by("-at", "-id")
    )
    members = family(child, participations)
    siblings = siblings_of(row)
    owed = list(
        Duty.objects.filter(
            Q(subject_id=row.duty_subject, kind__in=("assessment", "early_help_assessment"))
            | Q(subject_id=row.episode_id, kind=NON_CONTACT)
            | Q(folder_id__in=child.folder_ids, kind=LOOK_AGAIN),
            TO_DO,
        )
        .order_by("due_at", "id")
        .values_list("kind", "due_at", "path")
    )
    signed = next((s for s in signs if s.act == AssessmentAct.SIGN.value), None)
    then = as_they_were({pack.version, *(s.pack_version for s in signs if s.pack_version)})
    form = (
        _as_signed(signed, row.form, then[signed.pack_version or pack.version].pack)
        if signed
        else pack.assessment_form(row.form, today())
    )
    held = rules.Held(
        sections=form_rules(form),
        texts={key: {k: str(v) for k, v in text.content.items()} for key, text in texts.items()},
        evidence=_counted(evidence),
        members=members,
        father_recorded=father_recorded(child),
        progress=sum(p.recorded_at >= row.started_at for p in progress),
        unborn=child.child.birth.unborn,
        contributions_open=tuple(c.agency for c in contributions if c.is_open),
        factors=tuple(texts["factors"].content.get("factors", ())) if "factors" in texts else (),
        needs_unanswered=tuple(n.words for n in needs if not n.is_answered),
        identity_not_asked=tuple(q.label for q in ASKED_OF_ALL if q not in child.child.answers),
        statutory=form.statutory,
        not_looked_at=tuple(path for kind, _due, path in owed if kind == LOOK_AGAIN),
    )
    return AssessmentView(
        row=row,
        form=form,
        pack=pack,
        texts=texts,
        evidence=evidence,
        participations=participations,
        contributions=contributions,
        needs=needs,
        progress=progress,
        sign_offs=tuple(
            SignOffView(
                AssessmentAct(s.act),
                s.at,
                s.by.name,
                s.by_post,
                s.words,
                then[s.pack_version or pack.version].title(AssessmentOutcome, s.outcome_id, day_of(s.at))
                if s.outcome_id
                else "",
                s.pack_version,
                s.digest,
            )
            for s in signs
        ),
        shared=tuple(
            SharedView(s.person_id, s.was_shared, s.shared_on, s.how, s.said, s.recorded_by.name)
            for s in Shared.objects.filter(assessment_id=row.id)
            .select_related("recorded_by")
            .order_by("recorded_at")
        )
        if signed
        else (),
        siblings=siblings,
        members=members,
        lacks=tuple(rules.lacks(held)) if signed is None else (),
        due_at=next((due for kind, due, _path in owed if kind not in (NON_CONTACT, LOOK_AGAIN)), None),
        non_contact_open=any(kind == NON_CONTACT for kind, _due, _path in owed),
        decision=signed.decision if signed else None,
        signed=signed,
    )


def _as_signed(signed: SignOff, form_id: str, pack: Pack) -> AssessmentForm:
    """The form in the words that were signed, which the signature keeps: title, sections, questions."""
    form = pack.assessment_form(form_id, day_of(signed.at))
    wording = signed.form or {}
    try:
        sections = tuple(FormSection.model_validate(section) for section in wording.get("section", ()))
    except (
        ValueError
    ):  # worded for an earlier version of Sightline: then the procedures of its day are what there is
        return form
    return (
        form.model_copy(update={"title": wording.get("title", form.title), "section": sections})
        if sections
        else form
    )


def _counted(evidence: Iterable[EvidenceView]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in evidence:
        found[each.section] = found.get(each.section, 0) + 1
    return found


def siblings_of(row: Assessment) -> tuple[Sibling, ...]:
    """The assessments written together with this one, as far as the viewer may open them."""
    if row.written_together is None:
        return ()
    others = list(Assessment.objects.filter(written_together=row.written_together).exclude(id=row.id))
    names = names_of_folders(o.folder_id for o in others)
    return tuple(
        Sibling(o.id, o.folder_id, names[o.folder_id].called, AssessmentState(o.state))
        for o in others
        if o.folder_id in names
    )


def section_history(assessment_id: UUID, section: str) -> list[SectionText]:
    """Every text that a section has had, the latest first."""
    return list(
        SectionText.objects.filter(assessment_id=assessment_id, section=section)
        .select_related("written_by")
        .order_by("-number")
    )


def entries_to_link(folder_ids: Iterable[UUID], *, words: str = "", limit: int = 50) -> list[Entry]:
    """Entries of the record that may be linked as evidence, the latest first; with `words`, those that hold them."""
    rows = (
        Entry.objects.filter(folder_id__in=list(folder_ids)).select_related("author").order_by("-happened_at")
    )
    if words.strip():
        rows = rows.filter(text__icontains=words.strip())
    return list(rows[:limit])


def siblings_to_begin_with(folder_id: UUID, child: ChildView) -> list[tuple[UUID, str]]:
    """Brothers and sisters whose record the viewer may write in: lead folder and name."""
    theirs = [tie.their_folder for tie in child.siblings if tie.their_folder]
    leads = dict.fromkeys(leads_of(theirs).values())
    names = names_of_folders(leads)
    return [(lead, names[lead].name) for lead in leads if lead in names and lead != folder_id]
