"""Protection: strategy discussions, section 47 enquiries, emergency measures, medicals, becoming looked after."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sightline.access.models import FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.children.models import Person
from sightline.documents.models import Document
from sightline.kernel.models import never_changed
from sightline.meetings.models import Meeting
from sightline.records.models import Decision
from sightline.records.terms import Interpreting

from ..terms import (
    Closure,
    EmergencyKind,
    EmergencyPart,
    Finding,
    LedBy,
    LegalBasis,
    MadeSafeBy,
    StrategyOutcome,
)
from .episode import Episode, choices


class Written(FolderRow):
    """A row that says who wrote it, in which post, and when."""

    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    written_post = models.CharField(max_length=300)
    written_together = models.UUIDField(null=True, help_text="Shared by what was written once for siblings")

    class Meta:
        abstract = True


class Strategy(Written):
    """One child's part of a strategy discussion: why it was called. Logistics and minutes are the meeting's."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="strategies")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    duty_subject = models.UUIDField()
    cause = models.TextField(help_text="What gives reasonable cause to suspect significant harm")
    safety_now = models.TextField(help_text="How the child is kept safe until it is held")
    referred_by = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "folder"], name="child_once_in_a_discussion")
        ]
        triggers = [never_changed("strategy_never_changed")]


class StrategyDecision(Written):
    """What a discussion decided for one child. The latest one of a discussion is what holds."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=choices(StrategyOutcome))
    threshold = models.TextField(help_text="Whether and why the threshold of section 47 is met")
    safety = models.TextField(help_text="The immediate safety of the child, and who sees to it")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("strategy_decision_never_changed")]


class Enquiry(Written):
    """A section 47 enquiry about one child: who leads, and from which discussion it began."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="enquiries")
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="enquiries")
    led_by = models.CharField(max_length=8, choices=choices(LedBy))
    began_at = models.DateTimeField(help_text="The discussion from which the conference clock runs")
    worker = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    door = folder_door()

    class Meta:
        indexes = [models.Index(fields=["folder", "-began_at"], name="enquiry_by_day")]


class EnquiryText(Written):
    """What the enquiry found so far. The latest row is what holds; earlier ones stay readable."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="texts")
    harm_where = ArrayField(models.CharField(max_length=12), default=list)
    child_seen_on = models.DateField(null=True)
    seen_alone = models.BooleanField(null=True)
    not_seen_why = models.TextField(blank=True, help_text="Why not seen, or not alone")
    seen_words = models.TextField(blank=True, help_text="Where, by whom, what the child was like and said")
    powers_told = models.TextField(
        blank=True, help_text="What parents and child were told of the powers used"
    )
    heard_all = models.BooleanField(
        null=True,
        help_text="Written before each account stood by itself: whether everybody with parental responsibility had "
        "given theirs",
    )
    not_heard_why = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Whose account is missing who is not recorded, and why",
    )
    other_children = models.TextField(blank=True, help_text="Other children who may be at risk")
    checks = models.TextField(blank=True, help_text="What agencies knew: whom asked, what they said")
    finding = models.CharField(max_length=24, choices=choices(Finding), blank=True)
    analysis = models.TextField(blank=True)
    conference = models.BooleanField(null=True)
    conference_why = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("enquiry_text_never_changed")]


class SpokenTo(Written):
    """Somebody who was spoken to in an enquiry, and what they were told of the powers used; or who was not heard, and
    why. `person` is one of those in the child's life, or the child; whoever is not has a name in `whom` alone."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="spoken_to")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    whom = models.CharField(max_length=300)
    spoken_on = models.DateField(null=True, help_text="Empty where they were not heard")
    alone = models.BooleanField(null=True, help_text="Whether they were spoken to alone")
    not_alone_why = models.TextField(
        blank=True, default="", db_default="", help_text="Who was there, and why"
    )
    told = models.TextField(
        blank=True, help_text="What they were told of the powers used and of what follows"
    )
    said = models.TextField(blank=True)
    not_heard_why = models.TextField(
        blank=True, default="", db_default="", help_text="Why they were not heard, and what was tried"
    )
    interpreting = models.CharField(
        max_length=12, choices=choices(Interpreting), blank=True, default="", db_default="",
        help_text="Who interpreted; empty where they were not heard, and before this was asked",
    )  # fmt: skip
    interpreter = models.CharField(max_length=200, blank=True, default="", db_default="")
    relative_why = models.TextField(
        blank=True, default="", db_default="", help_text="Why a relative interpreted and no professional"
    )
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_relative_says_why_in_an_enquiry",
                condition=~Q(interpreting=Interpreting.RELATIVE.value) | ~Q(relative_why=""),
            ),
            models.CheckConstraint(
                name="heard_or_why_not",
                condition=Q(spoken_on__isnull=False, not_heard_why="")
                | (Q(spoken_on__isnull=True) & ~Q(not_heard_why="")),
            ),
        ]
        triggers = [never_changed("spoken_to_never_changed")]


