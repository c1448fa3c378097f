"""Meetings: their logistics, and for each child a part of their own.

A meeting that siblings share holds only what is the same for all: purpose, when, where, who is invited. What is
said or decided about a child hangs on that child's folder. Those who may read any of its folders, and those
invited to it, see a meeting; a child's part is seen by that child's folder alone.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sightline.access.gathering import Begun
from sightline.access.models import MAY_ADD, MAY_READ, Folder, FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.children.models import Person
from sightline.chronology.terms import PrintState
from sightline.kernel.door import PRACTITIONER, Door
from sightline.kernel.models import DatedRow, Row, in_order, never_changed
from sightline.records.models import Decision

from .terms import (
    Agreement,
    Came,
    ChildStage,
    Format,
    GivenKind,
    How,
    InviteeKind,
    MeetingState,
    Purpose,
    SupporterAnswer,
)


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


_JOBS = {name: ("select", "insert", "update") for name in ("import", "demo")}
_JOBS_APPEND = {name: ("select", "insert") for name in ("import", "demo")}

#: What hangs on an invitation is seen with the meeting; where a child is invited, by the child's folder as well.
_SEEN = f"meetings_may_see(meeting_id) AND (folder_id IS NULL OR {MAY_READ})"
_WORKED = f"meetings_may_work(meeting_id) AND (folder_id IS NULL OR {MAY_ADD})"


class Meeting(Row):
    """When, where, for what, who leads it and where it stands. Nothing about a child stands here."""

    purpose = models.CharField(max_length=30, choices=_choices(Purpose))
    format = models.CharField(max_length=12, choices=_choices(Format))
    place = models.CharField(max_length=300, blank=True)
    link = models.CharField(
        max_length=500, blank=True, help_text="For those who take part by video or telephone"
    )
    starts_at = models.DateTimeField()
    minutes_long = models.PositiveSmallIntegerField(default=60)
    chair = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="chairs")
    minute_taker = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    arrangements = models.TextField(
        blank=True, help_text="Access, a separate room, breaks, child care, travel"
    )
    runs = models.TextField(blank=True, help_text="How this meeting runs, where it differs from the usual")
    process_id = models.UUIDField(null=True, help_text="What it is part of, such as an enquiry or a plan")
    state = models.CharField(max_length=12, choices=_choices(MeetingState))
    called_at = models.DateTimeField()
    anew_at = models.DateTimeField(
        null=True,
        help_text="When its day or place last changed: what the family was told before is no invitation to it",
    )
    called_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    called_post = models.CharField(max_length=300)
    began_at = models.DateTimeField(null=True)
    held_written_at = models.DateTimeField(null=True, help_text="When it was written that it was held")
    not_held_at = models.DateTimeField(
        null=True,
        help_text="When it was taken back that it was held: who came, as written before, counts no more",
    )
    quorate = models.BooleanField(null=True)
    lacked = models.TextField(blank=True, help_text="What the quorum lacked, in words")
    without_quorum_why = models.TextField(blank=True)
    unready = models.TextField(blank=True, help_text="What the family had not been given in time, in words")
    unready_why = models.TextField(blank=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    #: Counts every act on it: a form that was opened on an older count is stale.
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    changed_what = models.CharField(max_length=120)
    door = Door(
        read="meetings_may_see(id)",
        insert=f"{PRACTITIONER} AND called_by_id = kernel_practitioner()",
        update="meetings_may_work(id)",
        jobs=_JOBS,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="held_meeting_began",
                condition=~Q(state__in=["held", "concluded"]) | Q(began_at__isnull=False),
            ),
            models.CheckConstraint(
                name="without_quorum_says_why", condition=~Q(quorate=False) | ~Q(without_quorum_why="")
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="meeting_by_day")]


class MeetingChange(Row):
    """A meeting moved, cancelled, reopened or given another chair: what it was, what it is, and why."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=300)
    why = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = Door(
        read="meetings_may_see(meeting_id)", insert="meetings_may_work(meeting_id)", jobs=_JOBS_APPEND
    )

    class Meta:
        triggers = [never_changed("meeting_change_never_changed")]


class MeetingChild(FolderRow):
    """A child whom the meeting is about. One who leaves the meeting half way keeps the part, with the reason."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="children")
    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    place_in_list = models.PositiveSmallIntegerField()
    agenda = models.TextField(blank=True, help_text="What this meeting is to do for this child")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    left_why = models.TextField(blank=True)
    door = folder_door()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "folder"], name="child_once_in_a_meeting"),
            models.CheckConstraint(
                name="a_child_leaves_with_a_reason", condition=Q(left_at__isnull=True) | ~Q(left_why="")
            ),
        ]


class ChildTold(FolderRow):
    """What a child was told of a meeting, how they took part, or why not."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="told")
    stage = models.CharField(max_length=8, choices=_choices(ChildStage))
    done = models.BooleanField()
    words = models.TextField(help_text="What and how; where it was not done, why not")
    at = models.DateTimeField(help_text="When the child was told or took part")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("child_told_never_changed")]


