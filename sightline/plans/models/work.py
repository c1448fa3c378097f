"""What a plan says and what is done: outcomes, statements, needs, services, actions, views, visits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sightline.access.models import folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.children.models import Person
from sightline.kernel.models import never_changed
from sightline.records.models import Entry
from sightline.records.terms import Interpreting

from ..terms import ActionState, Agrees, OfferState, StatementKind, When, Whose
from .base import Added, Signed, Written, choices
from .local import LocalHelp
from .plan import Plan, PlanChange


def _scale(name: str, field: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lte": 10}),
    )


class PlannedOutcome(Written):
    """What is to be different for this child, under one of the partnership's outcomes, and how it will be known."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="outcomes")
    of_framework = models.CharField(max_length=60, blank=True, help_text="The framework's own id")
    of_framework_title = models.CharField(max_length=200, blank=True)
    words = models.TextField()
    measure = models.TextField(help_text="How we shall know")
    baseline = models.TextField(help_text="How it is now")
    baseline_scale = models.PositiveSmallIntegerField(null=True)
    hoped_scale = models.PositiveSmallIntegerField(null=True)
    by = models.DateField()
    whose = models.CharField(max_length=12, choices=choices(Whose))
    whose_words = models.CharField(max_length=200, blank=True)
    needed = models.CharField(max_length=6, choices=choices(When))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "item", "revision"], name="outcome_revision_once"),
            _scale("outcome_baseline_scale", "baseline_scale"),
            _scale("outcome_hoped_scale", "hoped_scale"),
        ]
        indexes = [models.Index(fields=["plan", "item", "-revision"], name="outcome_latest")]
        triggers = [never_changed("outcome_never_changed")]


class Statement(Written):
    """A statement of the plan. `about` is whom it concerns, `answer` what was chosen (what the plan stands on,
    what became of the family's plan, whether a tie is kept), `why` the reason that the answer asks for."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=14, choices=choices(StatementKind))
    about = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "item", "revision"], name="statement_revision_once")
        ]
        indexes = [models.Index(fields=["plan", "item", "-revision"], name="statement_latest")]
        triggers = [never_changed("statement_never_changed")]


class View(Added):
    """What the child, a parent or somebody else thinks of the plan, in their own words."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="views")
    review = models.ForeignKey("Review", null=True, on_delete=models.PROTECT, related_name="views")
    whose = models.CharField(max_length=12, choices=choices(Whose))
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    agrees = models.CharField(max_length=10, choices=choices(Agrees))
    words = models.TextField(blank=True, help_text="Their own words")
    why_not = models.TextField(blank=True, help_text="Why it could not be learnt, and what was tried")
    heard_on = models.DateField()
    heard_how = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_view_has_words_or_a_reason", condition=~Q(words="") | ~Q(why_not="")
            )
        ]
        indexes = [models.Index(fields=["plan", "-written_at"], name="view_latest")]
        triggers = [never_changed("view_never_changed")]


class Need(Written):
    """Something that the child, or an adult in their own right, needs. Adults' needs stand apart from the child's
    plan and are linked to it by what they do to the child."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="needs")
    adult = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    for_child = models.TextField(blank=True, help_text="What an adult's need does to the child")
    unmet_why = models.TextField(blank=True, help_text="Why no service meets it")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "item", "revision"], name="need_revision_once")
        ]
        indexes = [
            models.Index(fields=["plan", "item", "-revision"], name="need_latest"),
            models.Index(
                fields=["folder"], name="need_unmet", condition=~Q(unmet_why="") & Q(dropped_why="")
            ),
        ]
        triggers = [never_changed("need_never_changed")]


class Offer(Signed):
    """A service offered to a family, from a plan or from a concern, what it is meant to change, and how it stands."""

    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="offers")
    concern_id = models.UUIDField(null=True)
    need = models.UUIDField(null=True, help_text="The need that it answers")
    outcome = models.UUIDField(null=True, help_text="The planned outcome that it serves")
    adult = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    local = models.ForeignKey(LocalHelp, null=True, on_delete=models.PROTECT, related_name="offers")
    name = models.CharField(max_length=200)
    meant_to_change = models.TextField()
    offered_on = models.DateField()
    began_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    state = models.CharField(max_length=14, choices=choices(OfferState))
    door = folder_door()

    class Meta:
        indexes = [
            models.Index(fields=["plan"], name="offer_of_plan"),
            models.Index(fields=["folder"], name="offer_of_child"),
            models.Index(
                fields=["folder"],
                name="offer_waiting",
                condition=Q(state__in=[OfferState.WAITING.value, OfferState.NOT_AVAILABLE.value]),
            ),
        ]


class OfferStep(Added):
    """What came of an offer: the family's answer, that it began, that it ended, in whose words."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=14, choices=choices(OfferState))
    words = models.TextField(blank=True)
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["offer", "written_at"], name="offer_history")]
        triggers = [never_changed("offer_step_never_changed")]


class Action(Signed):
    """Something that a named person of an agency does by a day, and why by then for a child of this age."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="actions")
    outcome = models.UUIDField(null=True, help_text="The planned outcome that it serves")
    words = models.TextField()
    needed = models.CharField(max_length=6, choices=choices(When))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="plan_actions")
    due_on = models.DateField()
    timing = models.TextField(help_text="Why this day suits the child's age and stage")
    state = models.CharField(max_length=10, choices=choices(ActionState), default=ActionState.OPEN.value)
    closed_on = models.DateField(null=True)
    written_together = models.UUIDField(null=True)
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        indexes = [
            models.Index(
                fields=["agency", "due_on", "id"],
                include=["folder", "practitioner"],
                name="action_open",
                condition=Q(state="open"),
            ),
            models.Index(fields=["plan", "due_on"], name="action_of_plan"),
        ]


class ActionStep(Added):
    """What happened to an action: given, handed to somebody else, done, given up, to be done after all."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=14)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    change = models.ForeignKey(PlanChange, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["action", "written_at"], name="action_history")]
        triggers = [never_changed("action_step_never_changed")]


class Visit(Added):
    """A visit under a plan. What was written of it is an entry of the record; this says what a plan must know."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="visits")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="plan_visit")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by", help_text="What held before"
    )
    visited_at = models.DateTimeField()
    seen = models.BooleanField()
    alone = models.BooleanField(null=True)
    why_not = models.TextField(blank=True, help_text="Why not seen, or not alone")
    where = models.CharField(max_length=200)
    like = models.TextField(help_text="What the child was like")
    said = models.TextField(blank=True, help_text="What the child said, in their own words")
    interpreting = models.CharField(
        max_length=12, choices=choices(Interpreting), blank=True, default="", db_default="",
        help_text="Who interpreted; empty before this was asked",
    )  # fmt: skip
    interpreter = models.CharField(max_length=200, blank=True)
    relative_why = models.TextField(
        blank=True, default="", db_default="", help_text="Why a relative interpreted and no professional"
    )
    adults_apart = models.CharField(
        max_length=300, blank=True, help_text="Which adults were spoken to on their own"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="not_seen_alone_says_why", condition=Q(seen=True, alone=True) | ~Q(why_not="")
            ),
            models.CheckConstraint(
                name="a_visits_relative_says_why",
                condition=~Q(interpreting=Interpreting.RELATIVE.value) | ~Q(relative_why=""),
            ),
        ]
        indexes = [models.Index(fields=["folder", "-visited_at"], name="visit_latest")]
        triggers = [never_changed("visit_never_changed")]