class EnquiryEnd(Written):
    """A manager's decision at the end of an enquiry: finding, and a conference or the reason for none."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="ends")
    text = models.ForeignKey(EnquiryText, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=24, choices=choices(Finding))
    conference = models.BooleanField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("enquiry_end_never_changed")]


#: Of emergency measures, those that run: not ended, and not recorded by mistake.
RUNS = Q(ended_at__isnull=True, wrong_at__isnull=True)


class Emergency(Written):
    """Police protection or an emergency protection order, with its hours. `ends_at`: as the court said, or else the
    longest that the pack knows.

    `wrong_at`: since when it is known that it was recorded by mistake; it then counts nowhere. What was taken back of
    it, and why, stands in `EmergencyBack`."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=choices(EmergencyKind))
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    limit_words = models.CharField(max_length=200)
    authority = models.CharField(max_length=300, help_text="Which officer, or which court")
    reasons = models.TextField()
    why_nothing_less = models.TextField()
    where = models.TextField(help_text="Where the child is, and with whom")
    told = models.TextField(help_text="What child and parents were told, by whom; or why not")
    extended_until = models.DateTimeField(null=True)
    extended_words = models.TextField(blank=True)
    extended_written_at = models.DateTimeField(
        null=True, help_text="When it was recorded; null before this was kept"
    )
    extended_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_words = models.TextField(
        blank=True, help_text="How it ended, and how the child is safe from then on"
    )
    ended_written_at = models.DateTimeField(
        null=True, help_text="When it was recorded; null before this was kept"
    )
    ended_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    wrong_at = models.DateTimeField(null=True)
    door = folder_door()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_emergency_that_ended_says_how",
                condition=Q(ended_at__isnull=True) | (~Q(ended_words="") & Q(ended_at__gte=F("began_at"))),
            )
        ]


class EmergencyBack(Written):
    """An emergency measure, its extension or its end was recorded by mistake: why, and of the last two what stood."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="backs")
    part = models.CharField(max_length=10, choices=choices(EmergencyPart))
    why = models.TextField()
    stood_at = models.DateTimeField(
        null=True, help_text="When it was said to have ended, or until when extended"
    )
    stood_words = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="an_emergency_taken_back_says_why", condition=~Q(why="")),
            models.UniqueConstraint(
                fields=["emergency"], condition=Q(part="measure"), name="a_measure_taken_back_once"
            ),
        ]
        triggers = [never_changed("emergency_back_never_changed")]


class MadeSafe(Written):
    """What was done to make a child safe who was in danger: under which power or agreement, by whom, when."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=20, choices=choices(MadeSafeBy))
    what = models.TextField(help_text="What was done, and how it keeps the child safe tonight and after")
    under = models.TextField(help_text="Under which power, or who agreed and what to")
    done_by = models.CharField(max_length=300, help_text="Who did it, and their post")
    done_at = models.DateTimeField()
    told = models.TextField(help_text="What child and parents were told, by whom; or why not")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("made_safe_never_changed")]

    @property
    def was_taken_back(self) -> bool:
        return getattr(self, "back", None) is not None


class MadeSafeBack(Written):
    """That a child was made safe was recorded by mistake, such as on another child: why. It then counts nowhere."""

    made_safe = models.OneToOneField(MadeSafe, on_delete=models.PROTECT, related_name="back")
    why = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.CheckConstraint(name="made_safe_taken_back_says_why", condition=~Q(why=""))]
        triggers = [never_changed("made_safe_back_never_changed")]


