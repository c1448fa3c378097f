"""What was taken back: it stays on the record as it was, and stands no more."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sightline.agencies.models import Practitioner
from sightline.kernel.models import never_changed
from sightline.records.models import Decision

from ..terms import ReviewResult
from .base import Added, choices
from .plan import Ending, Plan, PlanChange
from .review import Review
from .work import ActionStep


class TakenBack(Added):
    """An ending of a plan (closed, or stepped to another), its beginning, the closing of a review or its opening, or
    the closing of an action, taken back by whoever wrote this row, and why. `undid` is the plan that a step had begun,
    or this plan where its own beginning is taken back. Of a review's closing it keeps what was decided, since the
    review itself is open again and may be closed otherwise."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="taken_back")
    change = models.OneToOneField(
        PlanChange,
        null=True,
        on_delete=models.PROTECT,
        related_name="taken_back",
        help_text="What was taken back",
    )
    ending = models.OneToOneField(Ending, null=True, on_delete=models.PROTECT, related_name="taken_back")
    undid = models.OneToOneField(Plan, null=True, on_delete=models.PROTECT, related_name="undone")
    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="taken_back")
    step = models.OneToOneField(ActionStep, null=True, on_delete=models.PROTECT, related_name="taken_back")
    why = models.TextField()
    result = models.CharField(max_length=10, blank=True, choices=choices(ReviewResult))
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="taken_back_says_why", condition=~Q(why="")),
            models.CheckConstraint(
                name="one_thing_is_taken_back",
                condition=Q(ending__isnull=False, review__isnull=True, step__isnull=True)
                | Q(ending__isnull=True, review__isnull=False, step__isnull=True)
                | Q(ending__isnull=True, review__isnull=True, step__isnull=False)
                | Q(ending__isnull=True, review__isnull=True, step__isnull=True, undid=F("plan")),
            ),
            models.CheckConstraint(
                name="a_review_taken_back_keeps_what_was_decided",
                condition=Q(review__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(result=""))
                | Q(closed_at__isnull=True, result=""),
            ),
        ]
        indexes = [models.Index(fields=["folder"], name="taken_back_of_child")]
        triggers = [never_changed("taken_back_never_changed")]