class Invitation(Row):
    """Somebody invited: a practitioner, somebody of the family, a child, or a named person from outside.

    `name` and `agency_name` are kept as on the day; an invited child's name stands in the child's folder alone.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitations")
    kind = models.CharField(max_length=12, choices=_choices(InviteeKind))
    practitioner = models.ForeignKey(
        Practitioner, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=420, blank=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    agency_name = models.CharField(max_length=200, blank=True)
    comes_for = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Of somebody from outside: whose they are, as a solicitor is a father's",
    )  # fmt: skip
    professional = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Somebody from outside who comes for an agency, and for nobody of the family",
    )
    role = models.CharField(max_length=120)
    language = models.CharField(
        max_length=200, blank=True, help_text="Language and how they communicate, as known"
    )
    needs_interpreter = models.BooleanField(null=True)
    essential = models.BooleanField(default=False, help_text="Without them the meeting is not quorate")
    needs = models.TextField(
        blank=True, help_text="What they need to take part: access, breaks, glasses, transport"
    )
    kept_apart = models.TextField(
        blank=True, help_text="How they are kept from those whom they must not meet"
    )
    opens_until = models.DateTimeField(
        null=True, help_text="Until when the meeting opens the records to them"
    )
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_why = models.TextField(blank=True)
    door = Door(
        read=f"practitioner_id = kernel_practitioner() OR ({_SEEN})",
        insert=_WORKED,
        update=_WORKED,
        jobs=_JOBS,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="whom_an_outsider_comes_for",
                condition=Q(comes_for__isnull=True, professional=False)
                | (Q(kind="outsider") & (Q(comes_for__isnull=True) | Q(professional=False))),
            ),
            models.CheckConstraint(
                name="invited_as_what_they_are",
                condition=(
                    Q(
                        kind="practitioner",
                        practitioner__isnull=False,
                        person__isnull=True,
                        folder__isnull=True,
                    )
                    | Q(kind="family", practitioner__isnull=True, person__isnull=False, folder__isnull=True)
                    | Q(kind="child", practitioner__isnull=True, person__isnull=False, folder__isnull=False)
                    | (
                        Q(
                            kind="outsider",
                            practitioner__isnull=True,
                            person__isnull=True,
                            folder__isnull=True,
                        )
                        & ~Q(name="")
                    )
                ),
            ),
            models.UniqueConstraint(
                fields=["meeting", "practitioner"],
                condition=Q(withdrawn_at__isnull=True),
                name="practitioner_invited_once",
            ),
            models.UniqueConstraint(
                fields=["meeting", "person"],
                condition=Q(withdrawn_at__isnull=True),
                name="person_invited_once",
            ),
            models.CheckConstraint(
                name="invitation_withdrawn_with_a_reason",
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""),
            ),
        ]
        indexes = [models.Index(fields=["practitioner"], name="invitation_of_practitioner")]


class InvitationRow(Row):
    """Something recorded about somebody's invitation; the latest of a kind is what holds."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = Door(read=_SEEN, insert=_WORKED, jobs=_JOBS_APPEND)

    class Meta:
        abstract = True


class Given(InvitationRow):
    """An invitation, the papers, an explanation or the minutes reached somebody: when, by whom, how, in which form."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="given")
    kind = models.CharField(max_length=12, choices=_choices(GivenKind))
    at = models.DateTimeField()
    how = models.CharField(max_length=20, choices=_choices(How))
    by_whom = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Who gave it to them, where somebody else recorded it",
    )
    form = models.CharField(
        max_length=20, blank=True, help_text="The form of the letter: a language, or easy read"
    )
    covers = ArrayField(models.CharField(max_length=20), default=list, help_text="What was explained")
    understood = models.TextField(blank=True, help_text="What they understood of it")
    reply = models.TextField(blank=True, help_text="What they answered, in their words")
    late_why = models.TextField(blank=True, help_text="Why it came later than the pack asks")

    class Meta:
        triggers = [never_changed("given_never_changed")]


class Supporter(InvitationRow):
    """A supporter was offered, or was not and why; who comes, and whether they came."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="supporters")
    offered = models.BooleanField()
    why_not = models.TextField(blank=True)
    answer = models.CharField(max_length=10, choices=_choices(SupporterAnswer), blank=True)
    name = models.CharField(max_length=200, blank=True)
    relation = models.CharField(max_length=120, blank=True)

    class Meta:
        triggers = [never_changed("supporter_never_changed")]
        constraints = [
            models.CheckConstraint(
                name="no_supporter_offered_says_why", condition=Q(offered=True) | ~Q(why_not="")
            )
        ]


