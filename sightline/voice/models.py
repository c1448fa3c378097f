"""What a child said, what was done about it, and what the child was told. Nothing here is overwritten."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sightline.access.gathering import Begun
from sightline.access.models import MAY_ADD, MAY_READ, FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.children.models import Person
from sightline.kernel.door import Door
from sightline.kernel.models import DatedRow, in_order, never_changed
from sightline.records.models import Decision

from .terms import AdvocacyAct, Answer, Explained, Heard, Near, Power, RightsForm, TookPart


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


class StandingRows(models.QuerySet[Any]):
    """Rows that are put right and taken back by adding."""

    def standing(self) -> StandingRows:
        """Those that hold: not put right by a later writing, and not taken back."""
        return self.filter(corrected_by__isnull=True, taken_back__isnull=True)


class Written(FolderRow):
    """Who wrote a row, in which post, when: set by the program."""

    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    author_post = models.CharField(max_length=300)
    written_at = models.DateTimeField()

    class Meta:
        abstract = True


class PutRight(Written):
    """A row that is put right by adding another, which stands in its place and says what was wrong."""

    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    corrects_id: UUID | None
    was_wrong = models.TextField(blank=True, db_default="")
    objects = StandingRows.as_manager()

    class Meta:
        abstract = True


def _says_what_was_wrong(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(corrects__isnull=True) | ~Q(was_wrong=""))


class View(Written):
    """What a child said, in the child's own words, and how it was heard.

    For a baby, or a child who does not use words, `said` is what was seen; `heard` says so. In Three Houses the
    parts stand in `worries`, `good` and `dreams`, and `said` holds the words that stay in the listener's mind.
    """

    said = models.TextField(blank=True, help_text="Verbatim: never tidied")
    heard = models.CharField(max_length=12, choices=_choices(Heard))
    worries = models.TextField(blank=True, help_text="Three Houses: the house of worries")
    good = models.TextField(blank=True, help_text="Three Houses: the house of good things")
    dreams = models.TextField(blank=True, help_text="Three Houses: the house of dreams")
    language = models.CharField(
        max_length=200, blank=True, help_text="And who interpreted, where somebody did"
    )
    heard_by = models.CharField(max_length=300, help_text="With whom: who listened")
    heard_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    alone = models.BooleanField(help_text="Alone with who listened")
    others = models.CharField(max_length=300, blank=True, help_text="Who else was there")
    why_not_alone = models.TextField(blank=True)
    wants = models.TextField(blank=True, help_text="What the child wants to happen")
    keep_from = models.TextField(blank=True, help_text="Whom the child asked not to be told, and why")
    first = models.UUIDField(
        help_text="The first writing of it, which what is owed, done and explained hangs on"
    )
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    was_wrong = models.TextField(blank=True)
    objects = StandingRows.as_manager()
    # Whether a decision touches what a child said is asked also where its maker may not open the record.
    door = folder_door(append_only=True, jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_view_holds_something",
                condition=~Q(said="") | ~Q(worries="") | ~Q(good="") | ~Q(dreams=""),
            ),
            models.CheckConstraint(
                name="not_alone_says_why", condition=Q(alone=True) | (~Q(others="") & ~Q(why_not_alone=""))
            ),
            models.CheckConstraint(
                name="a_corrected_view_says_what_was_wrong",
                condition=Q(corrects__isnull=True) | ~Q(was_wrong=""),
            ),
        ]
        indexes = [
            models.Index(fields=["folder", "-heard_at"], name="view_by_day"),
            models.Index(fields=["first"], name="view_writings"),
        ]
        triggers = [never_changed("view_never_changed")]


class Done(PutRight):
    """What was done about something that a child said."""

    view = models.ForeignKey(View, on_delete=models.PROTECT, related_name="done")
    words = models.TextField()
    done_on = models.DateField()
    door = folder_door(append_only=True)

    class Meta:
        constraints = [_says_what_was_wrong("corrected_done_says_what_was_wrong")]
        triggers = [never_changed("done_never_changed")]


class Explanation(PutRight):
    """Explained back to the child: when, by whom, how, in which words; the reason where the answer was no."""

    answer = models.CharField(max_length=8, choices=_choices(Answer), blank=True)
    words = models.TextField(help_text="What the child was told, in the words used")
    why_no = models.TextField(blank=True, help_text="The reason that the child was given")
    explained_at = models.DateTimeField()
    explained_by = models.CharField(max_length=300)
    how = models.CharField(max_length=10, choices=_choices(Explained))
    child_said = models.TextField(blank=True, help_text="What the child said to it")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="explanations")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_no_has_its_reason", condition=~Q(answer__in=["no", "partly"]) | ~Q(why_no="")
            ),
            _says_what_was_wrong("corrected_explanation_says_what_was_wrong"),
        ]
        triggers = [never_changed("explanation_never_changed")]


class ExplainedView(FolderRow):
    """One of the views that an explanation answers."""

    explanation = models.ForeignKey(Explanation, on_delete=models.PROTECT, related_name="answered")
    view = models.ForeignKey(View, on_delete=models.PROTECT, related_name="answers")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["explanation", "view"], name="view_once_in_an_explanation")
        ]
        triggers = [never_changed("explained_view_never_changed")]


class Advocacy(PutRight):
    """What became of the offer of an advocate, step by step."""

    act = models.CharField(max_length=8, choices=_choices(AdvocacyAct))
    on = models.DateField()
    words = models.TextField(blank=True, help_text="What the child said to it")
    name = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_found_advocate_has_a_name", condition=~Q(act="named") | ~Q(name="")
            ),
            _says_what_was_wrong("corrected_advocacy_says_what_was_wrong"),
        ]
        triggers = [never_changed("advocacy_never_changed")]


class RightsTold(PutRight):
    """That a child's rights were explained, in a form for the age."""

    form = models.CharField(max_length=8, choices=_choices(RightsForm))
    how = models.CharField(max_length=10, choices=_choices(Explained))
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=300)
    child_said = models.TextField(blank=True)
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [_says_what_was_wrong("corrected_rights_say_what_was_wrong")]
        triggers = [never_changed("rights_told_never_changed")]