class Medical(Written):
    """A child protection medical: asked for, consented to, done, its result, who was told."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reasons = models.TextField()
    asked_of = models.CharField(max_length=300)
    consent = models.TextField(blank=True, help_text="Who consented, when and how; or the court's direction")
    refused = models.TextField(blank=True, help_text="Who refused, and what was done then")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=300, blank=True)
    done_written_at = models.DateTimeField(null=True, help_text="When it was written that it was done")
    done_written_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    done_written_post = models.CharField(max_length=300, blank=True)
    result = models.TextField(blank=True)
    result_written_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    told = models.TextField(blank=True, help_text="Who was told of the result, when")
    closed_why = models.TextField(blank=True, help_text="Where it was not done after all")
    version = models.PositiveIntegerField(default=1)
    door = folder_door()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_medical_done_had_consent", condition=Q(done_at__isnull=True) | ~Q(consent="")
            )
        ]


class MedicalNote(Written):
    """One addition to a medical, as it was written: what stands now is the sum of them, the latest of a kind last.

    `wrong`: where it puts something right, what had been wrong; what had stood before is in the notes before."""

    medical = models.ForeignKey(Medical, on_delete=models.PROTECT, related_name="notes")
    consent = models.TextField(blank=True)
    refused = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=300, blank=True)
    result = models.TextField(blank=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    told = models.TextField(blank=True)
    closed_why = models.TextField(blank=True)
    wrong = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("medical_note_never_changed")]


class LookedAfter(Written):
    """A child becomes looked after: on what it stands, that the network was asked first, and when it ended."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    began_on = models.DateField()
    basis = models.CharField(max_length=20, choices=choices(LegalBasis))
    basis_words = models.TextField(help_text="Whose agreement, or which court and order")
    nothing_less = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Why nothing less would do, where it does not stand on agreement; empty before this was asked",
    )
    network = models.TextField(help_text="Who in the family network was asked, or why there was no time")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    ended_words = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was recorded that it ended")
    door = folder_door()

    @property
    def was_taken_back(self) -> bool:
        return getattr(self, "taken_back", None) is not None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(ended_on__isnull=True), name="looked_after_once_at_a_time"
            )
        ]


class LookedAfterTakenBack(Written):
    """That a child had become looked after was recorded by mistake: the period stays readable and counts as none."""

    looked_after = models.OneToOneField(LookedAfter, on_delete=models.PROTECT, related_name="taken_back")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("looked_after_taken_back_never_changed")]


class LookedAfterEndBack(Written):
    """That a child was no longer looked after was recorded by mistake: they are, and what stood stays readable."""

    looked_after = models.ForeignKey(LookedAfter, on_delete=models.PROTECT, related_name="ends_back")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField()
    ended_words = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("looked_after_end_back_never_changed")]


class StepUp(Written):
    """A lead professional asks for a step up from early help, and what was decided on it."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="step_ups")
    reasons = models.TextField()
    family_view = models.TextField(help_text="What the family was told and says to it")
    accepted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=Q(decided_at__isnull=True), name="one_step_up_asked_at_a_time"
            )
        ]


class Closing(Written):
    """What a decision that closes a child's case says: the census's reason, what it came to, who helps now.

    It takes effect with the step that the decision leads to; a closing that is taken back stays readable.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="closings")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=4, choices=choices(Closure))
    summary = models.TextField()
    helps_now = models.TextField(help_text="Who helps the family from now on")
    feedback_asked = models.TextField(help_text="How the family was asked what they think, or why not")
    record_in_order_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_closing_is_whole",
                condition=~Q(reason="") & ~Q(summary="") & ~Q(helps_now="") & ~Q(feedback_asked=""),
            )
        ]
        triggers = [never_changed("closing_never_changed")]


class Relook(Written):
    """What new information changes in an open assessment, or why it changes nothing."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="relooks")
    subject_id = models.UUIDField(help_text="What the duty was about: a decision, an entry")
    changes = models.BooleanField()
    words = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("relook_never_changed")]
