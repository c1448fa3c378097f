"""Concerns: how they arrive (logistics), each child's part of one, what was decided, and what the referrer was told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sightline.access.gathering import Begun
from sightline.access.models import MAY_ADD, MAY_READ, FolderRow, folder_door
from sightline.agencies.models import Practitioner, Team
from sightline.children.models import Person
from sightline.kernel.door import Door
from sightline.kernel.models import Row, never_changed
from sightline.records.models import Decision

from .terms import AdditionKind, Agreed, AnswerKind, Channel, ConcernState, Told


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


_THEIRS = "concerns_is_theirs(concern_id)"
_OWN_DRAFT = (
    "(practitioner_id IS NOT NULL AND practitioner_id = kernel_practitioner()) OR (practitioner_id IS NULL "
    "AND secret_digest <> '' AND reference = kernel_public_reference() "
    "AND secret_digest = kernel_public_secret())"
)


_OWN_OR_SEEN = (
    "raised_by_id = kernel_practitioner() OR (secret_digest <> '' AND reference = kernel_public_reference() "
    "AND secret_digest = kernel_public_secret()) OR concerns_may_see(id)"
)


class Concern(Row):
    """The logistics of a concern that siblings may share. What it says of a child is that child's part."""

    reference = models.CharField(max_length=20, unique=True)
    secret_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the secret of somebody who has no account"
    )
    channel = models.CharField(max_length=12, choices=_choices(Channel))
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="concerns")
    raised_post = models.CharField(max_length=300, blank=True)
    source_code = models.CharField(max_length=4, help_text="The census's code of who referred")
    referrer_name = models.CharField(max_length=200, blank=True)
    referrer_contact = models.CharField(max_length=200, blank=True)
    referrer_relation = models.CharField(max_length=200, blank=True)
    anonymous = models.BooleanField(default=False)
    immediate_danger = models.BooleanField(default=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="concerns")
    state = models.CharField(max_length=20, choices=_choices(ConcernState))
    taken_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True, help_text="When it was last decided on")
    #: Counts every act on it: a form that was opened on an older count is stale.
    version = models.PositiveIntegerField(default=1)
    door = Door(
        read=_OWN_OR_SEEN,
        insert="kernel_viewer() <> ''",
        # Whoever raised it adds to it and takes it back, with or without an account.
        update=_OWN_OR_SEEN,
        jobs={
            "import": ("select", "insert", "update"),
            "demo": ("select", "insert", "update"),
            "matching": ("select",),
            "duties": ("select",),
        },
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["team", "raised_at"],
                name="concern_on_board",
                condition=Q(state__in=["waiting", "being_screened", "decided", "taken_back"]),
            ),
            models.Index(
                fields=["team"],
                name="concern_of_danger",
                condition=Q(state="answered", immediate_danger=True),
            ),
            models.Index(fields=["raised_by", "raised_at"], name="concern_of_raiser"),
        ]

    def __str__(self) -> str:
        return self.reference


class ConcernPart(FolderRow):
    """What a concern says of one child, as it was sent. What was written once stands in each child's part."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="parts")
    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="concern_parts")
    place_in_list = models.PositiveSmallIntegerField()
    what_happened = models.TextField()
    about_child = models.TextField(blank=True, help_text="What concerns this child only")
    child_said = models.TextField(blank=True)
    child_said_why_not = models.TextField(blank=True)
    indicators = ArrayField(models.CharField(max_length=60), default=list)
    harm_where = ArrayField(models.CharField(max_length=12), default=list)
    danger_words = models.TextField(blank=True)
    family_told = models.CharField(max_length=10, choices=_choices(Told))
    family_told_words = models.TextField(blank=True, help_text="What they were told, or why they were not")
    family_agreed = models.CharField(max_length=10, choices=_choices(Agreed))
    family_agreed_words = models.TextField(blank=True)
    known_agencies = models.TextField(blank=True)
    interpreter = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField()
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    door = folder_door(
        read=f"{MAY_READ} OR {_THEIRS}",
        append_only=True,
        jobs={"matching": ("select",)},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["concern", "child"], name="child_once_in_a_concern")]
        triggers = [never_changed("concern_part_never_changed")]


class PartName(FolderRow):
    """The child's name as the referrer gave it, for the referrer's own page: all that they may know of the child."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="part_names")
    place_in_list = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=420)
    door = folder_door(read=f"{MAY_READ} OR {_THEIRS}", append_only=True)

    class Meta:
        triggers = [never_changed("part_name_never_changed")]


class PossibleConcern(FolderRow):
    """A concern that may be about the child of a sealed record, as it was sent, for those named on the seal alone.

    It stands in the sealed record and nowhere else: the concern and the front door know nothing of it. The words are
    copied, since whoever is named on a seal need not be let into the front door's record.
    """

    part = models.ForeignKey(ConcernPart, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20)
    immediate_danger = models.BooleanField()
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=600, help_text="Who raised it, as the front door reads it")
    raised_post = models.CharField(max_length=300, blank=True)
    child_given = models.CharField(
        max_length=500, help_text="The child's name and age, as the concern gives them"
    )
    what_happened = models.TextField()
    about_child = models.TextField(blank=True)
    child_said = models.TextField(blank=True)
    written_at = models.DateTimeField()
    door = folder_door(insert="false", append_only=True, jobs={"matching": ("select", "insert")})

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "part"], name="possible_concern_told_once")]
        triggers = [never_changed("possible_concern_never_changed")]


