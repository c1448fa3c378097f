"""Who the child is, where and with whom they live, and who works with them.

A child's rows hang on the child's folder. An adult has no folder: their rows carry none, and are seen
through a tie in a folder that the viewer may open. Nothing is overwritten: what changes is a dated row,
what was wrong is ended or superseded.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sightline.access.models import MAY_ADD, MAY_READ, MAY_WRITE, Folder, FolderRow, folder_door
from sightline.agencies.models import Agency, Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import DatedRow, Row, in_order, never_changed, no_overlap

from .rules import Birth
from .terms import (
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    NameUse,
    PersonKind,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


_JOBS = {
    "import": ("select", "insert", "update"),
    "demo": ("select", "insert", "update"),
    "matching": ("select",),
}
_JOBS_APPEND = {"import": ("select", "insert"), "demo": ("select", "insert"), "matching": ("select",)}


def person_door(
    *, append_only: bool = False, read_also: str = "", jobs: dict[str, tuple[str, ...]] | None = None
) -> Door:
    """Rows about a person: by the folder for a child, through a tie for an adult.

    An adult's rows are read through a tie in any folder that the viewer may open, and written through one
    in a folder that they may write in, or by whoever records the adult in the same transaction.
    """
    read = f"{MAY_READ} OR (folder_id IS NULL AND children_may_see_adult(person_id))"
    change_adult = "(folder_id IS NULL AND children_may_change_adult(person_id))"
    return Door(
        read=f"({read}) AND ({read_also})" if read_also else read,
        insert=f"(folder_id IS NOT NULL AND {MAY_ADD}) OR {change_adult}",
        update=None if append_only else f"{MAY_WRITE} OR {change_adult}",
        jobs={**(_JOBS_APPEND if append_only else _JOBS), **(jobs or {})},
    )


class Correctable(DatedRow):
    """A dated row that may be said to be wrong: what was wrong with it, who says so and when (REC-12).

    Such a row then ends on the day on which it begins, so that it held on no day and nothing counts it;
    `wrong_until` keeps until when it was said to hold."""

    # Empty and no text: a default of the database is read back by the INSERT, which no door lets whoever records an
    # adult do before the adult is tied to a child.
    wrong_why = models.TextField(null=True)
    wrong_at = models.DateTimeField(null=True)
    wrong_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    wrong_until = models.DateField(null=True)

    class Meta:
        abstract = True


class Person(Row):
    """A child (born or expected), a parent, or somebody else in a child's life."""

    folder = models.OneToOneField(Folder, null=True, on_delete=models.PROTECT, related_name="child")
    kind = models.CharField(max_length=10, choices=_choices(PersonKind))
    door = Door(
        read=f"{MAY_READ} OR (folder_id IS NULL AND children_may_see_adult(id))",
        insert=f"(folder_id IS NOT NULL AND {MAY_ADD}) OR (folder_id IS NULL AND kernel_viewer() <> '')",
        jobs=_JOBS_APPEND,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_child_has_a_folder_an_adult_none",
                condition=Q(kind="child", folder__isnull=False) | Q(kind="adult", folder__isnull=True),
            )
        ]


