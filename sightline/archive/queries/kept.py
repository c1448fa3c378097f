"""The rows that every room keeps on a child, each as pieces to be decided on: what is short and says how things stood
in one, every text in one of its own.

A table with a folder stands in `KEPT`, or in `BY_HAND` (it is gathered with care for what it is), or in `NOT_GIVEN`
with the reason; a test holds every table of the house against these three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from sightline.agencies.models import Agency, Practitioner, Team
from sightline.children.models import Person
from sightline.children.queries import name_and_age
from sightline.enquiries.models import Assessment
from sightline.enquiries.terms import Factor
from sightline.kernel.time import LONDON, today
from sightline.meetings.terms import ChildStage
from sightline.plans.terms import Whose
from sightline.procedures.queries import pack_in_force
from sightline.voice.terms import Heard

from ..models import SharedCopy
from .piece import Piece


@dataclass(frozen=True)
class Kept:
    """How the rows of one table are gathered: under which heading and title, when it was, who wrote it.

    `told_by` names the column with somebody who told it; `family_left_out` the one that says why the family's own
    papers leave it out. `without` are columns that say nothing of the child.
    `child_said` are the columns that hold the child's own words, in those rows for which `said_if` holds (it takes
    the row and the ids that are the child's: of the child, and of copies that they were given); `keep_from` is the one
    with whom the child asked not to be told.
    """

    source: str
    title: str
    at: str = "written_at"
    by: str = "written_by"
    post: str = "written_post"
    told_by: str = ""
    family_left_out: str = ""
    child_said: tuple[str, ...] = ()
    said_if: Callable[[Any, Collection[UUID]], bool] = lambda row, theirs: True
    keep_from: str = ""
    without: tuple[str, ...] = ()
    leads: Mapping[str, str] = field(default_factory=dict)


def _voice(title: str, **said: Any) -> Kept:
    return Kept("voice", title, **{"by": "author", "post": "author_post", **said})


def _paper(title: str, **said: Any) -> Kept:
    return Kept("other", title, **{"by": "author", "post": "author_post", **said})


def _recorded(source: str, title: str, **said: Any) -> Kept:
    return Kept(source, title, **{"at": "recorded_at", "by": "recorded_by", "post": "", **said})


#: What is gathered row by row, in the order of the rooms.
KEPT: dict[str, Kept] = {
    # What a concern led to.
    "concerns.Screening": Kept(
        "concern",
        "What was decided on a concern",
        at="decision.made_at",
        by="decision.maker",
        post="decision.maker_post",
        without=("outcome_id", "level_id", "descriptors", "source_code", "need_code"),
    ),
    "concerns.PossibleConcern": Kept(
        "concern",
        "A concern that may be about this child",
        at="raised_at",
        by="",
        post="",
        told_by="raised_by",
        child_said=("child_said",),
    ),
    "concerns.Transfer": Kept(
        "concern", "A concern passed to another authority", at="sent_at", by="recorded_by", post=""
    ),
    "concerns.Addition": Kept("concern", "Added to a concern", at="added_at", by="added_by", post=""),
    # Assessments and enquiries.
    "enquiries.Episode": Kept(
        "enquiry", "The way through", at="opened_at", by="opened_by", post="", without=("closure",)
    ),
    "enquiries.Step": Kept("enquiry", "A step on the way", at="at", by="by", post="by_post"),
    "enquiries.Attempt": _recorded(
        "enquiry",
        "An attempt to reach the family",
        at="happened_at",
        post="recorded_post",
        child_said=("words",),
        said_if=lambda row, theirs: row.seen_alone is not None,
    ),
    "enquiries.Assessment": Kept(
        "enquiry", "An assessment", at="started_at", by="author", post="author_post", without=("form",)
    ),
    "enquiries.SectionText": Kept(
        "enquiry",
        "Written in an assessment",
        without=("section", "number"),
        child_said=("content",),
        said_if=lambda row, theirs: row.section == "voice",
    ),
    "enquiries.Evidence": Kept(
        "enquiry",
        "What an assessment rests on",
        at="linked_at",
        by="linked_by",
        post="",
        without=("section",),
    ),
    "enquiries.Participation": Kept("enquiry", "How somebody took part in an assessment"),
    "enquiries.Progress": _recorded("enquiry", "How the child came on", at="seen_on", told_by="source"),
    "enquiries.Contribution": Kept(
        "enquiry", "What an agency was asked and answered", at="asked_at", by="asked_by", post=""
    ),
    "enquiries.Need": Kept("enquiry", "A need that was found"),
    "enquiries.SignOff": Kept(
        "enquiry",
        "An assessment sent, returned or signed",
        at="at",
        by="by",
        post="by_post",
        without=("content", "form", "outcome_id"),
    ),
    "enquiries.Shared": _recorded(
        "enquiry",
        "What the family was given of an assessment, and said to it",
        child_said=("said",),
        said_if=lambda row, theirs: row.person_id in theirs,
    ),
    "enquiries.Strategy": Kept("enquiry", "Why a strategy discussion was called"),
    "enquiries.StrategyDecision": Kept("enquiry", "What a strategy discussion decided"),
    "enquiries.Closing": Kept("enquiry", "How a case closed", without=("reason",)),
    "enquiries.Enquiry": Kept("enquiry", "A section 47 enquiry", at="began_at"),
    "enquiries.EnquiryText": Kept("enquiry", "What an enquiry found", child_said=("seen_words",)),
    "enquiries.SpokenTo": Kept("enquiry", "Somebody was spoken to in an enquiry", told_by="whom"),
    "enquiries.EnquiryEnd": Kept("enquiry", "How an enquiry ended"),
    "enquiries.Emergency": Kept("enquiry", "Protection in an emergency", at="began_at"),
    "enquiries.Medical": Kept("enquiry", "A medical examination"),
    "enquiries.LookedAfter": Kept("enquiry", "Looked after by the authority", at="began_on"),
    "enquiries.LookedAfterTakenBack": Kept("enquiry", "That a child had become looked after is taken back"),
    "enquiries.StepUp": Kept("enquiry", "A step up from early help was asked for"),
    "enquiries.Relook": Kept("enquiry", "What new information changed"),
    # Meetings; who was there is gathered with the meeting itself (`met`).
    "meetings.ChildTold": _recorded(
        "meeting",
        "What the child was told of a meeting",
        at="at",
        child_said=("words",),
        said_if=lambda row, theirs: row.stage == ChildStage.PART,
    ),
    "meetings.Report": _recorded(
        "meeting",
        "A report for a meeting",
        family_left_out="not_for_family_why",
        child_said=("family_said",),
        leads={
            "family_said": "What the child and the family said",
            "no_family_why": "Why nothing from the child or the family is there",
        },
    ),
    "meetings.Dissent": _recorded("meeting", "Somebody did not agree"),
    "meetings.AgreedAction": Kept(
        "meeting", "What a meeting agreed", at="agreed_at", by="agreed_by", post="", without=("outcome_id",)
    ),
    "meetings.ActionHandover": Kept(
        "meeting", "Who does instead what a meeting agreed", at="at", by="by", post=""
    ),
    "meetings.ActionDone": Kept(
        "meeting", "What came of what a meeting agreed", at="at", by="by", post="", without=("turn",)
    ),
    "meetings.DecisionTakenBack": Kept(
        "meeting", "That a decision of a meeting stands no more", at="at", by="by", post=""
    ),
    "meetings.ActionTakenBack": Kept(
        "meeting", "What a meeting agreed is to be done after all", at="at", by="by", post=""
    ),
    "meetings.KeepApart": _recorded("meeting", "Two people who are kept apart"),
    # Plans.
    "plans.Plan": Kept("plan", "A plan", at="began_on", without=("framework",)),
    "plans.PlanChange": Kept("plan", "What happened to a plan"),
    "plans.Category": Kept("plan", "The category of a child protection plan", at="held_from"),
    "plans.Lead": Kept("plan", "Who led a plan", at="held_from"),
    "plans.CoreMember": Kept("plan", "Somebody in the core group", at="held_from"),
    "plans.Ending": Kept("plan", "How a plan ended"),
    "plans.TakenBack": Kept("plan", "A step of a plan that was taken back"),
    "plans.Transfer": Kept("plan", "A plan moved between authorities"),
    "plans.PlannedOutcome": Kept("plan", "What was to be different", without=("revision", "of_framework")),
    "plans.Statement": Kept("plan", "Said in a plan", without=("revision",)),
    "plans.View": Kept(
        "plan",
        "What somebody thought of a plan",
        at="heard_on",
        child_said=("agrees", "words"),
        said_if=lambda row, theirs: row.whose == Whose.CHILD,
    ),
    "plans.Need": Kept("plan", "A need in a plan", without=("revision",)),
    "plans.Offer": Kept("plan", "A service that was offered", at="offered_on"),
    "plans.OfferStep": Kept("plan", "What came of a service", at="on"),
    "plans.Action": Kept("plan", "Something to be done under a plan"),
    "plans.ActionStep": Kept("plan", "What came of something to be done"),
    "plans.Visit": Kept("plan", "A visit under a plan", at="visited_at", child_said=("said",)),
    "plans.Review": Kept("plan", "A review of a plan", at="held_on", without=("number",)),
    "plans.ReviewedOutcome": Kept("plan", "What became of what was to be different"),
    "plans.ReviewedOffer": Kept("plan", "Whether a service changed something"),
    "plans.Scale": Kept(
        "plan",
        "A scale from 0 to 10",
        at="on",
        child_said=("value", "words"),
        said_if=lambda row, theirs: row.whose == Whose.CHILD,
    ),
    "plans.Incident": Kept("plan", "Something that happened", at="began_at", told_by="told_by"),
    "plans.IncidentTakenBack": Kept("plan", "What was said of something that happened is taken back"),
    "plans.ReturnConversation": Kept(
        "plan", "A conversation after the child was back", child_said=("said", "pushes", "declined")
    ),
    # What else was heard of the child, beside `pieces._of_voice`.
    "voice.View": _voice(
        "What the child said, before it was put right",
        at="heard_at",
        child_said=("said", "worries", "good", "dreams", "wants", "keep_from"),
        said_if=lambda row, theirs: row.heard != Heard.OBSERVATION or bool(row.keep_from),
        keep_from="keep_from",
    ),
    "voice.Advocacy": _voice("An advocate", at="on", child_said=("words",)),
    "voice.RightsTold": _voice("The child's rights were explained", at="told_at", child_said=("child_said",)),
    "voice.ToldBefore": _voice("What the child was told beforehand", child_said=("part_words",)),
    "voice.MattersTo": _voice(
        "Somebody who matters to the child",
        at="recorded_at",
        post="",
        child_said=("name", "who", "near", "words", "contact", "person", "ended_why"),
    ),
    "voice.Regard": _voice("What weight the child's views had"),
    # The record.
    "records.Confirmation": Kept(
        "entry", "Somebody confirmed what was written for them", at="at", by="practitioner", post="post"
    ),
    "records.DecisionWording": Kept(
        "entry",
        "The right words of a decision that was written down wrongly",
        at="at",
        by="by",
        post="by_post",
    ),
    "chronology.OwnMoment": Kept(
        "entry",
        "A line of a worker's own chronology",
        at="happened_at",
        by="practitioner",
        post="post",
        without=("version", "moment_kind"),
    ),
    "documents.BodyMap": Kept(
        "document",
        "A body map",
        at="seen_at",
        by="author",
        post="author_post",
        child_said=("said",),
        without=("subject_kind",),
    ),
    "documents.BodyMark": Kept(
        "document",
        "A mark on a body map",
        at="body_map.seen_at",
        by="body_map.author",
        post="body_map.author_post",
        without=("x", "y"),
    ),
    "documents.Withdrawal": Kept("document", "A document was withdrawn", at="at", by="by", post="by_post"),
    # Who the child is.
    "children.Particulars": _recorded("about", "Who the child is"),
    "children.PersonName": _recorded("about", "A name of the child", at="held_from"),
    "children.Identity": _recorded("about", "Something about the child", at="held_from", without=("code",)),
    "children.Identifier": _recorded("about", "A number of the child"),
    "children.Residence": _recorded("about", "Where the child lives", at="held_from"),
    "children.Tie": _recorded(
        "about", "Somebody in the child's life", at="held_from", leads={"other": "Who"}
    ),
    "children.Status": _recorded("about", "How the child stands with the authority", at="held_from"),
    "children.Provider": _recorded("about", "A school, nursery or surgery", at="held_from"),
    "children.Authority": _recorded("about", "Which authority is responsible", at="held_from"),
    "children.Involvement": _recorded("about", "Who works with the child", at="held_from"),
    "access.Responsibility": Kept("about", "Who answers for the record", at="held_from", by="", post=""),
    "procedures.DutyEvent": Kept(
        "other",
        "What became of something owed",
        at="at",
        by="by",
        post="",
        without=("due_before", "due_after"),
    ),
    "procedures.ManagerView": Kept(
        "other", "A manager's view of something late", at="event.at", by="", post=""
    ),
    # Paper, and what left.
    "archive.VolumePlace": _paper("A paper file"),
    "archive.VolumeCheck": _paper("A paper file was checked"),
    "archive.ScanCheck": _paper("A scan of paper was checked"),
    "archive.Removal": _paper("A paper file was asked for", at="asked_at", by="asked_by", post="asked_post"),
    "archive.RemovalStep": _paper("A paper file on its way"),
    "archive.RemovalTold": _paper("Somebody was told that a paper file is out"),
    "archive.CopyOut": _paper("Something left the record", at="left_at"),
    "archive.CopyBack": _paper("Something came back to the record", at="on"),
    "archive.ToldOfRecord": _paper("Somebody was told of the record", at="told_at"),
    "archive.Reply": _paper(
        "Said to their own record",
        at="said_at",
        by="",
        post="",
        child_said=("words",),
        said_if=lambda row, theirs: row.shared_id in theirs,
    ),
    "archive.ReplyRead": _paper("The answer to what somebody said to their record"),
}

#: Gathered where what they are asks for it: in `pieces` and `met`.
BY_HAND = {
    "records.Entry",
    "records.Statement",
    "records.EntryAnswer",
    "records.ConfirmationRequest",
    "records.Decision",
    "voice.Done",
    "voice.Explanation",
    "concerns.ConcernPart",
    "concerns.PartName",
    "documents.Document",
    "documents.Examination",
    "meetings.MeetingChild",
    "meetings.Said",
    "meetings.Invitation",
    "meetings.Given",
    "meetings.Supporter",
    "meetings.Interpreter",
    "meetings.Attendance",
}

#: What is in no bundle, and why.
NOT_GIVEN = {
    "archive.Hold": "why the record is kept longer, which is about the record",
    "archive.HoldEnd": "the same",
    "archive.Disposal": "that it was proposed to remove the record",
    "audit.AuditEvent": "who looked and who acted, by ids: the audit trail is shown by whoever answers for it",
    "access.Grant": "who may open the record: said in words to everybody who is told of it",
    "access.Seal": "that a record is sealed is known to the named alone",
    "access.SealName": "the same",
    "access.Joining": "how two records became one; what stands in both is gathered",
    "access.EmergencyAccess": "who opened the record in an emergency: the audit trail answers for that",
    "children.Person": "says that there is somebody; what is known of them is gathered",
    "children.Pointer": "drawn from what is gathered",
    "children.PointerAgency": "the same",
    "matching.SearchKey": "made of names for the search",
    "matching.SearchWord": "the same",
    "procedures.Duty": "what is owed, in the procedures' words; what became of it is gathered",
    "records.EntryCounter": "a number",
    "records.StatementRest": "which entry a statement rests on, by number",
    "documents.StoredFile": "the file itself, given as a document",
    "documents.Scan": "whether a file held something harmful",
    "voice.ExplainedView": "ties what was explained to what was said",
    "voice.Draft": "not signed: it is its writer's alone",
    "enquiries.AnswerDraft": "not filed: the same",
    "enquiries.Waiting": "what a decision, which is gathered, was to do once a manager had ruled on it",
    "enquiries.WaitingHome": "the same; where the child then lived is gathered",
    "meetings.CopyRuling": "says which texts of a meeting, which are gathered, went to whom",
    "meetings.MeetingDecision": "ties a decision, which is gathered, to its meeting",
    "plans.PlanVersion": "the plan as it was signed, made of what is gathered",
    "chronology.Print": "a print that somebody asked for",
    "chronology.PrintVolume": "the same",
    "archive.Volume": "its number stands with its places",
    "archive.AccessRequest": "the request itself, which whoever asked took part in",
    "archive.RequestStep": "the same",
    "archive.BundleItem": "what is gathered",
    "archive.ItemDecision": "what is decided on it",
    "archive.CopyGiven": "what whoever asked was given before",
    "archive.SharedCopy": "the same",
    "archive.SharedEnd": "the same",
    "returns.PastReferral": "from a return; what it says stands on the timeline",
    "returns.PastStep": "the same",
    "returns.ImportedChild": "the line of a return, kept to check the import by",
    "returns.ImportFinding": "the same",
}

#: Columns that say nothing of a child wherever they stand.
_NEVER = {"id", "pack", "pack_version", "digest", "version", "revision", "number"}

#: Who wrote it and when, which stands with every piece.
_SIGNED = {"written_at", "recorded_at", "written_post", "recorded_post"}

#: How a column is said where its own name would read badly.
_LEADS = {
    "words": "", "text": "", "answer": "Answer", "said": "Said", "by_whom": "By whom", "due_on": "By",
    "held_from": "From", "held_until": "Until", "alone": "Seen alone", "seen": "Seen", "why": "Why",
    "reasons": "Reasons", "why_not": "Why not", "lines": "Address", "content": "", "name": "Name", "by": "By",
}  # fmt: skip


def model_of(label: str) -> type[models.Model]:
    """The table of a name of `KEPT`."""
    return apps.get_model(label)


def columns(label: str) -> list[models.Field[Any, Any]]:
    """The columns of a table that are gathered: none that ties it to another row, says who wrote it, or is left out."""
    spec = KEPT[label]
    left = _NEVER | {*spec.without, spec.at, spec.by, spec.post, "folder", "child"}
    found = []
    for column in model_of(label)._meta.local_concrete_fields:
        ties = column.remote_field is not None and column.related_model not in _NAMED
        holds = column.base_field if isinstance(column, ArrayField) else column
        if column.name in left or ties or isinstance(holds, (models.UUIDField, models.BinaryField)):
            continue
        if column.name in _SIGNED or getattr(column, "generated", False):
            continue
        found.append(column)
    return found


_NAMED: tuple[Any, ...] = (Practitioner, Agency, Team, Person)


def is_text(column: models.Field[Any, Any]) -> bool:
    """Whether it holds somebody's words, and stands alone."""
    if isinstance(column, models.JSONField):
        return True
    return isinstance(column, (models.TextField, models.CharField)) and not column.choices


