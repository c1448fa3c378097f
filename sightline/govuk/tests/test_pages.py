"""Pages of this room: the layout, the partnership's colour, the gallery."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from sightline.govuk.assets import frontend_dir
from sightline.govuk.colour import contrast_with_white, stylesheet

FIRST_VISIT = (
    "vendor/frontend.css",
    "vendor/govuk-frontend.js",
    "sightline/app.css",
    "sightline/app.js",
    "sightline/supported.js",
    "sightline/icon.svg",
)


def test_the_gallery_shows_every_component(site: Client) -> None:
    page = site.get("/gallery/")
    assert page.status_code == 200
    text = page.content.decode()
    assert '<html lang="en-GB" class="govuk-template">' in text
    assert "Skip to main content" in text
    assert "<title>Gallery – Eastmere safeguarding partnership</title>" in text


def test_no_page_has_inline_script_or_style(site: Client) -> None:
    text = site.get("/gallery/").content.decode()
    assert "style=" not in text
    assert "<style" not in text
    assert "onclick" not in text
    assert all("src=" in tag.split(">")[0] for tag in text.split("<script")[1:])


def test_what_people_write_is_escaped(site: Client) -> None:
    text = site.get("/gallery/").content.decode()
    assert "<script>alert(1)</script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_a_page_with_mistakes_says_so_first(site: Client) -> None:
    text = site.post("/gallery/", {"name": ""}).content.decode()
    assert "<title>Error: Gallery" in text
    assert '<a href="#id_name">Enter the child’s name</a>' in text
    assert '<a href="#id_born-day">Enter the child’s date of birth</a>' in text


def test_static_files_are_found_where_the_wheel_put_them() -> None:
    assert (frontend_dir() / "vendor" / "frontend.css").is_file()
    for name in FIRST_VISIT:
        assert finders.find(name), name


def test_a_first_visit_stays_small(site: Client) -> None:
    sent = len(gzip.compress(site.get("/gallery/").content))
    for name in FIRST_VISIT:
        with open(str(finders.find(name)), "rb") as file:
            sent += len(gzip.compress(file.read()))
    assert sent < 60_000  # the promise is 150 kB; a photograph or two may come


def test_styles_bring_no_reserved_font_and_no_crest() -> None:
    css = (frontend_dir() / "vendor" / "frontend.css").read_text(encoding="utf-8")
    assert "GDS Transport" not in css
    assert "@font-face" not in css
    assert "crest" not in css


def test_every_picture_and_font_that_a_stylesheet_asks_for_is_there() -> None:
    sheets = [
        (name, store.path(name))
        for finder in finders.get_finders()
        for name, store in finder.list(None)
        if name.endswith(".css")
    ]
    assert {"vendor/frontend.css", "sightline/app.css"} <= {name for name, _ in sheets}
    for name, path in sheets:
        for asked in re.findall(r"url\(\s*[\"']?([^)\"']+)", Path(path).read_text(encoding="utf-8")):
            if asked.startswith(("data:", "#")):
                continue
            beside = asked.removeprefix("/static/") if asked.startswith("/") else join(dirname(name), asked)
            assert finders.find(normpath(beside).split("?")[0].split("#")[0]), (name, asked)


def test_the_partnerships_colour_is_a_stylesheet_kept_for_long(site: Client) -> None:
    answer = site.get("/look/colour/5a1846.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--sl-ink:#5a1846" in answer.content.decode()


@pytest.mark.parametrize("digits", ["ffffff", "ffcc00", "zzzzzz", "12345", "12343b;}", "١٢٣٤٥٦"])
def test_a_colour_that_cannot_be_read_is_refused(site: Client, digits: str) -> None:
    assert site.get(f"/look/colour/{digits}.css").status_code == 404
    with pytest.raises(ValueError, match="colour"):
        stylesheet(digits)


def test_contrast_is_the_one_of_the_guidelines() -> None:
    assert round(contrast_with_white("#000000"), 1) == 21.0
    assert round(contrast_with_white("#ffffff"), 1) == 1.0
    assert round(contrast_with_white("#767676"), 2) == 4.54
