"""Entries and decisions. Nothing here is overwritten: a correction or a change of mind is another row."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from sightline.access.gathering import Begun
from sightline.access.models import MAY_ADD, MAY_READ, FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import Row, never_changed
from sightline.kernel.words import Words, words_of

from .terms import Confirming, ContributionKind, StatementKind, StatementSource

#: Who is asked to confirm what was written for them may read that much, also where the record is closed to them.
ASKED_OF_ME = "(practitioner_id = kernel_practitioner() AND NOT access_is_sealed_to(folder_id))"

#: The same of an answer: to a request that was put to whoever is looking. The request's own door holds inside.
_ASKED_THIS_OF_ME = (
    "EXISTS (SELECT 1 FROM records_confirmationrequest r WHERE r.id = request_id "
    "AND r.folder_id = records_confirmation.folder_id AND r.practitioner_id = kernel_practitioner() "
    "AND NOT access_is_sealed_to(r.folder_id))"
)


#: The named job that goes on after the computer's clock was ahead, for whoever looks after the place.
CLOCK = "clock"

#: The named job that writes what somebody decided once they have confirmed it, also where they may not open the record.
CONFIRMED = "confirmed"


def _choices(terms: Any) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]


class EntryCounter(FolderRow):
    """The last sequence number given in a folder, and when. Its row is locked, in folder order, at signing."""

    last = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    door = Door(
        read=f"{MAY_READ} OR {MAY_ADD}",
        insert=MAY_ADD,
        update=MAY_ADD,
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")}
        | {CLOCK: ("select", "update")},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder"], name="one_counter_a_folder")]


class Entry(FolderRow):
    """Something recorded in one child's record, signed by its author. `number` has no gaps in a folder.

    `text` is what the record shows without its marks; the paragraphs, each for what it is, are `statements`.
    """

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=60, help_text="The id of the form, or one of the program's own kinds")
    title = models.CharField(
        max_length=100, blank=True, help_text="What that kind was called when it was signed"
    )
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField()
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="entries")
    author_post = models.CharField(
        max_length=300, help_text="Post title and agency on the day, set by the program"
    )
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="entries")
    text = models.TextField()
    beside = models.TextField(
        blank=True,
        db_default="",
        help_text="For finding it: what was answered on its form, and who told it. What is read stands in rows",
    )
    words = Words(
        expression=words_of(
            "title", "text", "present", "impact", "late_why", "was_wrong", "theirs_name", "beside"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    present = models.CharField(max_length=500, blank=True, help_text="Who was there")
    late = models.BooleanField(default=False, help_text="Written after the limit of the author's agency")
    late_why = models.TextField(blank=True, help_text="Why it was written after the pack's limit")
    significant = models.BooleanField(default=False)
    impact = models.TextField(blank=True, help_text="What a significant event means for the child")
    third_party = models.BooleanField(default=False, help_text="Holds something told by somebody else")
    form_from = models.DateField(null=True, help_text="Which version of the form: the day it holds from")
    pack = models.CharField(max_length=80, blank=True)
    pack_version = models.CharField(max_length=80, blank=True)
    written_together = models.UUIDField(null=True, help_text="Shared by what was written once for siblings")
    written_from = models.UUIDField(null=True, help_text="The draft that it was signed from")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    was_wrong = models.TextField(blank=True)
    follows = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text="The entry that it reviews, or to which somebody adds their own words",
    )
    theirs = models.CharField(max_length=14, blank=True, choices=_choices(ContributionKind))
    theirs_name = models.CharField(max_length=200, blank=True, help_text="Whose own words they are")
    theirs_relation = models.CharField(max_length=200, blank=True)
    subject_id = models.UUIDField(null=True, help_text="What it is about, such as a concern")
    door = folder_door(append_only=True, jobs={CONFIRMED: ("select",)})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folder", "number"], name="entry_number_once"),
            models.UniqueConstraint(
                fields=["folder", "author", "written_from"], name="a_draft_is_signed_once"
            ),
            models.CheckConstraint(
                name="a_correction_says_what_was_wrong",
                condition=Q(corrects__isnull=True) | ~Q(was_wrong=""),
            ),
            models.CheckConstraint(
                name="a_contribution_says_whose_it_is", condition=Q(theirs="") | ~Q(theirs_name="")
            ),
        ]
        indexes = [
            models.Index(fields=["folder", "-happened_at"], name="entry_chronology"),
            GinIndex(fields=["words"], name="entry_found_by"),
            # Each time that something is written, kept or signed asks whether its draft was signed already.
            models.Index(
                fields=["written_from"], name="entry_of_draft", condition=Q(written_from__isnull=False)
            ),
            models.Index(
                fields=["written_together"],
                name="entry_written_together",
                condition=Q(written_together__isnull=False),
            ),
        ]
        triggers = [never_changed("entry_never_changed")]


class Statement(FolderRow):
    """One paragraph of an entry: what it is, and whether its author saw or heard it or who told it."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="statements")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=_choices(StatementKind))
    source = models.CharField(max_length=12, choices=_choices(StatementSource))
    told_by = models.CharField(max_length=200, blank=True)
    only = models.BooleanField(default=False, help_text="Stands in this child's record alone")
    text = models.TextField()
    door = folder_door(append_only=True, jobs={CONFIRMED: ("select",)})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="statement_place_once"),
            models.CheckConstraint(
                name="what_was_told_says_by_whom", condition=Q(source="first_hand") | ~Q(told_by="")
            ),
        ]
        indexes = [models.Index(fields=["folder", "kind"], name="statement_by_kind")]
        triggers = [never_changed("statement_never_changed")]


