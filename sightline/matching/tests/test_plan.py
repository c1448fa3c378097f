"""The search reads by its indexes: with thousands of children no table is read from end to end."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from sightline.agencies.terms import Permission
from sightline.kernel.time import today
from sightline.kernel.viewer import looking_as
from sightline.matching.rules import parse

from .world import World

#: Bulk rows of invented people, made in the database: only their number matters here.
BULK = """
    INSERT INTO access_folder (id, number, opened_at, agency_id)
    SELECT gen_random_uuid(), 'B-' || i, now(), %(agency)s FROM generate_series(1, 3000) i;
    INSERT INTO children_pointer (id, folder_id, name, known_as, area, refreshed_at)
    SELECT gen_random_uuid(), id, number, '', '', now() FROM access_folder WHERE number LIKE 'B-%%';
    INSERT INTO matching_searchword (id, folder_id, kind, word, part, use, confidential)
    SELECT gen_random_uuid(), id, 'name', 'w' || substr(md5(number || n), 1, 6), 1, 'now', false
    FROM access_folder, generate_series(1, 4) n WHERE number LIKE 'B-%%';
    INSERT INTO matching_lexeme (id, kind, word, sounds)
    SELECT gen_random_uuid(), 'name', word, matching_sounds(translate(word, '0123456789', 'ghijklmnop'))
    FROM matching_searchword WHERE word LIKE 'w%%';
    INSERT INTO matching_searchkey (id, folder_id, kind, value, use, confidential)
    SELECT gen_random_uuid(), id, k, md5(number || k), 'now', false
    FROM access_folder, unnest(ARRAY['born', 'postcode', 'nhs', 'reference']) k WHERE number LIKE 'B-%%';
"""
ASKED = (
    "Zofia Nowak",
    "Nowak 12/03/2016",
    "12 Church Road",
    "ZZ99 3CZ",
    "ZZ99",
    "9990000018",
    "B-17",
    "9 years",
)
TABLES = ("matching_searchword", "matching_searchkey", "matching_lexeme", "children_pointer")


def whole_readings() -> dict[str, int]:
    """How often each table has been read from end to end in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY (%s)", [list(TABLES)]
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_no_search_reads_a_table_from_end_to_end(world: World, owning):
    viewer = world.practitioner(Permission.SEARCH)
    with owning(), connection.cursor() as cursor:
        cursor.execute(BULK, {"agency": world.agency.id})
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
    with looking_as(viewer):
        for text in ASKED:
            before = whole_readings()
            with connection.cursor() as cursor:
                query = json.dumps(parse(text, today()).query())
                cursor.execute("SELECT count(*) FROM matching_search(%s::jsonb, 20, 0)", [query])
            assert whole_readings() == before, text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("word % 'zofia'", "lexeme_by_trigram"),
        ("sounds && ARRAY['470000']", "lexeme_by_sound"),
        ("kind = 'name' AND word = 'zofia'", "lexeme_by_word"),
        ("kind = 'name' AND word > 'zof' AND word < 'zog'", "lexeme_by_word"),
    ],
)
def test_under_its_policy_the_search_role_keeps_the_indexes(world: World, owning, condition: str, index: str):
    with owning(), connection.cursor() as cursor:
        cursor.execute(BULK, {"agency": world.agency.id})
        cursor.execute("ANALYZE matching_lexeme")
        cursor.execute("SET LOCAL ROLE sightline_search")
        # What counts is whether the policy lets the index be used at all; rows this fresh make it look dear.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT * FROM matching_lexeme WHERE {condition}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan


@pytest.mark.django_db
def test_under_the_programs_own_policies_a_search_by_likeness_would_read_every_row(world: World, owning):
    """Why the search is a function of a role of its own: these operators are not leakproof."""
    with owning(), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX by_trigram ON children_pointer USING gin (name gin_trgm_ops)")
    with looking_as(world.practitioner(Permission.SEARCH)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM children_pointer WHERE name % 'zofia'")
        assert "by_trigram" not in "\n".join(row[0] for row in cursor.fetchall())