@cache
def _terms(app: str) -> list[type[StrEnum]]:
    module = import_module(f"sightline.{app}.terms")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum and len(each)
    ]


def _term(column: models.Field[Any, Any], value: str) -> str:
    """A coded value as the pages of its room say it."""
    values = {chosen for chosen, _ in column.flatchoices}
    app = column.model._meta.app_label
    for each in [*_terms(app), *(_terms("children") if app != "children" else [])]:
        if values <= {term.value for term in each} and value in values:
            said = getattr(each(value), "label", "")
            if said:
                return str(said)
    return value.replace("_", " ").capitalize()


@dataclass(frozen=True)
class _Names:
    """Who the rows speak of, read together."""

    practitioners: Mapping[UUID, str]
    others: Mapping[UUID, str]


def _names(rows: Mapping[str, Sequence[models.Model]]) -> _Names:
    wanted: dict[Any, set[UUID]] = {kind: set() for kind in _NAMED}
    for label, found in rows.items():
        for column in model_of(label)._meta.local_concrete_fields:
            if column.remote_field is not None and column.related_model in wanted:
                wanted[column.related_model] |= {
                    key for row in found if (key := getattr(row, column.attname)) is not None
                }
    by_id = Practitioner.objects.filter(id__in=wanted[Practitioner]).values_list("id", "name")
    others = dict(Agency.objects.filter(id__in=wanted[Agency]).values_list("id", "name"))
    others |= dict(Team.objects.filter(id__in=wanted[Team]).values_list("id", "name"))
    others |= {key: found.name for key, found in name_and_age(wanted[Person]).items()}
    return _Names(dict(by_id), others)


