"""Paper volumes and what happened to them; requests to see a record and what was given."""

from __future__ import annotations

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sightline.access.models import MAY_ADD, MAY_READ, MAY_WRITE, FolderRow, folder_door
from sightline.agencies.models import Practitioner, Team
from sightline.agencies.terms import Permission
from sightline.children.models import Person
from sightline.chronology.terms import PrintState
from sightline.documents.models import Document
from sightline.kernel.door import Door
from sightline.kernel.models import AppendOnly, never_changed

from .terms import (
    Asker,
    Choice,
    DisposalState,
    GivenAs,
    Ground,
    HoldWhy,
    LeftAs,
    PaperPoint,
    RemovalAct,
    RemovalState,
    ReplyKind,
    RequestAct,
    RequestState,
)


def _choices(terms: type) -> list[tuple[str, str]]:
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


class Written(FolderRow):
    """Who wrote a row, in which post, when: set by the program."""

    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    author_post = models.CharField(max_length=300)
    written_at = models.DateTimeField()

    class Meta:
        abstract = True


# -- paper -----------------------------------------------------------------------------------------------------


class Volume(Written):
    """A paper volume of a child's record."""

    number = models.CharField(max_length=30)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "number"], name="volume_number_once")]
        triggers = [never_changed("volume_never_changed")]


class VolumePlace(Written):
    """Where a volume is kept and which dates it covers, as of the day this was written; the latest holds."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="places")
    place = models.CharField(max_length=300)
    covers_from = models.DateField()
    covers_until = models.DateField(null=True, help_text="None while papers are still added")
    why = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="volume_covers_in_order",
                condition=Q(covers_until__isnull=True) | Q(covers_until__gte=models.F("covers_from")),
            )
        ]
        triggers = [never_changed("volume_place_never_changed")]


class VolumeCheck(Written):
    """Somebody held the paper against the record, and looked whether it is as paper must be."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="checks")
    agrees = models.BooleanField()
    differs = models.TextField(blank=True)
    met = ArrayField(models.CharField(max_length=12, choices=_choices(PaperPoint)), default=list)
    failed_words = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="differs_says_how", condition=Q(agrees=True) | ~Q(differs=""))
        ]
        triggers = [never_changed("volume_check_never_changed")]


class ScanCheck(Written):
    """Somebody looked whether a scan of paper, which stands in the record as a document, is as paper must be."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    met = ArrayField(models.CharField(max_length=12, choices=_choices(PaperPoint)), default=list)
    failed_words = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("scan_check_never_changed")]


class Removal(FolderRow):
    """A volume asked for to be taken from its place. Where it stands now; its steps are its history."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="removals")
    asked_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    asked_post = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    purpose = models.TextField()
    going_to = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=_choices(RemovalState))
    due_back = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume"],
                condition=Q(state__in=["asked", "approved", "out"]),
                name="one_removal_at_a_time",
            ),
            models.CheckConstraint(
                name="out_has_its_day",
                condition=~Q(state__in=["approved", "out"]) | Q(due_back__isnull=False),
            ),
        ]


class RemovalStep(Written):
    """What happened to a removal: approved with safeguards, taken, chased, returned."""

    removal = models.ForeignKey(Removal, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=_choices(RemovalAct))
    words = models.TextField(blank=True)
    safeguards = models.TextField(blank=True)
    told = models.TextField(blank=True, help_text="Who may need it and was told")
    due_back = models.DateTimeField(null=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("removal_step_never_changed")]


class RemovalTold(Written):
    """Somebody, or a team, was told in the program that a volume is to be out, since they may need it."""

    step = models.ForeignKey(RemovalStep, on_delete=models.PROTECT, related_name="notified")
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="told_one_person_or_one_team",
                condition=Q(practitioner__isnull=True) ^ Q(team__isnull=True),
            )
        ]
        triggers = [never_changed("removal_told_never_changed")]


#: Whoever may only read a record may take a file of it, and says so.
_BY_READERS = f"{MAY_ADD} OR {MAY_READ}"


class CopyOut(Written):
    """Something of a record that left on paper or a device: what, why, to whom, until when."""

    what = models.TextField()
    left_as = models.CharField(max_length=10, choices=_choices(LeftAs))
    purpose = models.TextField()
    to_whom = models.CharField(max_length=300)
    left_at = models.DateTimeField()
    stays = models.BooleanField(
        default=False, help_text="Given for good, as to the person whose record it is"
    )
    door = folder_door(append_only=True, insert=_BY_READERS)

    class Meta:
        triggers = [never_changed("copy_out_never_changed")]


class CopyBack(Written):
    """That a copy came back or was destroyed."""

    copy = models.OneToOneField(CopyOut, on_delete=models.PROTECT, related_name="back")
    words = models.TextField()
    on = models.DateField()
    door = folder_door(append_only=True, insert=_BY_READERS)

    class Meta:
        triggers = [never_changed("copy_back_never_changed")]


# -- seeing one's own record ----------------------------------------------------------------------------------------