class StatementRest(FolderRow):
    """An entry that a statement rests on, so that a reader can follow a judgement back."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="rests")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="carries")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "entry"], name="rests_on_it_once")]
        triggers = [never_changed("statement_rest_never_changed")]


class EntryAnswer(FolderRow):
    """An answer to a question of the form, with the question as it was worded when the entry was signed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="answers")
    place = models.PositiveSmallIntegerField()
    question_id = models.CharField(max_length=60)
    question = models.CharField(max_length=500)
    value = models.CharField(
        max_length=60, blank=True, help_text="The chosen answer, or the day as 2026-11-19"
    )
    words = models.TextField(help_text="The answer as it is read")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "question_id"], name="answered_once")]
        indexes = [models.Index(fields=["folder", "question_id", "value"], name="answer_by_question")]
        triggers = [never_changed("entry_answer_never_changed")]


class ConfirmationRequest(FolderRow):
    """Asks whoever saw or heard it to read and confirm what was written for them.

    A table of its own, since they may read this much of a record that is otherwise closed to them: `text` is what
    they are asked about, `about` the child's name, `shown` all of it as it was signed. Without `practitioner` they have
    no sign-in, and whoever has their signature on paper records it.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="requests")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="requests")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    post = models.CharField(max_length=300)
    about = models.CharField(max_length=300)
    happened_at = models.DateTimeField()
    text = models.TextField()
    shown = models.JSONField(
        null=True,
        help_text="title, present, impact, answers (question, answer) and paragraphs (kind, source, told_by, text); "
        "nothing where it was asked before these were kept",
    )
    asked_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    written_together = models.UUIDField(null=True)
    door = folder_door(read=f"{MAY_READ} OR {ASKED_OF_ME}", append_only=True)

    class Meta:
        indexes = [models.Index(fields=["practitioner"], name="confirmation_asked_of")]
        triggers = [never_changed("confirmation_request_never_changed")]


class Confirmation(FolderRow):
    """What became of a request: who answered, in which post, when, and what they said."""

    request = models.OneToOneField(ConfirmationRequest, on_delete=models.PROTECT, related_name="answer")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=300)
    at = models.DateTimeField()
    said = models.CharField(
        max_length=10, choices=_choices([c for c in Confirming if c != Confirming.WAITING])
    )
    words = models.TextField(blank=True)
    door = folder_door(
        read=f"{MAY_READ} OR {ASKED_OF_ME} OR {_ASKED_THIS_OF_ME}",
        insert=f"practitioner_id = kernel_practitioner() AND ({MAY_ADD} OR {_ASKED_THIS_OF_ME})",
        append_only=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="what_is_not_confirmed_says_why", condition=Q(said="confirmed") | ~Q(words="")
            )
        ]
        triggers = [never_changed("confirmation_never_changed")]


class EntryDraft(Begun, Row):
    """An entry while it is being written: the form's own fields, for its writer alone.

    `version` counts the savings: a page that was opened on an older one does not overwrite it, and its text is kept
    in a draft of its own (`beside`). `child` is the folder from which the writing began.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="entry_drafts")
    child = models.UUIDField()
    kind = models.CharField(max_length=60)
    about = models.UUIDField(null=True, help_text="The entry that it corrects or answers")
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    beside = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    told_at = models.DateTimeField(
        null=True, help_text="When somebody was last told that its writer has left or is about to lose it"
    )
    _own = "practitioner_id = kernel_practitioner()"
    door = Door(
        read=_own, insert=_own, update=_own, delete=_own, jobs={"drafts": ("select", "update", "delete")}
    )

    class Meta:
        indexes = [models.Index(fields=["practitioner", "-saved_at"], name="entry_draft_of_writer")]


class Decision(FolderRow):
    """A decision on a child: who made it, why, under which definition and version of the procedures.

    Where a conflict of interests was not resolved for the child, it has no effect until a manager rules.
    """

    kind = models.CharField(max_length=20, help_text="One of `terms.DecisionKind`")
    outcome = models.CharField(max_length=200, help_text="What was decided, in words")
    reasons = models.TextField()
    maker = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="decisions")
    maker_post = models.CharField(max_length=300)
    maker_name = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="Who made it, where they have no sign-in: `maker` then holds their signature, the post is theirs",
    )
    made_at = models.DateTimeField()
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    definition_id = models.CharField(max_length=60, blank=True)
    conflict = models.TextField(blank=True, help_text="With whose interests the child's were in conflict")
    conflict_resolved = models.TextField(blank=True, help_text="How it was resolved")
    for_the_child = models.BooleanField(null=True)
    awaits_ruling = models.BooleanField(default=False)
    rules_on = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="ruling")
    upholds = models.BooleanField(null=True, help_text="For a ruling: whether the decision takes effect")
    written_together = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    door = folder_door(append_only=True, jobs={CONFIRMED: ("select", "insert")})

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_decision_has_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="unresolved_conflict_awaits_a_manager",
                condition=Q(conflict="") | Q(for_the_child=True) | Q(awaits_ruling=True),
            ),
        ]
        indexes = [models.Index(fields=["folder", "-made_at"], name="decision_by_day")]
        triggers = [never_changed("decision_never_changed")]


class DecisionWording(FolderRow):
    """The right words of a decision that was written down wrongly in an entry: it stays its maker's.

    `entry` is the correction, `by` who wrote it or, where it was written for somebody else, who confirmed it.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="wordings")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="rewords")
    outcome = models.CharField(max_length=200)
    reasons = models.TextField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    by_post = models.CharField(max_length=300)
    at = models.DateTimeField()
    door = folder_door(append_only=True, jobs={CONFIRMED: ("select", "insert")})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "entry"], name="a_decision_is_reworded_once_an_entry"
            ),
            models.CheckConstraint(name="a_reworded_decision_has_reasons", condition=~Q(reasons="")),
        ]
        triggers = [never_changed("decision_wording_never_changed")]
