"""What the child said, as the chronology has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from sightline.agencies.tests.factories import as_practitioner
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.kernel.time import today
from sightline.voice.actions import correct
from sightline.voice.terms import Heard

from .factories import heard, some_words

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("CHD-03")
def test_a_first_writing_says_from_its_correction_on_that_it_was_put_right(worker, folder_id, owning) -> None:
    first = heard(folder_id, worker, said="I want mum.")
    with as_practitioner(worker):
        right = correct(first.id, some_words(said="I want Nan."), "She said Nan.")
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE voice_view DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE voice_view SET written_at = written_at - interval '5 days' WHERE id = %s", [first.id]
        )
    with as_practitioner(worker):
        tags = {s.moment.id: s.moment.tags for s in timeline([folder_id], Asked()).shown}
        then = timeline([folder_id], Asked(as_of=today() - timedelta(days=1))).shown
    assert "Put right later" in tags[first.id]
    assert "Put right later" not in tags[right.id]
    [before] = [s.moment.tags for s in then if s.moment.id == first.id]
    assert "Put right later" not in before


@pytest.mark.obligation("CHD-03")
@pytest.mark.parametrize("words", ["shouting", "Nan", "dog", "submarine", '"house of dreams"'])
def test_every_house_and_what_the_child_wants_is_found_by_its_words(worker, folder_id, words) -> None:
    view = heard(
        folder_id, worker, heard=Heard.THREE_HOUSES, said="", worries="The shouting", good="Nan", dreams="A dog",
        wants="A submarine.",
    )  # fmt: skip
    with as_practitioner(worker):
        [found] = timeline([folder_id], Asked(words=words)).shown
    assert found.moment.id == view.id
    assert all(part in found.moment.text for part in ("“The shouting”", "“Nan”", "“A dog”", "A submarine."))
