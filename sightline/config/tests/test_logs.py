"""The log names what failed and where, and nobody's record."""

from __future__ import annotations

import logging
import sys

import pytest
from django.db import IntegrityError, connection, transaction

from sightline.config.logs import NobodysRows


def formatted() -> str:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info())
    return NobodysRows().format(record)


def test_what_an_error_says_of_a_child_is_left_out():
    try:
        raise ValueError("Maisie Thornbury was seen")
    except ValueError:
        text = formatted()
    assert "Maisie" not in text.replace('raise ValueError("Maisie Thornbury was seen")', "")
    assert "ValueError" in text
    assert "test_logs.py" in text


@pytest.mark.django_db
def test_a_broken_constraint_is_named_without_the_row(owning):
    with owning(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE t (n text CONSTRAINT only_once UNIQUE)")
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO t VALUES ('secret'), ('secret')")
        except IntegrityError:
            text = formatted()
    assert "23505" in text
    assert "only_once" in text
    assert "already exists" not in text
