"""The partnership, its agencies, teams and practitioners, their roles, the rota and its notices."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sightline.kernel.door import Door
from sightline.kernel.ids import uuid7
from sightline.kernel.models import DatedRow, Row, held_on, in_order, never_changed
from sightline.kernel.time import today

from .terms import AgencyKind, Permission, Scope

#: Jobs that put people and agencies there before anybody can sign in: the first administrator, the roles,
#: and the demonstration.
SET_UP = ("setup", "demo")

MAY_MANAGE_PEOPLE = "agencies_may('people.manage')"
MAY_MANAGE_ROTA = "agencies_may('rota.manage')"

#: Who is who in the partnership is read by everybody, also before signing in; few write it.
PEOPLE_DOOR = Door(
    read="true",
    insert=MAY_MANAGE_PEOPLE,
    update=MAY_MANAGE_PEOPLE,
    jobs={name: ("insert", "update") for name in SET_UP},
)


class Partnership(Row):
    """The safeguarding partnership that this Sightline serves: one row."""

    name = models.CharField(max_length=200)
    authority_code = models.CharField(max_length=3, help_text="The census code of the local authority")
    pack = models.CharField(max_length=80, help_text="The procedure pack in force")
    colour = models.CharField(max_length=7, default="#12343b")
    letters = models.CharField(
        max_length=4, default="SL", help_text="Capital letters that the number of every record begins with"
    )
    door = PEOPLE_DOOR


class Agency(Row):
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=30, choices=[(k.value, k.value) for k in AgencyKind])
    telephone = models.CharField(max_length=40, blank=True)
    sensitive = models.BooleanField(
        default=False,
        help_text="A refuge, sexual or mental health service: shown to others as another service",
    )
    ask = models.CharField(
        max_length=200, blank=True, help_text="For a sensitive agency: whom others ask instead"
    )
    door = PEOPLE_DOOR

    def __str__(self) -> str:
        return self.name


class AgencyChange(Row):
    """What an agency was called and how it was shown before somebody changed it, who did and when."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey("Practitioner", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=40, blank=True)
    sensitive = models.BooleanField()
    ask = models.CharField(max_length=200, blank=True)
    # A sensitive agency's former name is nobody's to read but theirs who keep the agencies.
    door = Door(read=MAY_MANAGE_PEOPLE, insert=f"{MAY_MANAGE_PEOPLE} AND by_id = kernel_practitioner()")

    class Meta:
        triggers = [never_changed("agency_change_never_changed")]


class Team(Row):
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=200)
    front_door = models.BooleanField(default=False, help_text="Concerns arrive at this team")
    door = PEOPLE_DOOR

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="team_name_once_in_agency")]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A sign-in. What the person is and may do is on the practitioner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Signing in reads and updates these rows before anybody is known.
    door = Door(
        read="true",
        insert=MAY_MANAGE_PEOPLE,
        update="true",
        jobs={name: ("insert",) for name in SET_UP},
    )

    def get_full_name(self) -> str:
        practitioner = getattr(self, "practitioner", None)
        return practitioner.name if practitioner else self.email


class Practitioner(Row):
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="practitioner")
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=40, blank=True)
    door = PEOPLE_DOOR

    def __str__(self) -> str:
        return self.name


class Role(Row):
    """A named set of permissions, each with how far it reaches."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    explained = models.TextField(help_text="What somebody in this role does, in plain words")
    door = PEOPLE_DOOR

    def __str__(self) -> str:
        return self.title


class RolePermission(Row):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=40, choices=[(p.value, p.value) for p in Permission])
    scope = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Scope])
    door = Door(
        read="true",
        insert=MAY_MANAGE_PEOPLE,
        delete=MAY_MANAGE_PEOPLE,
        jobs={name: ("insert", "delete") for name in SET_UP},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="permission_once_in_role")]


class PostingQuerySet(models.QuerySet["Posting"]):
    def held_today(self) -> PostingQuerySet:
        return self.filter(held_on(today()))


class Posting(DatedRow):
    """Where a practitioner works, as what, under whom, from when until when."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="postings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="postings")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="postings")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="postings")
    post_title = models.CharField(max_length=120)
    line_manager = models.ForeignKey(
        Practitioner, null=True, on_delete=models.PROTECT, related_name="manages"
    )
    door = PEOPLE_DOOR

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [in_order("posting_in_order")]
        indexes = [models.Index(fields=["practitioner", "held_from"], name="posting_by_practitioner")]


class RotaShift(Row):
    """Who is duty manager of a team from one instant to another; place 1 is asked first, then 2."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="shifts")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="shifts")
    place = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    door = Door(
        read="true",
        insert=MAY_MANAGE_ROTA,
        delete=MAY_MANAGE_ROTA,
        jobs={name: ("insert", "delete") for name in SET_UP},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="shift_in_order", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["team", "starts_at"], name="shift_by_team")]


class SentForm(Row):
    """Where a form led that somebody sent and that was taken, so that sending it twice does it once.

    `digest` is of the page's address, the token of that showing of the form, and everything sent: SHA-256, in hex.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    answer = models.TextField()
    sent_at = models.DateTimeField()
    door = Door(
        read="practitioner_id = kernel_practitioner()",
        insert="practitioner_id = kernel_practitioner()",
        jobs={"notices": ("select", "delete")},
    )

    class Meta:
        indexes = [
            models.Index(fields=["digest"], name="form_sent"),
            models.Index(fields=["sent_at"], name="form_sent_at"),
        ]


class Notice(Row):
    """Tells one practitioner that something waits for them; it carries no content about a child.

    `path` leads to the page, where row security decides what they see. Unacknowledged by
    `acknowledge_by`, it goes to the next person on the rota (`passed_on_from` links the chain); all notices
    of one chain share the `thread` of its first. Once one of them is acknowledged the others are settled.
    Where `only_to` names people, it goes on to nobody else.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="notices")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    passed_on_from = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="passed_on_to"
    )
    passed_on_at = models.DateTimeField(null=True)
    thread = models.UUIDField(default=uuid7, editable=False, db_index=True)
    only_to = ArrayField(models.UUIDField(), default=list)
    settled_at = models.DateTimeField(null=True)
    emailed_at = models.DateTimeField(null=True)
    door = Door(
        read="practitioner_id = kernel_practitioner()",
        insert="kernel_viewer() <> ''",
        update="practitioner_id = kernel_practitioner()",
        jobs={"notices": ("select", "insert", "update")},
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["practitioner", "created_at"],
                name="notice_waiting",
                condition=Q(acknowledged_at__isnull=True, settled_at__isnull=True),
            ),
            models.Index(
                fields=["acknowledge_by"],
                name="notice_overdue",
                condition=Q(acknowledged_at__isnull=True, settled_at__isnull=True, passed_on_at__isnull=True),
            ),
            models.Index(
                fields=["path"],
                name="notice_of_a_page",
                condition=Q(acknowledge_by__isnull=False),
            ),
        ]
