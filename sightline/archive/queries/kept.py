"""The rows that every room keeps on a child, and how those of each table are gathered.

A table with a folder stands in `KEPT`, or in `BY_HAND` (it is gathered with care for what it is), or in `NOT_GIVEN`
with the reason; a test holds every table of the house against these three.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sightline.meetings.terms import ChildStage
from sightline.plans.terms import Whose
from sightline.voice.terms import Heard


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
    "concerns.Given": Kept("concern", "Given to the family", at="given_at"),
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
    "enquiries.EmergencyBack": Kept("enquiry", "An emergency measure, or part of it, is taken back"),
    "enquiries.MadeSafe": Kept("enquiry", "Made safe", at="done_at"),
    "enquiries.MadeSafeBack": Kept("enquiry", "That the child was made safe is taken back"),
    # What stands of it is the sum of its notes.
    "enquiries.Medical": Kept(
        "enquiry",
        "A medical examination was asked for",
        without=(
            "consent",
            "refused",
            "done_at",
            "done_by",
            "done_written_at",
            "done_written_by",
            "done_written_post",
            "result",
            "result_written_at",
            "told",
            "closed_why",
        ),
    ),
    "enquiries.MedicalNote": Kept("enquiry", "Written to a medical examination"),
    "enquiries.LookedAfter": Kept("enquiry", "Looked after by the authority", at="began_on"),
    "enquiries.LookedAfterTakenBack": Kept("enquiry", "That a child had become looked after is taken back"),
    "enquiries.LookedAfterEndBack": Kept("enquiry", "That a child was no longer looked after is taken back"),
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
        "What was written of the child’s words and no longer stands",
        at="heard_at",
        child_said=("said", "worries", "good", "dreams", "wants", "keep_from"),
        said_if=lambda row, theirs: row.heard != Heard.OBSERVATION or bool(row.keep_from),
        keep_from="keep_from",
    ),
    "voice.Advocacy": _voice("An advocate", at="on", child_said=("words",)),
    "voice.RightsTold": _voice("The child's rights were explained", at="told_at", child_said=("child_said",)),
    "voice.ToldBefore": _voice("What the child was told beforehand", child_said=("part_words",)),
    "voice.TakenBack": _voice("Something written of what the child said or was told is taken back"),
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
    "documents.Withdrawal": Kept(
        "document", "A document or a body map was taken out of the record", at="at", by="by", post="by_post"
    ),
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
    "archive.CopyPrint": "the same, made for a court or an inquiry",
    "archive.CopyVolume": "the same",
    "archive.SharedCopy": "the same",
    "archive.SharedEnd": "the same",
    "returns.PastReferral": "from a return; what it says stands on the timeline",
    "returns.PastStep": "the same",
    "returns.ImportedChild": "the line of a return, kept to check the import by",
    "returns.ImportFinding": "the same",
}