class ToldOfRecord(Written):
    """That a person was told of the record: that it is kept, why, who sees it, and how to see it."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=300)
    how = models.TextField()
    said = models.TextField(blank=True, help_text="What they said to it")
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("told_of_record_never_changed")]


class AccessRequest(FolderRow):
    """Somebody asked to see a record. Where it stands now; its steps are its history."""

    asker = models.CharField(max_length=12, choices=_choices(Asker))
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    contact = models.TextField()
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True, help_text="The day that a court or an inquiry has named")
    how = models.CharField(max_length=200)
    scope = models.TextField(help_text="What they ask for, in their words")
    state = models.CharField(max_length=12, choices=_choices(RequestState))
    identified_at = models.DateTimeField(null=True)
    extended = models.BooleanField(default=False)
    owner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)


class RequestStep(Written):
    """What happened to a request."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=_choices(RequestAct))
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    identity = models.TextField(blank=True)
    authority = models.TextField(blank=True)
    child_view = models.TextField(blank=True)
    why = models.CharField(max_length=12, blank=True, help_text="What the clock waits for")
    told = models.TextField(blank=True)
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("request_step_never_changed")]


class BundleItem(FolderRow):
    """One piece of a record gathered for a request, as it stood then, with what the program proposes."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="items")
    source = models.CharField(max_length=20, help_text="Which kind of row it is from")
    source_id = models.UUIDField()
    part = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    happened_at = models.DateTimeField()
    author = models.CharField(max_length=400, blank=True)
    text = models.TextField()
    grounds = ArrayField(models.CharField(max_length=20, choices=_choices(Ground)), default=list)
    proposed = models.TextField(blank=True, help_text="Why it might be held back")
    words = ArrayField(models.CharField(max_length=300), default=list, help_text="The words proposed")
    gathered_at = models.DateTimeField()
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "source_id", "part"], name="item_once_in_a_bundle")
        ]
        indexes = [models.Index(fields=["request", "happened_at"], name="bundle_in_order")]
        triggers = [never_changed("bundle_item_never_changed")]


class ItemDecision(Written):
    """What was decided on an item, by whom, on which ground. The latest holds."""

    item = models.ForeignKey(BundleItem, on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=8, choices=_choices(Choice))
    ground = models.CharField(max_length=20, choices=_choices(Ground), blank=True)
    words = ArrayField(models.CharField(max_length=300), default=list)
    reasons = models.TextField(blank=True)
    given = models.TextField(blank=True, help_text="What is given of it")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="held_back_has_ground_and_reasons",
                condition=Q(choice="give") | (~Q(ground="") & ~Q(reasons="")),
            ),
            models.CheckConstraint(name="held_gives_nothing", condition=~Q(choice="hold") | Q(given="")),
        ]
        indexes = [models.Index(fields=["item", "-written_at"], name="decision_on_item")]
        triggers = [never_changed("item_decision_never_changed")]


class CopyGiven(Written):
    """A copy given to whoever asked: how, to whom, when; its fingerprint where it is a file."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="copies")
    given_as = models.CharField(max_length=10, choices=_choices(GivenAs))
    to_whom = models.CharField(max_length=300)
    given_at = models.DateTimeField()
    words = models.TextField(blank=True)
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text="Of the PDF; of several volumes one after another, of all of them",
    )
    volumes_sha256 = ArrayField(
        models.CharField(max_length=64), default=list, db_default=[], help_text="Of each of several volumes"
    )
    items_given = models.PositiveIntegerField()
    items_held = models.PositiveIntegerField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("copy_given_never_changed")]


class CopyPrint(FolderRow):
    """The volumes of a court's or an inquiry's copy, made by a job after one approval; gone when they expire."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="prints")
    approved_at = models.DateTimeField(help_text="By which approval: another one makes them anew")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=_choices(PrintState))
    problem = models.TextField(blank=True, help_text="Why they could not be made, where that can be said")
    total = models.PositiveSmallIntegerField(help_text="How many volumes there will be")
    moved_at = models.DateTimeField(help_text="When it last got further")
    expires_at = models.DateTimeField(null=True)
    door = Door(read=MAY_READ, insert=MAY_ADD, update=MAY_WRITE, jobs={"prints": ("select", "delete")})


class CopyVolume(FolderRow):
    """One volume of them, kept in the database so that its door is the record's own."""

    of = models.ForeignKey(CopyPrint, on_delete=models.CASCADE, related_name="volumes")
    number = models.PositiveSmallIntegerField()
    pages = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    door = Door(read=MAY_READ, insert=MAY_ADD, jobs={"prints": ("select", "delete")})

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="copy_volume_once")]


_THEIRS = (
    "(reference = kernel_public_reference() AND secret_digest = kernel_public_secret() "
    "AND secret_digest <> '' AND ends_at > now())"
)


