"""A child's plan: what kind, since when, who leads, where it stands, how it ended."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sightline.access.models import folder_door
from sightline.agencies.models import Agency, Practitioner, Team
from sightline.children.models import Person
from sightline.children.terms import AbuseCategory
from sightline.enquiries.terms import Closure
from sightline.kernel.models import DatedRow, in_order, never_changed, no_overlap
from sightline.records.models import Decision

from ..terms import Direction, PlanKind, PlanState
from .base import LOOKING, Added, Signed, choices


class Plan(Signed):
    """One plan of one child. What it says stands in rows of its own; this row holds where it stands now.

    `together` is shared by the plans of siblings that are made together; each child's plan is their own.
    """

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans")
    kind = models.CharField(max_length=20, choices=choices(PlanKind))
    state = models.CharField(max_length=30, choices=choices(PlanState), default=PlanState.BEING_MADE.value)
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="plans")
    came_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="went_to")
    from_authority = models.CharField(
        max_length=120, blank=True, help_text="Where it was made, if it moved here"
    )
    earlier_plans = models.PositiveSmallIntegerField(
        default=0, help_text="Child protection plans before this one, here or elsewhere"
    )
    earlier_elsewhere = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Those of them that were made elsewhere, as far as was told"
    )
    together = models.UUIDField(null=True)
    lead = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    #: Ids of the child's statuses that its beginning ended or began: what taking it back puts right.
    ended_statuses = ArrayField(models.UUIDField(), default=list)
    began_statuses = ArrayField(models.UUIDField(), default=list)
    framework = models.CharField(max_length=200, help_text="The outcomes framework, as its pack named it")
    #: Counts every act on it: a form that was opened on an older count is stale.
    version = models.PositiveIntegerField(default=1)
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=~Q(state="closed"), name="one_open_plan_a_child"
            ),
            models.CheckConstraint(
                name="a_closed_plan_has_an_end", condition=Q(state="closed") ^ Q(ended_on__isnull=True)
            ),
            models.CheckConstraint(
                name="plan_in_order", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["folder", "-began_on"], name="plan_of_child"),
            models.Index(fields=["together"], name="plan_of_siblings", condition=Q(together__isnull=False)),
        ]


class PlanChange(Added):
    """Something that happened to a plan, in words: made, signed, moved between siblings, stepped, closed."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="changes")
    act = models.CharField(max_length=60)
    words = models.TextField(blank=True)
    meeting_id = models.UUIDField(null=True, help_text="Of a core group: the meeting that it met at")

    class Meta:
        indexes = [models.Index(fields=["plan", "written_at"], name="plan_history")]
        triggers = [never_changed("plan_change_never_changed")]


class PlanVersion(Added):
    """The plan as it was signed: its whole content, fixed, with the procedures and the wording of that day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    without = models.TextField(blank=True, help_text="Why it was signed before every account was recorded")
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once")]
        triggers = [never_changed("plan_version_never_changed")]


class Category(DatedRow, Signed):
    """The category of abuse of a child protection plan, by day: at the start, and the latest."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="categories")
    code = models.CharField(max_length=4, choices=choices(AbuseCategory))
    why = models.TextField(blank=True)
    door = folder_door()

    class Meta:
        constraints = [in_order("category_in_order"), no_overlap("one_category_a_day", "plan")]


class Lead(DatedRow, Signed):
    """Who leads the plan, by day: the lead social worker, or the lead professional of any agency."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="leads")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=120)
    door = folder_door()

    class Meta:
        constraints = [in_order("plan_lead_in_order"), no_overlap("one_plan_lead_a_day", "plan")]


class CoreMember(DatedRow, Signed):
    """Somebody in the core group, or in the group around the family: a professional or one of the family."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="core")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=120)
    brings = models.CharField(max_length=300, blank=True, help_text="What they bring to the plan")
    why_ended = models.CharField(max_length=300, blank=True)
    door = folder_door(jobs=LOOKING)

    class Meta:
        constraints = [
            in_order("core_member_in_order"),
            models.CheckConstraint(
                name="core_member_is_somebody",
                condition=Q(agency__isnull=False, person__isnull=True)
                | Q(person__isnull=False, agency__isnull=True),
            ),
        ]


class Ending(Added):
    """How a plan ended, and what a child's record needs at its end."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="endings")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    case_closes = models.BooleanField(help_text="Whether the child's case ends with the plan")
    reason = models.CharField(max_length=4, blank=True, choices=choices(Closure))
    next_kind = models.CharField(max_length=20, blank=True, choices=choices(PlanKind))
    summary = models.TextField()
    helps_now = models.TextField(help_text="Who helps the family from now on")
    feedback_asked = models.TextField(help_text="How the family was asked what they think, or why not")
    record_in_order_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    change = models.OneToOneField(PlanChange, null=True, on_delete=models.PROTECT, related_name="+")
    #: Ids of the child's statuses that it ended, or that the next plan began: what taking it back puts right.
    ended_statuses = ArrayField(models.UUIDField(), default=list)
    began_statuses = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_closed_case_has_its_reason", condition=Q(case_closes=False) | ~Q(reason="")
            )
        ]
        triggers = [never_changed("ending_never_changed")]


class Transfer(Signed):
    """A child on a plan who moves to another authority's area, or comes from one. `written_at` is when the
    written request was made or came; the plan stays the sender's until the receiver has accepted it, a protection plan
    at its conference. A plan that comes with a category is one of protection, one without is a child in need's.
    """

    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="transfers")
    direction = models.CharField(max_length=4, choices=choices(Direction))
    authority = models.CharField(max_length=120)
    words = models.TextField(help_text="What was sent or what came, and what keeps the child safe meanwhile")
    category = models.CharField(max_length=4, blank=True, choices=choices(AbuseCategory))
    earlier_plans = models.PositiveSmallIntegerField(null=True)
    conference_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    answered_by = models.CharField(max_length=200, blank=True, help_text="Who answered, in which post")
    answer = models.TextField(blank=True)
    door = folder_door(jobs=LOOKING)

    @property
    def kind(self) -> PlanKind:
        """Which plan is to move. One of ours is asked for from the database unless it came along with the row."""
        if self.plan is not None:
            return PlanKind(self.plan.kind)
        return PlanKind.CHILD_PROTECTION if self.category else PlanKind.CHILD_IN_NEED

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "direction"],
                condition=Q(answered_at__isnull=True),
                name="one_transfer_at_a_time",
            )
        ]