class PersonRow(Row):
    """A row about a person. `folder` is the child's own; an adult's rows have none."""

    folder = models.ForeignKey(Folder, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Particulars(PersonRow):
    """Birth, death, sex and pronouns as known from `recorded_at`; the latest row is what holds now."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="particulars")
    born_on = models.DateField(null=True)
    born_estimated = models.BooleanField(default=False)
    expected_on = models.DateField(null=True, help_text="For a child not yet born")
    died_on = models.DateField(null=True)
    sex = models.CharField(max_length=1, choices=_choices(Sex), default=Sex.NOT_KNOWN.value)
    pronouns = models.CharField(max_length=40, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True, help_text="Where it puts an earlier row right: what was wrong")
    door = person_door(append_only=True, jobs={"duties": ("select",)})

    class Meta:
        indexes = [models.Index(fields=["person", "-recorded_at"], name="particulars_latest")]
        triggers = [never_changed("particulars_never_changed")]

    def as_birth(self) -> Birth:
        """The row as rules decide on it."""
        return Birth(
            born_on=self.born_on,
            estimated=self.born_estimated,
            expected_on=self.expected_on,
            died_on=self.died_on,
            sex=Sex(self.sex),
            pronouns=self.pronouns,
            telephone=self.telephone,
        )


class PersonName(PersonRow, Correctable):
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")
    use = models.CharField(max_length=12, choices=_choices(NameUse))
    given = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=200, blank=True)
    door = person_door()

    class Meta:
        constraints = [
            in_order("name_in_order"),
            no_overlap("one_full_name_a_day", "person", condition=Q(use="full")),
            no_overlap("one_known_as_a_day", "person", condition=Q(use="known_as")),
        ]
        indexes = [models.Index(fields=["person"], name="name_by_person")]


class Identity(PersonRow, Correctable):
    """One answer to one question of identity, in the person's own words where they gave them."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identity")
    question = models.CharField(max_length=20, choices=_choices(IdentityQuestion))
    answered = models.CharField(max_length=12, choices=_choices(Answered))
    code = models.CharField(max_length=20, blank=True, help_text="The census's code, where there is one")
    words = models.TextField(blank=True)
    self_described = models.BooleanField(default=False)
    door = person_door()

    class Meta:
        constraints = [in_order("identity_in_order")]
        indexes = [models.Index(fields=["person", "question"], name="identity_by_person")]


class Identifier(PersonRow):
    """A number that somebody else knows the person by.

    Not unique: the error would give a sealed child away.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=12, choices=_choices(Scheme))
    value = models.CharField(max_length=60)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.TextField(blank=True)
    door = person_door()

    class Meta:
        indexes = [models.Index(fields=["scheme", "value"], name="identifier_by_value")]


class Residence(PersonRow, Correctable):
    """Where somebody lives or lived. A confidential one is hidden by policy from most who open the folder."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    lives_at = models.CharField(max_length=20, choices=_choices(LivesAt), default=LivesAt.HOME.value)
    lines = models.TextField(blank=True, help_text="House and street, one line each")
    postcode = models.CharField(max_length=10, blank=True)
    area = models.CharField(max_length=80, blank=True, help_text="Town or district, shown on the pointer")
    with_whom = models.CharField(max_length=300, blank=True)
    confidential = models.BooleanField(default=False)
    door = person_door(read_also="NOT confidential OR agencies_may('address.confidential')")

    class Meta:
        constraints = [in_order("residence_in_order"), no_overlap("one_residence_a_day", "person")]
        indexes = [models.Index(fields=["postcode"], name="residence_by_postcode")]


class Tie(FolderRow, Correctable):
    """Somebody in a child's life: who, as what, with parental responsibility or not.

    Where the other is a child too, they have a folder of their own, which decides what is seen of them.
    """

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ties")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tied_to")
    kinship = models.CharField(max_length=20, choices=_choices(Kinship))
    parental_responsibility = models.CharField(
        max_length=10, choices=_choices(Known), default=Known.NOT_KNOWN.value
    )
    lives_with_child = models.CharField(max_length=10, choices=_choices(Known), default=Known.NOT_KNOWN.value)
    words = models.CharField(max_length=300, blank=True, help_text="The family's own word for it")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    # A tie to a sealed child is itself hidden; and nobody comes to see a person by tying them to a child of
    # theirs.
    door = folder_door(
        read=f"{MAY_READ} AND NOT children_is_sealed(other_id)",
        insert=f"{MAY_ADD} AND children_may_tie(other_id)",
        jobs={"matching": ("select",)},
    )

    class Meta:
        constraints = [in_order("tie_in_order")]
        indexes = [models.Index(fields=["other"], name="tie_by_other")]


class Ended(Correctable):
    """When the end of a dated row was written, and by whom; empty while it holds, and where it began with its end."""

    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Status(FolderRow, Ended):
    """A legal status or plan that the child is under, from when until when."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="statuses")
    kind = models.CharField(max_length=30, choices=_choices(StatusKind))
    category = models.CharField(
        max_length=10, blank=True, help_text="For a protection plan: the census's code"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door()

    class Meta:
        constraints = [in_order("status_in_order"), no_overlap("one_status_of_a_kind_a_day", "child", "kind")]


class Provider(FolderRow, Correctable):
    """The child's school, nursery or GP."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="providers")
    kind = models.CharField(max_length=10, choices=_choices(ProviderKind))
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [in_order("provider_in_order")]


class Authority(FolderRow, DatedRow):
    """The authority responsible for the child, and the one in whose area the child is."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="authorities")
    responsible = models.CharField(max_length=120)
    present = models.CharField(max_length=120)
    put_right_why = models.TextField(
        blank=True,
        db_default="",
        help_text="Where the one before was recorded wrongly: what was wrong with it",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        constraints = [in_order("authority_in_order"), no_overlap("one_authority_a_day", "child")]


class Involvement(FolderRow, Ended):
    """Who works with the child: agency, person, role, what they contribute, from when until when."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="involvements")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=120)
    contribution = models.CharField(max_length=300, blank=True)
    lead_professional = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    door = folder_door(jobs={"duties": ("select",), "matching": ("select",)})

    class Meta:
        constraints = [
            in_order("involvement_in_order"),
            no_overlap("one_lead_professional", "child", condition=Q(lead_professional=True)),
        ]


_POINTER_DOOR = Door(
    read=f"(agencies_may('child.search') AND NOT access_is_sealed_to(folder_id)) OR {MAY_READ}",
    jobs={name: ("select",) for name in ("import", "demo", "matching")},
)


class Pointer(FolderRow):
    """What every practitioner who may search sees of a child: enough to know whom to ring, no more.

    Kept by `actions.refresh_pointers`, in the transaction of whatever changed it; only the database's own
    function writes it, so that it is right whatever the writer may see. `area` is empty where the address is
    confidential.
    """

    name = models.CharField(max_length=420)
    known_as = models.CharField(max_length=420, blank=True)
    born_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    area = models.CharField(max_length=80, blank=True)
    refreshed_at = models.DateTimeField()
    door = _POINTER_DOOR

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder"], name="one_pointer_a_folder")]


class PointerAgency(FolderRow):
    """An agency that works with the child, as the pointer shows it; a sensitive one is not named."""

    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    shown_as = models.CharField(max_length=200)
    reach = models.CharField(max_length=300, help_text="How to reach them, or whom to ask")
    door = _POINTER_DOOR

    class Meta:
        indexes = [models.Index(fields=["folder"], name="pointer_agencies")]