class SharedCopy(Written):
    """A copy to be read here by whoever holds its reference and secret, until it ends. It holds what was approved
    and nothing else: nobody reads the record itself through it."""

    copy = models.OneToOneField(CopyGiven, on_delete=models.PROTECT, related_name="shared")
    reference = models.CharField(max_length=20, unique=True)
    secret_digest = models.CharField(max_length=64)
    content = models.JSONField()
    ends_at = models.DateTimeField()
    door = Door(
        read=f"{MAY_READ} OR {_THEIRS}",
        insert=MAY_ADD,
        jobs={name: ("select", "insert") for name in ("import", "demo")},
    )

    class Meta:
        triggers = [never_changed("shared_copy_never_changed")]


#: The row of a copy that whoever is looking may read: theirs by reference and secret, or in a folder that opens.
_OF_A_COPY_OF_THEIRS = "EXISTS (SELECT 1 FROM archive_sharedcopy s WHERE s.id = shared_id)"


class SharedEnd(Written):
    """Somebody ended a copy that could be read here, before its day."""

    shared = models.OneToOneField(SharedCopy, on_delete=models.PROTECT, related_name="ended")
    why = models.TextField()
    door = folder_door(append_only=True, read=f"{MAY_READ} OR {_OF_A_COPY_OF_THEIRS}")

    class Meta:
        triggers = [never_changed("shared_end_never_changed")]


_SAME_FOLDER = (
    "EXISTS (SELECT 1 FROM archive_sharedcopy s "
    "WHERE s.id = shared_id AND s.folder_id = archive_reply.folder_id)"
)


class Reply(FolderRow):
    """What a person says to their own record, in their words. It stands as theirs."""

    shared = models.ForeignKey(SharedCopy, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=10, choices=_choices(ReplyKind))
    words = models.TextField()
    said_at = models.DateTimeField()
    door = Door(
        read=f"{MAY_READ} OR {_OF_A_COPY_OF_THEIRS}",
        insert=f"{MAY_ADD} OR {_SAME_FOLDER}",
        jobs={name: ("select", "insert") for name in ("import", "demo")},
    )

    class Meta:
        triggers = [never_changed("reply_never_changed")]


_OF_A_REPLY_OF_THEIRS = "EXISTS (SELECT 1 FROM archive_reply r WHERE r.id = reply_id)"


class ReplyRead(Written):
    """Who read what a person said to their record, and what was done about it."""

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="answer")
    words = models.TextField()
    door = folder_door(append_only=True, read=f"{MAY_READ} OR {_OF_A_REPLY_OF_THEIRS}")

    class Meta:
        triggers = [never_changed("reply_read_never_changed")]


# -- how long a record is kept -----------------------------------------------------------------------------


class Hold(Written):
    """Why a record is kept longer than its time, by whom; it holds until somebody ends it."""

    why = models.CharField(max_length=10, choices=_choices(HoldWhy))
    words = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("hold_never_changed")]


class HoldEnd(Written):
    """Somebody ended a hold."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="ended")
    words = models.TextField()
    door = folder_door(append_only=True)

    class Meta:
        triggers = [never_changed("hold_end_never_changed")]


class Disposal(Written):
    """A proposal to dispose of a record whose time is over, under which rule, and what was decided on it.

    Approval removes the proposal with the rest of the record; what was approved then stands on the tombstone.
    """

    reasons = models.TextField()
    rule = models.CharField(max_length=300, help_text="The period, as the pack calls it")
    citation = models.TextField()
    certainty = models.CharField(max_length=60)
    counted = models.CharField(max_length=100, help_text="'75 years from the birth'")
    due_on = models.DateField(help_text="The day from which the record may go")
    state = models.CharField(max_length=10, choices=_choices(DisposalState))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    decided_words = models.TextField(blank=True)
    door = folder_door()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(state="proposed"), name="one_disposal_proposed"
            )
        ]


class Tombstone(AppendOnly):
    """What is left of a record that was disposed of: its number, what was in it by counts, and on whose word it went.

    It names no child and hangs on no folder, so that nobody need be let into anything to know that a record was.
    """

    record_id = models.UUIDField(unique=True)
    record_number = models.CharField(max_length=20)
    joined_numbers = ArrayField(models.CharField(max_length=20), default=list)
    counts = models.JSONField(help_text="How many rows of each table went")
    first_entry = models.PositiveIntegerField(
        null=True, help_text="The sequence numbers that its entries had"
    )
    last_entry = models.PositiveIntegerField(null=True)
    rule = models.CharField(max_length=300)
    citation = models.TextField()
    certainty = models.CharField(max_length=60)
    counted = models.CharField(max_length=100)
    due_on = models.DateField()
    proposed_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    proposed_post = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_words = models.TextField()
    approved_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    approved_post = models.CharField(max_length=300)
    approved_words = models.TextField()
    disposed_at = models.DateTimeField()
    door = Door(
        read=f"agencies_may('{Permission.PROPOSE_DISPOSAL}')",
        jobs={"demo": ("select",), "disposals": ("select",)},
        stays=True,
    )

    class Meta(AppendOnly.Meta):
        indexes = [models.Index(fields=["-disposed_at"], name="tombstone_by_day")]

    @property
    def what(self) -> list[tuple[str, int]]:
        """What went, in the words of the rooms: ('entry', 3)."""
        names = {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}
        return sorted((names.get(table, table), int(count)) for table, count in self.counts.items())