class Screening(FolderRow):
    """What was decided on one child's part of a concern, and what it stands on."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="screenings")
    part = models.ForeignKey(ConcernPart, on_delete=models.PROTECT, related_name="screenings")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="screening")
    outcome_id = models.CharField(max_length=60)
    level_id = models.CharField(max_length=60)
    level_name = models.CharField(max_length=120)
    descriptors = ArrayField(models.CharField(max_length=60), default=list)
    descriptors_words = models.TextField(help_text="The descriptors relied on, as they read that day")
    stands_on = models.TextField(help_text="The agreement or the power that it stands on")
    why_nothing_less = models.TextField(blank=True)
    child_told = models.TextField(help_text="What the child was told, by whom, or why not")
    parents_told = models.TextField()
    working_well = models.TextField(blank=True, help_text="Who and what already keeps this child safe")
    sooner_by = models.DateTimeField(
        null=True, help_text="By when this child needs what was decided, before the limits"
    )
    sooner_why = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    is_referral = models.BooleanField()
    source_code = models.CharField(max_length=4)
    need_code = models.CharField(max_length=4, blank=True)
    authority = models.CharField(
        max_length=120, blank=True, help_text="Where the child is another authority's"
    )
    summary = models.TextField(
        blank=True, db_default="", help_text="What goes with a child who is passed to another authority"
    )
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("screening_never_changed")]

    @property
    def awaits_ruling(self) -> bool:
        """Whether it has no effect until a manager has ruled on it, and nobody has."""
        return self.decision.awaits_ruling and getattr(self.decision, "ruling", None) is None


class Given(FolderRow):
    """What a family that was pointed to a service was given, how, by whom, and what they said to it."""

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="given")
    what = models.TextField()
    how = models.CharField(max_length=200)
    by_whom = models.CharField(max_length=200, help_text="Who gave it to them, and their post")
    given_at = models.DateTimeField()
    said = models.TextField(help_text="What the family said to it")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    written_post = models.CharField(max_length=300)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("given_never_changed")]

    @property
    def recorded(self) -> str:
        """'Gwen Ashby, Decision manager, Eastmarch Council'"""
        return f"{self.written_by.name}, {self.written_post}"


class Transfer(FolderRow):
    """A child passed to another authority: ours until they have confirmed that they accept, which is more than that
    they have received it."""

    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="transfer")
    authority = models.CharField(max_length=120)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, help_text="When they confirmed that they have it")
    received_by = models.CharField(
        max_length=200, blank=True, db_default="", help_text="Who confirmed, at that authority"
    )
    receipt_recorded_by = models.ForeignKey(
        Practitioner, null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True, help_text="Who accepted, at that authority")
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    summary = models.TextField(
        blank=True, db_default="", help_text="What the worry was, what we did, what they must know"
    )
    door = folder_door()

    class Meta:
        indexes = [
            models.Index(
                fields=["screening"], name="transfer_not_accepted", condition=Q(accepted_at__isnull=True)
            )
        ]


class Addition(FolderRow):
    """Something added to a concern after it was sent. What was sent stays as it was."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="additions")
    kind = models.CharField(max_length=12, choices=_choices(AdditionKind))
    words = models.TextField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door(read=f"{MAY_READ} OR {_THEIRS}", insert=f"{MAY_ADD} OR {_THEIRS}", append_only=True)

    class Meta:
        triggers = [never_changed("addition_never_changed")]


class Answer(Row):
    """What the referrer was told: that it arrived, and what became of it. No more than they may know."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=14, choices=_choices(AnswerKind))
    words = models.TextField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = Door(
        read=f"{_THEIRS} OR concerns_may_see(concern_id)",
        insert="kernel_viewer() <> '' AND (concerns_may_see(concern_id) OR concerns_is_theirs(concern_id))",
        jobs={"demo": ("select", "insert")},
    )

    class Meta:
        triggers = [never_changed("answer_never_changed")]


class Draft(Begun, Row):
    """A concern or a decision while it is being written: the form's own fields, by step."""

    kind = models.CharField(max_length=12, choices=[("concern", "concern"), ("screening", "screening")])
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="drafts")
    reference = models.CharField(max_length=20, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)
    concern = models.ForeignKey(Concern, null=True, on_delete=models.PROTECT, related_name="drafts")
    content = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    door = Door(
        read=_OWN_DRAFT,
        insert=_OWN_DRAFT,
        update=_OWN_DRAFT,
        delete=_OWN_DRAFT,
        jobs={"drafts": ("select", "delete")},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_draft_belongs_to_somebody",
                condition=Q(practitioner__isnull=False) | ~Q(secret_digest=""),
            )
        ]
        indexes = [models.Index(fields=["practitioner", "-saved_at"], name="draft_of_practitioner")]
