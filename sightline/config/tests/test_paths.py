"""Where the data folder is: as named on the command line, else by the environment, else the usual place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from sightline.config.paths import data_folder

from .conftest import Command
from .test_command import one_sentence


def test_the_command_line_goes_before_the_environment_and_that_before_the_usual_place(
    monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "said"))
    assert data_folder(tmp_path / "given") == tmp_path / "given"
    assert data_folder() == tmp_path / "said"
    monkeypatch.delenv("SIGHTLINE_DATA")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    # PostgreSQL's own system user must reach it.
    assert data_folder() == Path("/var/lib/sightline")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert data_folder() == Path(platformdirs.user_data_dir("sightline"))


@pytest.mark.parametrize("verb", [("check",), ("show", "rotherham")])
def test_the_packs_verbs_take_a_data_folder_and_make_nothing_in_it(
    command: Command, verb: tuple[str, ...]
) -> None:
    done = command("packs", *verb, "--data", str(command.data / "nowhere"))
    assert done.returncode == 0, done.stderr
    assert os.listdir(command.data) == []


def test_a_pack_that_is_not_named_is_the_places(command: Command, demonstration: Command) -> None:
    shown = command("packs", "show", "--data", str(demonstration.data))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Rotherham ")
    assert not demonstration.cluster.is_running()
    nowhere = command("packs", "show")
    assert nowhere.returncode == 1
    assert one_sentence(nowhere.stderr)
    assert "Nothing is set up in" in nowhere.stderr


def test_a_place_whose_pack_is_not_among_them_is_a_fault(command: Command) -> None:
    (command.data / "place.json").write_text('{"pack": "elsewhere"}')
    # The place is named by SIGHTLINE_DATA, or by --data, which goes before it.
    for done in (
        command("packs", "check"),
        command("packs", "check", "--data", str(command.data), SIGHTLINE_DATA=str(command.data / "nowhere")),
    ):
        assert done.returncode == 1
        assert f"{command.data}: works by the pack elsewhere" in done.stdout
        assert "1 fault in the procedure packs" in done.stderr
    assert command("packs", "check", SIGHTLINE_DATA=str(command.data / "nowhere")).returncode == 0
    assert not (command.data / "nowhere").exists()