def _value(column: models.Field[Any, Any], row: models.Model, names: _Names) -> str:
    value = getattr(row, column.attname)
    if value is None or value == "" or value == []:
        return ""
    if column.remote_field is not None:
        return names.practitioners.get(value) or names.others.get(value, "")
    if column.choices:
        return _term(column, str(value))
    if isinstance(column, ArrayField):
        base = column.base_field
        said = [_when(each) if isinstance(each, date) else _code(column, base, str(each)) for each in value]
        return ", ".join(said)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _when(value)
    return str(value).strip()


def _code(column: models.Field[Any, Any], base: models.Field[Any, Any], value: str) -> str:
    if base.choices:
        return _term(base, value)
    for each in _terms(column.model._meta.app_label):
        if value in {term.value for term in each}:
            return str(getattr(each(value), "label", "") or value)
    return value.replace("_", " ")


def _when(value: date) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(LONDON)
        return f"{local.day} {local:%B %Y}, {local:%H:%M}"
    return f"{value.day} {value:%B %Y}"


def _lead(spec: Kept, column: models.Field[Any, Any]) -> str:
    return spec.leads.get(column.name, _LEADS.get(column.name, column.name.replace("_", " ").capitalize()))


def _led(lead: str, words: str) -> str:
    return f"{lead}: {words}" if lead else words