class Interpreter(InvitationRow):
    """Who interprets for somebody, British Sign Language included. A relative only with a reason."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="interpreters")
    language = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    booked_with = models.CharField(max_length=200, blank=True, help_text="The service and its booking number")
    relative = models.BooleanField()
    relative_why = models.TextField(blank=True)

    class Meta:
        triggers = [never_changed("interpreter_never_changed")]
        constraints = [
            models.CheckConstraint(
                name="a_relative_interprets_with_a_reason", condition=Q(relative=False) | ~Q(relative_why="")
            )
        ]


class Attendance(InvitationRow):
    """How somebody took part, who was with them, and who interpreted."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="attendances")
    came = models.CharField(max_length=15, choices=_choices(Came))
    words = models.TextField(blank=True, help_text="Who came instead; what was tried so that they could come")
    report = models.BooleanField(default=False, help_text="Whether they sent a report")
    supporter_came = models.BooleanField(null=True)
    interpreter_used = models.BooleanField(null=True)
    no_interpreter_why = models.TextField(blank=True)

    class Meta:
        triggers = [never_changed("attendance_never_changed")]


#: Attendance that counts: not of a holding that was taken back.
ATTENDED = Q(meeting__not_held_at__isnull=True) | Q(recorded_at__gt=F("meeting__not_held_at"))


class Report(FolderRow):
    """What an agency wrote on a child for a meeting, in its own name."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="reports")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="reports")
    text = models.TextField(blank=True)
    document_id = models.UUIDField(null=True)
    family_said = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What the child and the family said of it, as theirs; rows from before it was asked are empty",
    )
    no_family_why = models.TextField(
        blank=True, default="", db_default="", help_text="Why nothing of theirs is there, or not of everybody"
    )
    for_family = models.BooleanField(help_text="Whether the family may read it before the meeting")
    words_for_family = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Of a report that the family may not read: whether they are given what they said in it themselves",
    )
    not_for_family_why = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("report_never_changed")]
        constraints = [
            models.CheckConstraint(
                name="a_report_kept_from_the_family_says_why",
                condition=Q(for_family=True) | ~Q(not_for_family_why=""),
            )
        ]


class Said(FolderRow):
    """What somebody said of a child, in the minutes. A correction is another row; the first one stays."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="said")
    number = models.PositiveIntegerField()
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.PROTECT, related_name="said")
    words = models.TextField()
    about_adult = models.BooleanField(default=False, help_text="An adult's own needs, apart from the child's")
    no_account_why = models.BooleanField(
        default=False, help_text="Says why this person's account is not there"
    )
    not_for_family_why = models.TextField(blank=True, help_text="Why the family's copies leave it out")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    was_wrong = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    written_together = models.UUIDField(null=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("said_never_changed")]
        constraints = [
            models.CheckConstraint(
                name="corrected_minutes_say_what_was_wrong",
                condition=Q(corrects__isnull=True) | ~Q(was_wrong=""),
            )
        ]
        indexes = [models.Index(fields=["meeting", "number"], name="said_in_order")]


class MeetingDecision(FolderRow):
    """A decision on a child that a meeting made."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    agreement = models.CharField(max_length=6, choices=_choices(Agreement))
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("meeting_decision_never_changed")]


class DecisionTakenBack(FolderRow):
    """That a meeting which decided had been held is taken back: its decision stays readable and stands no more."""

    decision = models.OneToOneField(MeetingDecision, on_delete=models.PROTECT, related_name="taken_back")
    words = models.TextField(help_text="Why the meeting was not held after all")
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("decision_taken_back_never_changed")]


class Dissent(FolderRow):
    """Somebody does not agree with a decision on a child: who, and why in their words."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="dissents")
    decision = models.ForeignKey(MeetingDecision, on_delete=models.PROTECT, related_name="dissents")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="dissents")
    words = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("dissent_never_changed")]


