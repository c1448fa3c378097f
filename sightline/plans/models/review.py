"""Reviews: the actual beside the planned."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sightline.access.models import folder_door
from sightline.agencies.models import Practitioner
from sightline.kernel.models import never_changed
from sightline.records.models import Decision

from ..terms import Achieved, DidChange, Next, ReviewResult, Whose
from .base import Added, Signed, choices
from .plan import Plan, PlanChange
from .work import Offer

#: A review that goes on: neither closed nor taken back.
GOES_ON = Q(closed_at__isnull=True, withdrawn_at__isnull=True)


class Review(Signed):
    """One child's part of a review. It is open until every planned outcome is answered for and it is closed, or
    until its opening is taken back (`TakenBack` says by whom and why): then it is a review of nothing any more."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    held_on = models.DateField()
    meeting_id = models.UUIDField(null=True)
    together = models.UUIDField(null=True)
    who_came = models.TextField(blank=True)
    took_part = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Held at no recorded meeting: the agencies that took part",
    )
    lacked = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What the pack's quorum lacked then, empty where it was met",
    )
    without_quorum_why = models.TextField(blank=True, default="", db_default="")
    result = models.CharField(max_length=10, blank=True, choices=choices(ReviewResult))
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.ForeignKey(PlanChange, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="review_number_once"),
            models.CheckConstraint(
                name="a_review_without_quorum_says_why",
                condition=Q(lacked="") | ~Q(without_quorum_why=""),
            ),
            models.UniqueConstraint(fields=["plan"], condition=GOES_ON, name="one_review_at_a_time"),
            models.CheckConstraint(
                name="a_review_is_closed_or_taken_back",
                condition=Q(closed_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_closed_review_has_its_result", condition=Q(closed_at__isnull=True) | ~Q(result="")
            ),
        ]


class ReviewedOutcome(Added):
    """The actual beside a planned outcome. A later answer of the same review counts."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers")
    outcome = models.UUIDField()
    actual = models.TextField()
    evidence = models.TextField()
    achieved = models.CharField(max_length=8, choices=choices(Achieved))
    scale = models.PositiveSmallIntegerField(null=True)
    next = models.CharField(max_length=8, choices=choices(Next))
    next_words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reviewed_scale", condition=Q(scale__isnull=True) | Q(scale__gte=0, scale__lte=10)
            )
        ]
        indexes = [models.Index(fields=["review", "outcome", "-written_at"], name="answer_latest")]
        triggers = [never_changed("reviewed_outcome_never_changed")]


class ReviewedOffer(Added):
    """Whether a service changed what it was meant to change."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="offers")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="reviewed")
    changed = models.CharField(max_length=10, choices=choices(DidChange))
    words = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["review", "offer"], name="reviewed_offer_latest")]
        triggers = [never_changed("reviewed_offer_never_changed")]


class Scale(Added):
    """Where somebody places the child's safety, or an outcome, from 0 to 10 on a day. Each scale is one person's."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="scales")
    outcome = models.UUIDField(null=True, help_text="None: how safe the child is")
    whose = models.CharField(max_length=12, choices=choices(Whose))
    name = models.CharField(max_length=200)
    value = models.PositiveSmallIntegerField()
    review = models.ForeignKey(
        Review, null=True, on_delete=models.PROTECT, related_name="+", help_text="The review that placed it"
    )
    words = models.TextField(blank=True)
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(name="scale_0_to_10", condition=Q(value__gte=0, value__lte=10))]
        indexes = [models.Index(fields=["plan", "on"], name="scale_by_day")]
        triggers = [never_changed("scale_never_changed")]
