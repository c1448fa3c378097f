"""An assessment of one child: its texts, section by section, and the lists that it keeps."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sightline.access.gathering import Begun
from sightline.access.models import MAY_READ, MAY_WRITE, FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.children.models import Person
from sightline.kernel.door import Door
from sightline.kernel.models import never_changed
from sightline.records.models import Decision, Entry

from ..terms import (
    ActsForChild,
    AgainstAge,
    AssessmentAct,
    AssessmentState,
    Development,
    StandsOn,
    TookPart,
)
from .episode import Episode, choices


class Assessment(FolderRow):
    """One assessment of one child. `form` is the pack's form; `duty_subject` what the duty that it answers is about."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=60)
    duty_subject = models.UUIDField()
    state = models.CharField(max_length=10, choices=choices(AssessmentState))
    started_at = models.DateTimeField()
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="assessments")
    author_post = models.CharField(max_length=300)
    manager = models.ForeignKey(
        Practitioner, null=True, on_delete=models.PROTECT, related_name="+", help_text="Asked to sign it"
    )
    stands_on = models.CharField(max_length=10, choices=choices(StandsOn))
    stands_on_words = models.TextField(help_text="Who agreed, when and to what, or which power")
    why_nothing_less = models.TextField(blank=True)
    written_together = models.UUIDField(
        null=True, help_text="Shared by brothers and sisters assessed together"
    )
    updates = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="updated_by")
    ended_at = models.DateTimeField(null=True, help_text="Signed or set aside")
    #: Counts every act on it: a form that was opened on an older count is stale.
    version = models.PositiveIntegerField(default=1)
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_power_says_why_nothing_less",
                condition=Q(stands_on="agreement") | ~Q(why_nothing_less=""),
            ),
        ]
        indexes = [
            models.Index(fields=["folder", "-started_at"], name="assessment_by_day"),
            models.Index(fields=["written_together"], name="assessment_together"),
        ]


class SectionText(FolderRow):
    """What stood in a section when somebody saved it. The highest number is what stands now."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="texts")
    section = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="Text by prompt")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    written_together = models.UUIDField(null=True, help_text="Shared by what was written once for siblings")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "section", "number"], name="section_text_number_once"
            )
        ]
        triggers = [never_changed("section_text_never_changed")]


class Evidence(FolderRow):
    """An entry of the record that a section rests on. Unlinking leaves it readable that it was linked."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="evidence")
    section = models.CharField(max_length=60)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=400, blank=True, help_text="What it shows")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    unlinked_at = models.DateTimeField(null=True)
    unlinked_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "section", "entry"],
                condition=Q(unlinked_at__isnull=True),
                name="linked_once_to_a_section",
            )
        ]


class Participation(FolderRow):
    """Whether and how a member of the family took part. The latest row of a person is what holds."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="participations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    took_part = models.CharField(max_length=8, choices=choices(TookPart))
    how = models.TextField(blank=True)
    why_not = models.TextField(blank=True)
    barrier = models.TextField(
        blank=True, help_text="What stood in the way: language, fear, disability, work, past harm"
    )
    adjustment = models.TextField(blank=True, help_text="What was done about it")
    acts_for_child = models.CharField(max_length=10, choices=choices(ActsForChild), blank=True)
    acts_evidence = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    written_together = models.UUIDField(null=True)
    door = folder_door(append_only=True)

    class Meta:
        indexes = [models.Index(fields=["assessment", "person", "-written_at"], name="participation_latest")]
        triggers = [never_changed("participation_never_changed")]


class Progress(FolderRow):
    """What a child could do at an age, beside what is usual at that age, as one agency saw it."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=12, choices=choices(Development))
    seen_on = models.DateField()
    age_months = models.PositiveSmallIntegerField(
        null=True, help_text="Age on that day; null where not known"
    )
    against_age = models.CharField(max_length=16, choices=choices(AgainstAge))
    words = models.TextField(help_text="What the child does or can do")
    source = models.CharField(max_length=200, help_text="Who saw it, and their agency")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    door = folder_door(append_only=True)

    class Meta:
        indexes = [models.Index(fields=["folder", "seen_on"], name="progress_over_time")]
        triggers = [never_changed("progress_never_changed")]


