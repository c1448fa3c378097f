"""A photograph, a letter and a recording come into a child's record and are read there; a body map is drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.documents import jobs
from sightline.documents.models import Document
from sightline.documents.tests.conftest import Scanner
from sightline.documents.tests.files import letter, photograph, sound

from .conftest import IN_TWO_OTHER_WAYS, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scanned(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DOCUMENTS_FOLDER = str(tmp_path / "documents")
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.CLAMD = server.where
        yield
        server.shutdown()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """What lies on the worker's own machine."""
    found = []
    for name, content in (
        ("drawing.jpg", photograph("blue", place=True, size=(400, 300))),
        ("hospital.pdf", letter("The appointment is on Tuesday.")),
        ("talk.wav", sound()),
        ("programme.jpg", b"MZ" + bytes(400)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        found.append(path)
    return found


@pytest.fixture
def maya(front_door: FrontDoor) -> str:
    """The address of the Documents tab of a child whose concern the front door has."""
    raised = raised_by(front_door.teacher)
    return f"/child/{raised.folder_ids[0]}/documents/"


def she_adds_the_files(worker: Visitor, files: list[Path]) -> None:
    worker.follows("Add files")
    worker.presses("Add")
    worker.sees("Choose at least one file")
    worker.page.get_by_label("Files").set_input_files([str(path) for path in files])
    worker.writes("What is it?", "Brought by her mother")
    worker.presses("Add")
    worker.sees("3 files were added.")
    worker.sees("is not a JPEG photograph")


def the_worker_process_reads_them(front_door: FrontDoor) -> None:
    with as_practitioner(front_door.decider):
        waiting = [str(row.id) for row in Document.objects.all()]
    for document_id in waiting:
        jobs.examine(document_id)


def she_reads_them(worker: Visitor) -> None:
    worker.follows("drawing.jpg")
    worker.sees("It says where it was taken")
    worker.sees("Download a copy without metadata")
    assert worker.page.locator("img.sl-media").evaluate("image => image.naturalWidth") > 100
    copy = worker.fetches(worker.page.get_by_role("button", name="Download a copy without metadata"))
    assert b"Invented Camera" not in copy.read_bytes()
    worker.follows("Back")
    worker.writes("Words", "appointments")
    worker.presses("Show")
    worker.sees("1 document found")
    worker.follows("hospital.pdf")
    worker.sees("The appointment is on Tuesday.")
    worker.follows("Back")
    worker.follows("talk.wav")


def she_draws_a_body_map(worker: Visitor) -> None:
    worker.follows("Draw a body map")
    group = worker.page.get_by_role("group", name="When did you see it?")
    for label, value in (("Day", "3"), ("Month", "3"), ("Year", "2025"), ("Time", "10:40")):
        worker.answers(group.get_by_label(label), value)
    worker.writes("How much of the body did you see", "Both arms, when she painted")
    if worker.way.keyboard:
        # Who cannot point at the picture says in words where it is.
        worker.presses("Add a mark")
        worker.answers(worker.page.get_by_label("Which side?").first, "front")
        worker.answers(worker.page.get_by_label("Which part of the body?").first, "left_forearm")
    else:
        worker.page.locator("input[name=front]").click(position={"x": 158, "y": 190})
        worker.page.wait_for_load_state()
        worker.looks_over_the_page()
        assert worker.page.get_by_label("Which part of the body?").first.input_value() == "left_forearm"
    worker.answers(worker.page.get_by_label("What is it?").first, "bruise")
    worker.writes("Colour and shape", "Yellow, oval")
    worker.presses("Add a mark")
    second = worker.page.get_by_role("group", name="Mark 2")
    worker.answers(second.get_by_label("Which side?"), "back")
    worker.answers(second.get_by_label("Which part of the body?"), "right_hand")
    worker.answers(second.get_by_label("What is it?"), "cut")
    worker.presses("Save the body map")
    worker.sees("Describe the colour and shape")
    again = worker.page.get_by_role("group", name="Mark 2").get_by_label("Colour and shape")
    worker.answers(again, "Straight, dry")
    worker.presses("Save the body map")
    worker.sees("The body map is recorded.")
    worker.sees("Front, left forearm")
    worker.sees("Back, right hand")


@pytest.mark.obligation("REC-17")
@IN_TWO_OTHER_WAYS
def test_documents_are_added_and_read_and_a_body_map_drawn(
    arrives: Callable[..., Visitor], front_door: FrontDoor, scanned: None, maya: str, files: list[Path]
) -> None:
    worker = arrives(front_door.decider)
    worker.goes_to(maya)
    worker.sees("No documents yet")
    she_adds_the_files(worker, files)
    the_worker_process_reads_them(front_door)
    worker.goes_to(maya)
    she_reads_them(worker)
    worker.goes_to(maya)
    she_draws_a_body_map(worker)
    worker.goes_to(maya)
    worker.sees("2 marks")
