"""The script that takes the README's pictures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.chromium import chromium
from scripts.screenshots import Picture, pictures

ROOT = Path(__file__).parents[3]


def run(served: str, folder: Path, pages: str) -> subprocess.CompletedProcess[str]:
    listed = folder / "pages.toml"
    listed.write_text(pages, encoding="utf-8")
    command = [sys.executable, "-m", "scripts.screenshots", served, str(folder / "out"), str(listed)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_list_of_pictures_is_read() -> None:
    assert pictures('[[picture]]\nname = "a"\npath = "/a"\nclick = ["text=B"]\nfull = true') == [
        Picture("a", "/a", click=("text=B",), full=True)
    ]
    with pytest.raises(ValueError, match="Picture 1"):
        pictures('[[picture]]\nname = "a"\npath = "/a"\nwidth = 3')


@pytest.mark.skipif(chromium() is None, reason="No Chromium here")
def test_a_page_is_pictured_at_both_widths(served: str, tmp_path: Path) -> None:
    done = run(served, tmp_path, '[[picture]]\nname = "gallery"\npath = "/gallery/"')
    assert done.returncode == 0, done.stderr
    for name, width in (("gallery.png", 1280), ("gallery-narrow.png", 320)):
        png = (tmp_path / "out" / name).read_bytes()
        assert png.startswith(b"\x89PNG")
        assert int.from_bytes(png[16:20], "big") == width


@pytest.mark.skipif(chromium() is None, reason="No Chromium here")
def test_a_page_that_is_not_there_is_said(served: str, tmp_path: Path) -> None:
    done = run(served, tmp_path, '[[picture]]\nname = "none"\npath = "/none/"')
    assert done.returncode == 1
    assert done.stderr.strip() == "/none/ answered 404."
