"""Who works where as what: appointing, ending, and what a role allows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from sightline.agencies import actions, queries
from sightline.agencies.models import Notice, Posting, Practitioner, Role, RolePermission, User
from sightline.agencies.roles import RolesFault, read_roles, roles_table
from sightline.agencies.rules import RoleFacts, may_be_appointed
from sightline.agencies.terms import AgencyKind, Permission, Scope
from sightline.audit.models import AuditEvent
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as

from .factories import (
    as_practitioner,
    as_public,
    make_agency,
    make_partnership,
    make_practitioner,
    make_team,
    setting_up,
)

pytestmark = pytest.mark.django_db


def test_the_roles_of_the_file_are_in_the_database() -> None:
    roles = read_roles()
    assert {r.slug for r in Role.objects.all()} == set(roles)
    for slug, said in roles.items():
        rows = RolePermission.objects.filter(role__slug=slug).values_list("permission", "scope")
        assert dict(rows) == {p.value: s.value for p, s in said.permissions.items()}


def test_every_permission_belongs_to_some_role_and_is_in_the_table() -> None:
    roles = read_roles()
    given = {p for role in roles.values() for p in role.permissions}
    assert given == set(Permission)
    table = roles_table()
    assert all(f"`{p.value}`" in table for p in Permission)
    assert "**Health visitor** (`health-visitor`)" in table


def test_a_partnership_changes_roles_by_a_file(tmp_path, settings) -> None:
    own = tmp_path / "roles.toml"
    own.write_text('[social-worker]\ntitle = "Social worker"\nexplained = "x"\nown = ["concern.raise"]\n')
    settings.ROLES_FILE = str(own)
    with setting_up():
        actions.sync_roles()
    rows = RolePermission.objects.filter(role__slug="social-worker").values_list("permission", "scope")
    assert list(rows) == [("concern.raise", "own")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("own = 1", "write it as a table"),
        ('[x]\ntitle = "X"', "explained missing"),
        ('[x]\ntitle = "X"\nexplained = "y"\nown = ["fly"]', "no permission 'fly'"),
        ('[x]\ntitle = "X"\nexplained = "y"\nmine = []', "there is no mine"),
        ('[x]\ntitle = "X"\nexplained = "y"\nown = ["folder.read"]\nteam = ["folder.read"]', "two scopes"),
        ("[x", "is not TOML"),
    ],
)
def test_a_faulty_file_of_roles_is_named_in_one_sentence(tmp_path, text: str, said: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(text)
    with pytest.raises(RolesFault, match=said):
        read_roles(path)


def test_acting_is_loaded_in_one_query(django_assert_num_queries) -> None:
    worker = make_practitioner("social-worker")
    with django_assert_num_queries(1):
        acting = queries.asking(worker.user)[0]
    assert acting is not None
    assert acting.may(Permission.SEARCH)
    assert acting.scope(Permission.SEARCH) is Scope.PARTNERSHIP
    assert not acting.may(Permission.MANAGE_PEOPLE)
    assert acting.role_titles == ("Social worker",)


@pytest.mark.parametrize(
    ("began", "ended", "acts"),
    [(-10, None, True), (0, None, True), (1, None, False), (-10, 0, False), (-10, 1, True)],
)
def test_only_a_posting_of_today_counts(began: int, ended: int | None, acts: bool) -> None:
    worker = make_practitioner(
        held_from=today() + timedelta(days=began),
        held_until=None if ended is None else today() + timedelta(days=ended),
    )
    assert (queries.asking(worker.user)[0] is not None) is acts


def test_with_two_posts_permissions_are_added_up() -> None:
    worker = make_practitioner("practitioner")
    agency = make_agency(AgencyKind.LOCAL_AUTHORITY)
    with setting_up():
        Posting.objects.create(
            practitioner=worker,
            agency=agency,
            role=Role.objects.get(slug="quality-lead"),
            post_title="Quality lead",
            held_from=today(),
        )
    acting = queries.asking(worker.user)[0]
    assert acting is not None
    assert acting.post_title == "Practitioner"
    assert acting.scope(Permission.READ_AUDIT) is Scope.PARTNERSHIP
    assert len(acting.agency_ids) == 2


def test_permit_says_who_is_acting_or_why_not() -> None:
    manager = make_practitioner("team-manager")
    with as_practitioner(manager):
        assert actions.permit(Permission.SEAL).practitioner_id == manager.pk
        with pytest.raises(NotPermitted, match="does not let you read the whole audit trail"):
            actions.permit(Permission.READ_AUDIT)
    with as_public(), pytest.raises(NotPermitted, match="signed in"):
        actions.permit(Permission.SEARCH)
    with transaction.atomic(), looking_as(Viewer.for_job("notices")), pytest.raises(NotPermitted):
        actions.permit(Permission.SEARCH)


@pytest.mark.obligation("WRK-04")
def test_every_worker_has_a_manager() -> None:
    ordinary = RoleFacts.of("social-worker", ["folder.read"])
    manages = RoleFacts.of("team-manager", ["work.team"])
    day = date(2027, 3, 1)
    common = {
        "name": "Ana Field", "manages_self": False, "held_from": day, "held_until": None, "today": day,
        "team_is_of_agency": True,
    }  # fmt: skip
    refused = may_be_appointed(role=ordinary, has_line_manager=False, **common)
    assert (refused.allowed, refused.field) == (False, "line_manager")
    assert may_be_appointed(role=ordinary, has_line_manager=True, **common)
    assert may_be_appointed(role=manages, has_line_manager=False, **common)
    assert not may_be_appointed(role=manages, has_line_manager=True, **{**common, "manages_self": True})

    administrator = make_practitioner("administrator")
    team = make_team()
    with as_practitioner(administrator), pytest.raises(Refused, match="manager"):
        actions.appoint(
            name="Ana Field", email="ana@example.org", agency=team.agency_id, team=team.pk,
            role="social-worker", post_title="Social worker",
        )  # fmt: skip


def test_appointing_gives_a_post_a_sign_in_and_an_audit_row() -> None:
    administrator, manager = make_practitioner("administrator"), make_practitioner("team-manager")
    team = make_team()
    with as_practitioner(administrator):
        appointed = actions.appoint(
            name="Ana Field", email=" Ana@Example.org ", agency=team.agency_id, team=team.pk,
            role="social-worker", post_title="Social worker", line_manager=manager.pk,
        )  # fmt: skip
        lines = queries.practitioners(practitioner=appointed.pk)
        event = AuditEvent.objects.get(what="agencies.appoint")
    assert appointed.user.email == "ana@example.org"
    assert not appointed.user.has_usable_password()
    assert appointed.user.emailaddress_set.get().verified
    assert [(x.post_title, x.line_manager) for x in lines] == [("Social worker", manager.name)]
    assert event.practitioner_id == administrator.pk
    with as_practitioner(administrator):
        again = actions.appoint(
            name="Ana Field", email="ANA@example.org", agency=team.agency_id, role="practitioner",
            post_title="Volunteer", line_manager=manager.pk,
        )  # fmt: skip
    assert again.pk == appointed.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"role": "king"}, "role"),
        ({"post_title": " "}, "post_title"),
        ({"name": "  "}, "name"),
        ({"line_manager": "unknown"}, "line_manager"),
        ({"agency": "unknown"}, "agency"),
        ({"team": "other"}, "team"),
        ({"held_until": "before"}, "held_until"),
    ],
)
def test_appointing_refuses_what_is_not_right_at_its_field(changes, field) -> None:
    administrator, manager, team = make_practitioner("administrator"), make_practitioner(), make_team()
    asked = {
        "name": "Ana Field", "email": "ana@example.org", "agency": team.agency_id, "team": team.pk,
        "role": "social-worker", "post_title": "Social worker", "line_manager": manager.pk,
    }  # fmt: skip
    unknown = {
        "unknown": administrator.user_id,
        "other": make_team().pk,
        "before": today() - timedelta(days=1),
    }
    asked |= {key: unknown.get(value, value) for key, value in changes.items()}
    with as_practitioner(administrator), pytest.raises(Refused) as refused:
        actions.appoint(**asked)
    assert refused.value.verdict.field == field
    assert not User.objects.filter(email="ana@example.org").exists()


def test_ending_a_posting_ends_what_it_allowed() -> None:
    administrator, worker = make_practitioner("administrator"), make_practitioner()
    posting = worker.postings.get()
    with as_practitioner(administrator):
        with pytest.raises(Refused, match="today or later"):
            actions.end_posting(posting.pk, today() - timedelta(days=3))
        with pytest.raises(NotFound):
            actions.end_posting(administrator.user_id, today())
        actions.end_posting(posting.pk, today())
    assert queries.asking(worker.user)[0] is None
    with as_practitioner(worker), pytest.raises(NotPermitted):
        actions.permit(Permission.SEARCH)


def _lapsed(**fields: Any) -> tuple[Practitioner, Posting]:
    """Somebody whose fixed-term post ended by itself some days ago, with somebody whom they manage."""
    leaver = make_practitioner("team-manager", **fields)
    make_practitioner("social-worker", team=leaver.postings.get().team, line_manager=leaver)
    posting = leaver.postings.get()
    Posting.objects.filter(pk=posting.pk).update(
        held_from=today() - timedelta(days=90), held_until=today() - timedelta(days=3)
    )
    return leaver, posting


@pytest.mark.obligation("WRK-04")
def test_a_post_that_ended_by_itself_is_handed_over_and_stays_ended_on_its_day(client, owning) -> None:
    administrator, follower = make_practitioner("administrator"), make_practitioner("team-manager")
    with owning():
        leaver, posting = _lapsed()
    client.force_login(administrator.user)
    page = client.get("/people/ending/").content.decode()
    there = f"/people/posting/{posting.pk}/end/"
    assert leaver.name in page
    assert there in page
    form = client.get(there).content.decode()
    assert "Hand over what the post of" in form
    assert "last_day" not in form
    assert "Who manages them from today?" in form
    refused = client.post(there, {})
    assert "Choose: who manages them from today?" in refused.content.decode()
    assert client.post(there, {"people": str(follower.pk)}).status_code == 302
    with as_practitioner(administrator):
        assert not queries.managed_through(posting.pk).exists()
        assert Posting.objects.get(pk=posting.pk).held_until == today() - timedelta(days=3)
        assert [p.line_manager_id for p in Posting.objects.filter(line_manager=follower)] == [follower.pk]
        with pytest.raises(Refused, match="nothing is left"):
            actions.end_posting(posting.pk, today())
    assert "Nothing is left to hand over" in client.get(there).content.decode()


@pytest.mark.obligation("WRK-04")
def test_each_morning_managers_and_administrators_are_told_of_posts_that_end(client, owning) -> None:
    administrator, head = make_practitioner("administrator"), make_practitioner("service-manager")
    other = make_practitioner("team-manager")
    with owning():
        leaver, _posting = _lapsed(line_manager=head)
    for expected in (2, 0):
        with looking_as(Viewer.for_job("notices")):
            assert actions.tell_of_ending_posts() == expected, "nobody is told twice before they have it"
    for who in (administrator, head):
        with as_practitioner(who):
            assert Notice.objects.get(practitioner=who).path == "/people/ending/"
        client.force_login(who.user)
        assert leaver.name in client.get("/people/ending/").content.decode()
    client.force_login(other.user)
    assert leaver.name not in client.get("/people/ending/").content.decode()


def test_nobody_but_an_administrator_writes_people_not_even_past_the_actions() -> None:
    worker = make_practitioner("team-manager")
    posting = worker.postings.get()
    with as_practitioner(worker):
        with pytest.raises(NotPermitted):
            actions.end_posting(posting.pk, today())
        assert Posting.objects.filter(pk=posting.pk).update(post_title="Director") == 0
        assert Role.objects.update(title="x") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Practitioner.objects.create(name="Planted")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            RolePermission.objects.create(
                role=Role.objects.get(slug="practitioner"), permission="audit.all", scope="own"
            )
    with as_public(), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Practitioner.objects.create(name="Planted")


def test_the_first_administrator_is_appointed_once_and_by_the_command_line_only() -> None:
    asked = {
        "name": "Rosa Lind", "email": "rosa@example.org", "agency_name": "Eastmarch Council",
        "agency_kind": AgencyKind.LOCAL_AUTHORITY,
    }  # fmt: skip
    with as_public(), pytest.raises(NotPermitted):
        actions.first_administrator(**asked)
    with setting_up():
        rosa = actions.first_administrator(**asked)
        with pytest.raises(Refused, match="already"):
            actions.first_administrator(**asked)
    with as_practitioner(rosa):
        assert actions.permit(Permission.MANAGE_PEOPLE).agency_name == "Eastmarch Council"


def test_agencies_and_teams() -> None:
    make_partnership()
    front_door = queries.front_door_team()
    assert front_door is not None
    assert front_door.name == "Front door"
    administrator = make_practitioner("administrator")
    with as_practitioner(administrator):
        refuge = actions.add_agency("Harbour", AgencyKind.VOLUNTARY, sensitive=True, ask="The front door")
        with pytest.raises(Refused, match="already an agency"):
            actions.add_agency("harbour", AgencyKind.VOLUNTARY)
        with pytest.raises(Refused, match="whom others ask"):
            actions.add_agency("Quiet place", AgencyKind.VOLUNTARY, sensitive=True)
        team = actions.add_team(refuge.pk, "Outreach")
        with pytest.raises(Refused, match="front door already"):
            actions.add_team(refuge.pk, "Another door", front_door=True)
        with pytest.raises(Refused, match="one to four capitals"):
            actions.set_up_partnership(name="X", authority_code="999", pack="rotherham", letters="ea1")
    assert team in queries.teams(refuge.pk)
    assert refuge in queries.agencies()


def test_search_for_people_by_words_of_name_and_post() -> None:
    make_practitioner(name="Ines Farrow", post_title="Health visitor")
    make_practitioner(name="Ines Abbot", post_title="Teacher")
    assert [x.name for x in queries.practitioners(words="ines health")] == ["Ines Farrow"]
    assert connection.in_atomic_block
