"""The keys say what the record says, whoever asks for them and however many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest

from sightline.agencies.terms import Permission
from sightline.kernel.time import today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.matching import actions, queries
from sightline.matching.rules import parse

from .world import World


@pytest.mark.obligation("REC-18")
def test_of_two_at_once_the_second_sees_that_the_address_has_become_confidential(fresh_database, as_owner):
    agency, folder, person = (as_owner.execute("SELECT gen_random_uuid()").fetchone()[0] for _ in range(3))
    for statement in (
        "INSERT INTO agencies_agency (id, name, kind, telephone, sensitive, ask) "
        f"VALUES ('{agency}', 'A', 'other', '', false, '')",
        f"INSERT INTO access_folder (id, number, opened_at, agency_id) VALUES ('{folder}', 'T-1', now(), '{agency}')",
        f"INSERT INTO children_person (id, folder_id, kind) VALUES ('{person}', '{folder}', 'child')",
        "INSERT INTO children_residence (id, folder_id, person_id, recorded_at, held_from, lives_at, lines, "
        "postcode, area, with_whom, confidential) "
        f"VALUES (gen_random_uuid(), '{folder}', '{person}', now(), '2020-01-01', 'home', "
        "'7 Haven Street', 'ZZ97 1AB', '', '', false)",
    ):
        as_owner.execute(statement)
    refresh = "SELECT matching_refresh(ARRAY[%s]::uuid[])"
    as_owner.execute(refresh, [folder])
    assert confidential(as_owner, folder) == {False}

    with psycopg.connect(fresh_database.url("sightline_owner")) as first, ThreadPoolExecutor(1) as pool:
        first.execute("UPDATE children_residence SET confidential = true")
        first.execute(refresh, [folder])

        def second() -> None:
            with fresh_database.connect() as app:
                app.execute(refresh, [folder])

        waiting = pool.submit(second)
        while not as_owner.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert not waiting.done()
        first.commit()
        waiting.result(timeout=20)
    assert confidential(as_owner, folder) == {True}


def confidential(connection: psycopg.Connection, folder: object) -> set[bool]:
    """What the keys of the folder's address say."""
    found = connection.execute(
        "SELECT confidential FROM matching_searchkey WHERE folder_id = %s AND kind = 'postcode' "
        "UNION ALL SELECT confidential FROM matching_searchword WHERE folder_id = %s AND kind = 'address'",
        [folder, folder],
    ).fetchall()
    return {row[0] for row in found}


@pytest.mark.django_db
def test_a_refresh_by_somebody_who_sees_less_keeps_the_confidential_key(world: World):
    allowed = world.practitioner(Permission.SEARCH, Permission.SEE_CONFIDENTIAL_ADDRESS)
    child = world.child("Ana", "Reyes", postcode="ZZ97 1AB", confidential=True)
    for viewer in (world.practitioner(), Viewer.public(), Viewer.for_job("import")):
        with looking_as(viewer):
            actions.refresh_keys([child])
        with looking_as(allowed):
            assert queries.search(parse("ZZ97 1AB", today())).count == 1


@pytest.mark.django_db
def test_what_is_no_longer_so_is_found_as_former_and_what_never_was_not_at_all(
    world: World, searcher, owning
):
    from sightline.children.models import Identifier, Residence
    from sightline.kernel.time import now

    child = world.child(
        "Ana", "Reyes", date(2015, 1, 1), lines="12 Church Road", postcode="ZZ99 3CZ", nhs="9990000018"
    )
    with owning():
        Residence.objects.update(held_until=date(2018, 1, 1))
        Identifier.objects.update(withdrawn_at=now())
        actions.refresh_keys([child])
    with looking_as(searcher):
        (moved,) = queries.search(parse("ZZ99 3CZ", today())).found
        assert moved.reasons == ("same postcode", "a former address")
        assert queries.search(parse("9990000018", today())).found[0].folder_id == child
    with owning():
        Residence.objects.update(held_until=date(2015, 1, 1))
        actions.refresh_keys([child])
    with looking_as(searcher):
        assert queries.search(parse("ZZ99 3CZ", today())).found == ()
        assert queries.search(parse("12 Church Road", today())).found == ()


@pytest.mark.django_db
def test_keys_follow_what_the_children_room_records(world: World):
    """The hook of the children room is what keeps them: nobody has to remember it."""
    from sightline.children.actions import pointer_changed

    assert actions.refresh_keys in pointer_changed