class AgreedAction(FolderRow):
    """Something that somebody of an agency will do for a child by a day, and why then (PAR-05, CHD-07)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    words = models.TextField()
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    by_whom = models.CharField(max_length=420, help_text="Name and agency, or somebody of the family")
    due_on = models.DateField()
    timing_why = models.TextField(help_text="Why this day suits the child's age and stage")
    outcome_id = models.CharField(
        max_length=60, blank=True, help_text="Which outcome of the pack's framework it serves"
    )
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("agreed_action_never_changed")]
        indexes = [models.Index(fields=["agency", "due_on"], name="agreed_action_of_agency")]


class ActionHandover(FolderRow):
    """Somebody else does an agreed action from now on, and why; the day stays. The latest row is what holds."""

    action = models.ForeignKey(AgreedAction, on_delete=models.PROTECT, related_name="handovers")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    by_whom = models.CharField(max_length=420, help_text="Name and agency, as on the day")
    words = models.TextField(help_text="Why it is handed over")
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("action_handover_never_changed")]
        indexes = [models.Index(fields=["action", "-at"], name="handovers_of_action")]


class ActionDone(FolderRow):
    """An agreed action was done, or will not be, with what came of it. One that is not taken back holds."""

    action = models.ForeignKey(AgreedAction, on_delete=models.PROTECT, related_name="answers")
    #: How many answers there have been: two at once are never both the next one.
    turn = models.PositiveSmallIntegerField(default=1, db_default=1)
    done = models.BooleanField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("action_done_never_changed")]
        constraints = [models.UniqueConstraint(fields=["action", "turn"], name="an_action_is_answered_once")]


class ActionTakenBack(FolderRow):
    """That an agreed action was done, or will not be, is taken back: it is to be done after all, and why."""

    answer = models.OneToOneField(ActionDone, on_delete=models.PROTECT, related_name="taken_back")
    words = models.TextField(help_text="Why it is to be done after all")
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("action_taken_back_never_changed")]


class CopyRuling(InvitationRow):
    """Somebody has read a text that may name a person from whom a reader is kept, and decided whether that reader's
    copies hold it. It is known by its digest: a text that is changed is read again. The latest row is what holds."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="copy_rulings")
    digest = models.CharField(max_length=64)
    let_through = models.BooleanField()
    words = models.TextField(help_text="Why it may go to them, or not")

    class Meta:
        triggers = [never_changed("copy_ruling_never_changed")]
        indexes = [models.Index(fields=["invitation", "digest"], name="rulings_of_copy")]


class KeepApart(FolderRow, DatedRow):
    """Two people who must not be in one room together, or one of whom must not learn where the other is (FAM-08)."""

    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    in_room = models.BooleanField(help_text="They must not be in one room")
    address = models.BooleanField(help_text="Neither may learn the other's address")
    why = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.TextField(blank=True)
    door = folder_door()

    class Meta:
        constraints = [
            in_order("keep_apart_in_order"),
            models.CheckConstraint(name="two_people_are_kept_apart", condition=~Q(one=F("other"))),
        ]


#: A pack holds what stands in the records of several children: it is open only while every one of them is.
_PACK = (
    "practitioner_id = kernel_practitioner() AND meetings_may_work(meeting_id) "
    "AND NOT EXISTS (SELECT 1 FROM unnest(folder_ids) AS f(id) WHERE NOT access_opens(f.id, false))"
)


class MeetingPack(Row):
    """A meeting's papers as one reader may have them, asked for by whoever arranges it: made by a job, child by child,
    theirs alone to fetch, gone when it expires."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="packs")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="+")
    folder_ids = ArrayField(models.UUIDField(), help_text="The children whose parts it holds, in order")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(help_text="The pack holds what was known then")
    state = models.CharField(max_length=10, choices=_choices(PrintState))
    total = models.PositiveIntegerField(default=0, help_text="How many steps it takes")
    done = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(help_text="When it last got further")
    expires_at = models.DateTimeField(null=True)
    parts = models.JSONField(default=list, help_text="What is gathered so far; emptied once the PDF is made")
    left_out = ArrayField(models.TextField(), default=list, help_text="What this reader's copy does not hold")
    withheld = models.BooleanField(default=False, help_text="Whether an address was taken out")
    size = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True)
    door = Door(read=_PACK, insert=_PACK, update=_PACK, jobs={"prints": ("select", "delete")})

    class Meta:
        indexes = [models.Index(fields=["practitioner", "meeting"], name="pack_of_asker")]


class MinutesDraft(Begun, Row):
    """A form of a meeting while somebody fills it in: its own fields, as typed."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="drafts")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    door = Door(
        read="practitioner_id = kernel_practitioner()",
        insert="practitioner_id = kernel_practitioner() AND meetings_may_see(meeting_id)",
        update="practitioner_id = kernel_practitioner()",
        delete="practitioner_id = kernel_practitioner()",
        jobs={"drafts": ("select", "delete")},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "practitioner"], name="one_draft_of_a_meeting_each")
        ]
