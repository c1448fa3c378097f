"""What a print holds, read back from the file: words, tags, reader, pages."""

import io
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from pypdf import PdfReader

from sightline.print.fonts import showable
from sightline.print.pdf import About, make, picture

ABOUT = About(
    title="Plan for Ava",
    reader="Priya Nair, social worker, Example Council",
    subject="Ava Example",
    at=datetime(2026, 7, 1, 9, 5, 12, 345, tzinfo=UTC),
)
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="10" cy="10" r="8"/></svg>'


def printed(*parts, contents=False, about=ABOUT):
    return make("print/letter", {"parts": list(parts), "contents": contents}, about=about)


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def tags(pdf: bytes) -> list[tuple[str, str]]:
    """The names of all tags of the structure tree with what they are said to show, in order."""
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"])
    return found


def test_every_page_names_its_reader_its_day_and_its_number():
    pages = words(printed({"heading": "Long", "text": "\n\n".join(f"Paragraph {n}." for n in range(200))}))
    assert len(pages) > 2
    for n, page in enumerate(pages, 1):
        assert "Printed for Priya Nair, social worker, Example Council on 1 July 2026 at 10:05" in page
        assert f"Page {n} of {len(pages)}" in page
        assert "Plan for Ava · Ava Example" in page
        assert "Confidential" in page


def test_the_file_says_title_language_and_standard():
    reader = PdfReader(io.BytesIO(printed({"heading": "One", "text": "Words."})))
    root = reader.trailer["/Root"]
    assert reader.metadata.title == "Plan for Ava"
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in reader.xmp_metadata.rdf_root.toxml()


def test_headings_lists_tables_and_pictures_are_tagged():
    pdf = printed(
        {"heading": "What needs to happen", "text": "Soon.", "bullets": ["See Ava alone", "Call school"]},
        {
            "heading": "Who",
            "level": 2,
            "table": {"heads": ["Name", "Post"], "rows": [["A", "B"], ["C", "D"]]},
        },
        {"heading": "Facts", "facts": [["Born", "1 May 2015"]], "pictures": [picture(DOT, "A black dot")]},
        contents=True,
    )
    found = tags(pdf)
    names = {name for name, _ in found}
    for tag in ("/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/P", "/TOC", "/TOCI"):
        assert tag in names, tag
    assert ("/Figure", "A black dot") in found


@pytest.mark.parametrize(
    "said",
    [
        "#panic() $x$ *bold* `raw` \\ <label> @ref // not a comment",
        '#read("/print/pdf.py") #sys.inputs.data',
        "]#[ \" ' { }",
    ],
)
def test_what_somebody_typed_is_printed_and_never_run(said):
    assert said in words(printed({"heading": "Said", "text": said}))[0].replace("\r\n", "")


@pytest.mark.parametrize(
    "said",
    [
        "سلام، میرا نام آوا ہے",
        "שלום",
        "ਪੰਜਾਬੀ",
        "বাংলা",
        "አማርኛ",
        "你好 們",
        "Łódź Ğ ș",
        "हिन्दी",
        "தமிழ்",
        "😀 👨‍👩‍👧",
        "☐ ☑",
    ],
)
def test_names_and_words_in_other_scripts_are_printed(said):
    pdf = printed({"heading": said, "text": said, "facts": [[said, said]]})
    assert "pdfuaid" in PdfReader(io.BytesIO(pdf)).xmp_metadata.rdf_root.toxml()


def test_an_arabic_paragraph_runs_from_the_right():
    document = pypdfium2.PdfDocument(printed({"heading": "Said", "text": "مرحبا", "lang": "ar"}))
    text = document[0].get_textpage()
    whole = text.get_text_range()
    left = text.get_charbox(next(n for n, c in enumerate(whole) if "\u0600" <= c <= "\ufeff"))[0]
    assert left > document[0].get_width() / 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\x00b\x07c", "abc"),
        ("\ufeffa", "a"),
        ("a\ud800b", "ab"),
        ("line\nline\ttab", "line\nline\ttab"),
        ("\u0f00", "[U+0F00]"),
        ("e\u0301", "é"),
        ("\U000e0001x", "\U000e0001x"),
    ],
)
def test_what_a_pdf_cannot_hold_is_left_out_or_named(typed, shown):
    assert showable(typed) == shown
    printed({"heading": "Typed", "text": typed})


def test_a_mark_of_another_script_does_not_lose_the_document():
    assert "after" in words(printed({"heading": "x", "text": "\u0561\u0942\u20dd after"}))[0]


def test_a_large_print_is_the_same_from_a_process_of_its_own():
    data = {"parts": [{"heading": "Large", "text": "The same words, سلام."}]}
    assert make("print/letter", data, about=ABOUT, large=True) == make("print/letter", data, about=ABOUT)


def test_a_large_print_that_fails_says_why():
    with pytest.raises(RuntimeError, match="could not be made"):
        make("print/letter", {"parts": 1}, about=ABOUT, large=True)


def test_a_day_must_be_in_words():
    with pytest.raises(TypeError, match="into words"):
        printed({"heading": "x", "text": date(2026, 1, 1)})