class ToldBefore(PutRight):
    """What a child was told before a meeting, a move or a change of plan, and how they took part."""

    subject_id = models.UUIDField(null=True, help_text="The meeting, move or other thing itself")
    about = models.CharField(max_length=300)
    happens_on = models.DateField()
    told = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=300, blank=True)
    why_not_told = models.TextField(blank=True)
    took_part = models.CharField(max_length=12, choices=_choices(TookPart))
    part_words = models.TextField(blank=True, help_text="How they took part, or why they were not asked")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="told_or_why_not",
                condition=(~Q(told="") & Q(told_at__isnull=False)) | ~Q(why_not_told=""),
            ),
            _says_what_was_wrong("corrected_telling_says_what_was_wrong"),
        ]
        indexes = [models.Index(fields=["folder", "subject_id"], name="told_before_of_subject")]
        triggers = [never_changed("told_before_never_changed")]


#: What can be taken back, by the column that names it.
_TAKEN_BACK = ("view", "done", "explanation", "advocacy", "rights", "telling")


class TakenBack(Written):
    """That something was written by mistake, as on the wrong child or of what was never said: it stays readable, marked
    so, and counts in nothing. Exactly one of the six is named."""

    view = models.OneToOneField(View, null=True, on_delete=models.PROTECT, related_name="taken_back")
    done = models.OneToOneField(Done, null=True, on_delete=models.PROTECT, related_name="taken_back")
    explanation = models.OneToOneField(
        Explanation, null=True, on_delete=models.PROTECT, related_name="taken_back"
    )
    advocacy = models.OneToOneField(Advocacy, null=True, on_delete=models.PROTECT, related_name="taken_back")
    rights = models.OneToOneField(RightsTold, null=True, on_delete=models.PROTECT, related_name="taken_back")
    telling = models.OneToOneField(ToldBefore, null=True, on_delete=models.PROTECT, related_name="taken_back")
    why = models.TextField()
    # As of what a child said: a decision touches it only while it stands.
    door = folder_door(append_only=True, jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="one_telling_is_taken_back",
                condition=reduce(
                    or_,
                    (
                        Q(**{f"{other}__isnull": other != each for other in _TAKEN_BACK})
                        for each in _TAKEN_BACK
                    ),
                ),
            ),
            models.CheckConstraint(name="telling_taken_back_says_why", condition=~Q(why="")),
        ]
        triggers = [never_changed("telling_taken_back_never_changed")]


class MattersTo(DatedRow, FolderRow):
    """Somebody on the child's own map of who matters: in the child's words, and how near."""

    name = models.CharField(max_length=200, help_text="What the child calls them")
    who = models.CharField(max_length=200, blank=True)
    near = models.CharField(max_length=8, choices=_choices(Near))
    words = models.TextField(blank=True, help_text="What the child says of them")
    contact = models.CharField(max_length=300, blank=True, help_text="How often, and how the child wishes it")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_why = models.TextField(blank=True)

    class Meta:
        constraints = [in_order("matters_in_order")]


class Regard(Written):
    """The regard had to a child's wishes before a decision under one of the powers, or why they could not be learnt."""

    power = models.CharField(max_length=2, choices=_choices(Power))
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="regards")
    subject_id = models.UUIDField(null=True)
    views = ArrayField(models.UUIDField(), default=list, help_text="What the child said that it rests on")
    weight = models.TextField(blank=True, help_text="What weight was given to it, and why")
    why_not = models.TextField(blank=True, help_text="Why the wishes could not be learnt")
    urgent = models.BooleanField(default=False)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wishes_weighed_or_why_not", condition=~Q(weight="") | ~Q(why_not="") | Q(urgent=True)
            )
        ]
        triggers = [never_changed("regard_never_changed")]


_OWN = "practitioner_id = kernel_practitioner()"


class Draft(Begun, FolderRow):
    """What somebody has typed so far of what a child said, on one page; empty once it is kept.

    `version` counts the savings, `page` is the page that saved it last: another that was opened on an older one does
    not overwrite it, and what it holds is a draft of its own.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)
    page = models.UUIDField(null=True)
    door = Door(
        read=f"{_OWN} AND {MAY_READ}",
        insert=f"{_OWN} AND {MAY_ADD}",
        update=f"{_OWN} AND {MAY_ADD}",
        jobs={"drafts": ("select", "update")},
    )

    class Meta:
        indexes = [models.Index(fields=["folder", "practitioner"], name="voice_draft_of_writer")]
