"""The partnership, its agencies, teams and practitioners, their roles, the rota and its notices."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from sightline.kernel.door import PRACTITIONER, REFERENCE, Door
from sightline.kernel.ids import uuid7
from sightline.kernel.models import DatedRow, Row, in_order

from .terms import AgencyKind, Permission, Scope


class Partnership(Row):
    """The safeguarding partnership that this Sightline serves: one row."""

    name = models.CharField(max_length=200)
    authority_code = models.CharField(max_length=3, help_text="The census code of the local authority")
    pack = models.CharField(max_length=80, help_text="The procedure pack in force")
    colour = models.CharField(max_length=7, default="#12343b")
    door = REFERENCE


class Agency(Row):
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=30, choices=[(k.value, k.value) for k in AgencyKind])
    telephone = models.CharField(max_length=40, blank=True)
    sensitive = models.BooleanField(
        default=False, help_text="A refuge, sexual or mental health service: shown to others as another service"
    )
    ask = models.CharField(
        max_length=200, blank=True, help_text="For a sensitive agency: whom others ask instead"
    )
    door = REFERENCE

    def __str__(self) -> str:
        return self.name


class Team(Row):
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=200)
    front_door = models.BooleanField(default=False, help_text="Concerns arrive at this team")
    door = REFERENCE

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="team_name_once_in_agency")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
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

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Signing in reads and updates these rows before anybody is known.
    door = Door(read="true", insert=PRACTITIONER, update="true")

    def get_full_name(self) -> str:
        practitioner = getattr(self, "practitioner", None)
        return practitioner.name if practitioner else self.email


class Practitioner(Row):
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="practitioner")
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=40, blank=True)
    door = REFERENCE

    def __str__(self) -> str:
        return self.name


class Role(Row):
    """A named set of permissions, each with how far it reaches."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    explained = models.TextField(help_text="What somebody in this role does, in plain words")
    door = REFERENCE

    def __str__(self) -> str:
        return self.title


class RolePermission(Row):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=40, choices=[(p.value, p.value) for p in Permission])
    scope = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Scope])
    door = Door(read="true", insert=PRACTITIONER, delete=PRACTITIONER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="permission_once_in_role")]


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
    door = REFERENCE

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
    door = Door(read="true", insert=PRACTITIONER, update=PRACTITIONER, delete=PRACTITIONER)

    class Meta:
        constraints = [
            models.CheckConstraint(name="shift_in_order", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["team", "starts_at"], name="shift_by_team")]


class Notice(Row):
    """Tells one practitioner that something waits for them; it carries no content about a child.

    `path` leads to the page, where row security decides what they see. Unacknowledged by
    `acknowledge_by`, it goes to the next person on the rota (`passed_on_from` links the chain).
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
                condition=Q(acknowledged_at__isnull=True),
            )
        ]