_ASKED = "(practitioner_id = kernel_practitioner() AND NOT access_is_sealed_to(folder_id))"


class Contribution(FolderRow):
    """What one agency was asked for, and its answer under its own name.

    Whoever was asked sees the question, the child's name and their own answer, and no more of the record.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="contributions")
    child_name = models.CharField(max_length=420)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(
        Practitioner, null=True, on_delete=models.PROTECT, related_name="+", help_text="Asked in Sightline"
    )
    asked_words = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    chased_at = ArrayField(models.DateTimeField(), default=list)
    answer = models.TextField(blank=True)
    declined = models.TextField(blank=True, help_text="Why the agency gives none")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    answered_as = models.CharField(
        max_length=300, blank=True, help_text="Name, post and agency of who gave it"
    )
    door = Door(
        read=f"{MAY_READ} OR {_ASKED}",
        insert="access_may_add(folder_id)",
        update=f"{MAY_WRITE} OR ({_ASKED} AND asked_by_id <> kernel_practitioner())",
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_answer_has_words_and_a_name",
                condition=Q(answered_at__isnull=True, answer="", declined="")
                | (Q(answered_at__isnull=False) & (~Q(answer="") | ~Q(declined="")) & ~Q(answered_as="")),
            )
        ]
        indexes = [models.Index(fields=["assessment"], name="contribution_of_assessment")]


_OWN = "practitioner_id = kernel_practitioner()"


class AnswerDraft(Begun, FolderRow):
    """A contribution that somebody is typing and has not filed. Theirs alone, and empty once it is filed."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    door = Door(
        read=_OWN,
        insert=_OWN,
        update=_OWN,
        jobs={"drafts": ("select", "update")},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "contribution"], name="one_draft_of_an_answer")
        ]


class Need(FolderRow):
    """A need that an assessment found, and what meets it: a service, or the reason why there is none."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="needs")
    words = models.TextField()
    whose = models.CharField(max_length=200, help_text="The child, or which adult")
    service = models.CharField(max_length=300, blank=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    waiting_since = models.DateField(null=True, help_text="Where the service has a wait")
    unmet_why = models.TextField(blank=True)
    area = models.CharField(
        max_length=80, blank=True, help_text="Town or district, for the list of unmet needs"
    )
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    withdrawn_why = models.TextField(blank=True, help_text="Where the need was named in error or is no more")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("need_never_changed")]


class SignOff(FolderRow):
    """Sent, returned, taken back or signed. A signature keeps what was signed, and the wording that it answered."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sign_offs")
    act = models.CharField(max_length=30, choices=choices(AssessmentAct))
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    by_post = models.CharField(max_length=300)
    words = models.TextField(blank=True)
    #: Of a signature only.
    content = models.JSONField(null=True, help_text="The whole assessment as it was signed")
    form = models.JSONField(null=True, help_text="The form's wording on that day")
    factors = ArrayField(models.CharField(max_length=4), default=list)
    outcome_id = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over content and form")
    pack = models.CharField(max_length=80, blank=True)
    pack_version = models.CharField(max_length=80, blank=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_signature_keeps_what_was_signed",
                condition=~Q(act="sign")
                | (Q(content__isnull=False, form__isnull=False, decision__isnull=False) & ~Q(digest="")),
            )
        ]
        indexes = [models.Index(fields=["assessment", "at"], name="sign_offs_of_assessment")]
        triggers = [never_changed("sign_off_never_changed")]


class Shared(FolderRow):
    """What the child or a member of the family was given of a signed assessment, and what they said to it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="shared")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    was_shared = models.BooleanField()
    shared_on = models.DateField(null=True)
    how = models.TextField(help_text="How, by whom and in which language or form; or why it was not")
    said = models.TextField(blank=True, help_text="What they said to it, in their own words")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("shared_never_changed")]