def paragraphs(text: str) -> list[str]:
    """A text by its paragraphs, none of them empty."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _questions(row: Any, forms: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """What stands in a section of an assessment, each text under its question as the form words it today."""
    wording: dict[str, str] = {}
    if form := forms.get(row.assessment_id):
        try:
            sections = pack_in_force().assessment_form(form, today()).section
        except LookupError:
            sections = ()
        for section in sections:
            if section.id == row.section:
                wording = {prompt.id: f"{section.title}. {prompt.title}" for prompt in section.prompt}
    found = []
    for key, words in row.content.items():
        prompt, _, side = key.partition(".")
        lead = ", ".join(part for part in (wording.get(prompt, _said(prompt)), side) if part)
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


def _at(value: date | None) -> datetime:
    """An instant as it is, a day at its noon; what has no day stands at the beginning."""
    if value is None:
        return datetime(1989, 11, 16, 12, tzinfo=LONDON)
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(12), tzinfo=LONDON)


@dataclass(frozen=True)
class _Around:
    """What the rows need beside themselves: names, the forms of assessments, the rows that others hang on."""

    names: _Names
    forms: Mapping[UUID, str]
    rows: Mapping[UUID, models.Model]
    theirs: Collection[UUID]

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
                for n, (lead, words) in enumerate(_questions(row, around.forms)):
                    if words.strip():
                        texts.append((place * 1000 + n, _led(lead, words), said))
            continue
        words = _value(column, row, around.names)
        if not words:
            continue
        if is_text(column):
            for n, part in enumerate(paragraphs(words)):
                texts.append((place * 1000 + n, _led(_lead(spec, column) if n == 0 else "", part), said))
        else:
            facts.append(f"{_led(_lead(spec, column) or _said(column.name), words)}.")
            facts_theirs = facts_theirs or said
    whole = ([(0, " ".join(facts), facts_theirs)] if facts else []) + texts
    author = ", ".join(part for part in (by, post) if part)
    return [
        Piece(spec.source, row.pk, part, spec.title, at, author, words, told_by, said,
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
    forms = dict(Assessment.objects.filter(folder_id__in=list(folder_ids)).values_list("id", "form"))
    here = {"folder_id__in": list(folder_ids)}
    their_copies = SharedCopy.objects.filter(**here, content__own=True).values_list("id", flat=True)
    theirs = {*Person.objects.filter(**here).values_list("id", flat=True), *their_copies}
    around = _Around(_names(rows), forms, _hung_on(rows), theirs)
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
