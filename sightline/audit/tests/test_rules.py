"""The canonical form is the same out of Python and out of PostgreSQL, and holds no words."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.audit.actions import record_many
from sightline.audit.queries import CANONICAL
from sightline.audit.rules import (
    Event,
    Keys,
    Signer,
    anchor_line,
    anchored,
    canonical,
    detail_text,
    from_utc,
    ids_only,
    name_of,
    one_line,
    utc,
)
from sightline.kernel.ids import uuid7
from sightline.kernel.viewer import Viewer, looking_as

pytestmark = pytest.mark.obligation("REC-18")

words = st.text(max_size=60).map(lambda text: one_line(text, 40))
ids = st.one_of(
    st.uuids(), st.integers(-(2**62), 2**62), st.booleans(), st.from_regex(r"\A[A-Za-z0-9._:/-]{1,30}\Z")
)
details = st.dictionaries(
    st.from_regex(r"\A[a-z][a-z0-9_]{0,12}\Z"), st.one_of(ids, st.lists(ids, max_size=4)), max_size=5
)
instants = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=instants,
    post=words,
    origin=words,
    purpose=words,
    folder=st.none() | st.uuids(),
    detail=details,
)
def test_postgres_writes_a_row_down_as_python_does(at, post, origin, purpose, folder, detail):
    viewer = Viewer.for_job("audit-verify")
    each = Event(
        id=uuid7(), at=at, actor_kind="job", job=viewer.job, post=post, origin=origin, verb="read",
        what="tests.form", subject_table="people", subject_id="7", folder_id=folder, purpose=purpose,
        detail=ids_only(detail),
    )  # fmt: skip
    with looking_as(viewer):
        record_many([each])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {CANONICAL}, key_id, hmac FROM audit_event e WHERE id = %s", [each.id])
            form, key_id, mac = cursor.fetchone()
    signer = Keys("1" * 64).current
    assert key_id == signer.key_id
    assert form.encode() == canonical(each) + key_id.encode()
    assert mac == signer.sign(form.encode()).hex()


@given(st.binary(min_size=32, max_size=200), st.binary(max_size=300))
def test_the_hmac_is_the_standard_one(key, message):
    text = key.hex()
    assert Signer(text).sign(message) == hmac.digest(text.encode(), message, "sha256")


def test_an_instant_is_written_in_utc_and_read_back():
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert utc(summer) == "2026-07-01T08:30:00.000000Z"
    assert from_utc(utc(summer)) == summer
    assert from_utc(utc(summer)).tzinfo == UTC


@pytest.mark.parametrize("what", ["", "Ann said no", "read\nwrote", "née", "x" * 201])
def test_what_is_a_name_and_no_sentence(what):
    with pytest.raises(ValueError, match="names an action"):
        name_of(what)


@pytest.mark.parametrize(
    "detail", [{"name": "Ann Example"}, {"a": [["x y"]]}, {"a": 1.5}, {"A b": 1}, {"a": "1" * 101}]
)
def test_a_detail_holds_ids_and_no_words(detail):
    with pytest.raises(ValueError):  # noqa: PT011
        ids_only(detail)


def test_empty_details_are_left_out_and_ids_become_text():
    one = UUID("0190a0b0-0000-7000-8000-000000000001")
    assert ids_only({"a": None, "b": "", "c": one, "d": [one], "e": 0}) == {
        "c": str(one),
        "d": [str(one)],
        "e": 0,
    }
    assert detail_text({"bb": 1, "a": True}) == '{"a": true, "bb": 1}'


@given(st.text(max_size=80), st.integers(1, 50))
def test_a_reason_becomes_one_line_without_control_characters(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
    line.encode()


def test_the_first_key_signs_and_all_verify():
    old, new = "a" * 32, "b" * 32
    assert Keys(old).current.key_id == Signer(old).key_id
    both = Keys(f"{new}\n{old}\n")
    assert both.current.key_id == Signer(new).key_id
    assert set(both.by_id) == {Signer(old).key_id, Signer(new).key_id}


@pytest.mark.parametrize("text", ["", "  \n", "short"])
def test_no_trail_without_a_proper_key(text):
    with pytest.raises(ValueError, match="key"):
        Keys(text)


def test_an_anchor_line_half_written_at_a_crash_is_passed_over_and_a_foreign_one_is_not():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [anchor_line(1, "a" * 64, at), "hello\n", anchor_line(2, "b" * 64, at)[:-1]]
    found = [(count, entry and entry.number) for count, entry in anchored(lines)]
    assert found == [(1, 1), (2, None)]
