"""The reader of census returns: what it reads, what it says of the rest, and that nothing trips it."""

import importlib.util
import io
import tracemalloc
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.returns import reading
from sightline.returns.reading import read
from sightline.returns.shapes import Child, Finding, Header, Read, Refusal
from sightline.returns.terms import (
    AbuseCategory,
    ClosureReason,
    Disability,
    Ethnicity,
    Factor,
    Grade,
    PrimaryNeed,
    ReferralSource,
    Sex,
    UPNUnknown,
)

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[3]

HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>"
    "<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>999</LEA></Source></Header>"
)
IDENTIFIERS = (
    "<ChildIdentifiers><LAchildID>A1</LAchildID><UPNunknown>UN1</UPNunknown>"
    "<PersonBirthDate>2023-05-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>"
)
CHARACTERISTICS = "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
DETAILS = (
    "<CINdetails><CINreferralDate>2025-10-06</CINreferralDate><ReferralSource>6</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA></CINdetails>"
)


def everything(data: bytes | str) -> list[Read]:
    return list(read(io.BytesIO(data.encode() if isinstance(data, str) else data)))


def sample(name: str) -> list[Read]:
    with (DATA / name).open("rb") as source:
        return list(read(source))


def children(items: list[Read]) -> list[Child]:
    return [item for item in items if isinstance(item, Child)]


def findings(items: list[Read]) -> list[Finding]:
    found: list[Finding] = []
    for item in items:
        if isinstance(item, Finding):
            found.append(item)
        elif isinstance(item, Header | Child):
            found.extend(item.findings)
    return found


def a_return(*inside: str, header: str = HEADER) -> str:
    return f"<Message>{header}<Children>{''.join(inside)}</Children></Message>"


def a_child(
    identifiers: str = IDENTIFIERS, characteristics: str = CHARACTERISTICS, details: str = DETAILS
) -> str:
    return f"<Child>{identifiers}{characteristics}{details}</Child>"


def bench_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestSamples:
    def test_the_2022_shape(self) -> None:
        header, child = sample("cin-2022.xml")
        assert isinstance(header, Header)
        assert (header.year, header.reference_date, header.la_code) == (2022, date(2022, 3, 31), "201")
        assert isinstance(child, Child)
        assert child.la_child_id == "DfEX0000001"
        assert child.line == 18
        assert child.upn == "A123456789123"
        assert child.former_upn == "X98765432123B"
        assert child.upn_unknown is UPNUnknown.OUTSIDE_ENGLAND
        assert child.birth_date == date(1966, 3, 24)
        assert child.expected_birth_date == date(1966, 3, 22)
        assert child.death_date == date(1980, 10, 8)
        assert child.sex is Sex.MALE, "GenderCurrent 1"
        assert child.ethnicity is Ethnicity.WHITE_BRITISH
        assert child.disabilities == (Disability.HAND, Disability.HEARING)
        (episode,) = child.episodes
        assert episode.referred_on == date(1970, 10, 6)
        assert episode.source is ReferralSource.FAMILY
        assert episode.primary_need is PrimaryNeed.ACUTE_STRESS
        assert episode.closed_on == date(1971, 2, 27)
        assert episode.closure_reason is ClosureReason.ADOPTED
        assert episode.no_further_action is False
        (assessment,) = episode.assessments
        assert assessment.reviewed_on == date(1970, 6, 22)
        assert assessment.factors == (Factor.DRUGS_CHILD, Factor.DRUGS_PARENT)
        (plan,) = episode.plans
        assert (plan.started_on, plan.ended_on) == (date(1971, 1, 24), date(1971, 1, 26))
        (enquiry,) = episode.enquiries
        assert enquiry.conference_target == date(1970, 6, 23)
        assert enquiry.conference_not_required is False
        (protection,) = episode.protection_plans
        assert protection.initial_category is AbuseCategory.PHYSICAL
        assert protection.previous_plans == 10
        assert [review.held_on for review in protection.reviews] == [date(1971, 2, 15)]

    def test_the_2026_shape_with_its_faults(self) -> None:
        items = sample("cin-2026.xml")
        first, second = children(items)
        assert first.sex is None
        assert second.la_child_id == "child_fails_assessments"
        (episode,) = first.episodes
        (proceedings,) = episode.pre_proceedings
        assert proceedings.started_on == date(2026, 9, 9)
        assert proceedings.family_meeting_held is True
        assert proceedings.review_meetings == 3
        assert proceedings.outcome == "A"
        not_taken = {
            (f.child, f.line, f.element, f.value) for f in findings(items) if f.grade is Grade.NOT_TAKEN
        }
        assert not_taken == {
            ("DfEX0000001", 23, "ChildIdentifiers", "PersonBirthDate"),
            ("DfEX0000001", 25, "Sex", "1"),
            ("DfEX0000001", 46, "AssessmentFactors", "RB"),
            ("child_fails_assessments", 107, "FactorsIdentifiedAtAssessment", ""),
        }

    def test_the_whole_xml_of_a_child_is_kept(self) -> None:
        (_, child) = sample("cin-2022.xml")
        assert isinstance(child, Child)
        assert child.raw.startswith("<Child>")
        assert child.raw in (DATA / "cin-2022.xml").read_text()


class TestFindings:
    def test_a_clean_return_has_none(self) -> None:
        items = everything(a_return(a_child()))
        assert findings(items) == []
        assert [type(item) for item in items] == [Header, Child]

    @pytest.mark.parametrize(
        ("details", "element", "part_of_message", "value"),
        [
            (DETAILS.replace("2025-10-06", "31/02/2025"), "CINreferralDate", "year-month-day", "31/02/2025"),
            (DETAILS.replace("2025-10-06", "2025-02-30"), "CINreferralDate", "does not exist", "2025-02-30"),
            (DETAILS.replace("2025-10-06", "0001-01-01"), "CINreferralDate", "before 1900", "0001-01-01"),
            (
                DETAILS.replace("2025-10-06", "\u0662\u0660\u0662\u0665-10-06"),
                "CINreferralDate",
                "not a date",
                None,
            ),
            (DETAILS.replace("2025-10-06", ""), "CINreferralDate", "empty", ""),
            (DETAILS.replace(">6<", ">6F<"), "ReferralSource", "not a code", "6F"),
            (DETAILS.replace(">6<", ">'; DROP TABLE child; --<"), "ReferralSource", "not a code", None),
            (DETAILS.replace("<ReferralSource>6</ReferralSource>", ""), "ReferralSource", "is missing", ""),
            (DETAILS.replace(">0<", ">perhaps<"), "ReferralNFA", "neither", "perhaps"),
            (
                DETAILS.replace("<PrimaryNeedCode>", "<PrimaryNeedCode when='now'>"),
                "PrimaryNeedCode",
                "when",
                "now",
            ),
            (
                DETAILS.replace("PrimaryNeedCode>", "primaryneedcode>"),
                "primaryneedcode",
                "did you mean <PrimaryNeedCode>",
                None,
            ),
            (
                DETAILS.replace("</CINdetails>", "<Allocated><To>S</To></Allocated></CINdetails>"),
                "Allocated",
                "no such element",
                "<Allocated><To>S</To></Allocated>",
            ),
            (
                DETAILS.replace("</CINdetails>", "<PrimaryNeedCode>N2</PrimaryNeedCode></CINdetails>"),
                "PrimaryNeedCode",
                "a second time",
                "<PrimaryNeedCode>N2</PrimaryNeedCode>",
            ),
            (
                DETAILS.replace(">N1<", "><b>N1</b><"),
                "PrimaryNeedCode",
                "an element where only a value",
                "<b>N1</b>",
            ),
            (
                DETAILS.replace("</CINdetails>", "left over</CINdetails>"),
                "CINdetails",
                "only elements",
                "left over",
            ),
            ("", "CINdetails", "is missing", ""),
        ],
    )
    def test_each_unusable_element_is_named_with_child_line_and_text(
        self, details: str, element: str, part_of_message: str, value: str | None
    ) -> None:
        items = everything(a_return("\n\n", a_child(details=details)))
        (finding, *_) = [f for f in findings(items) if f.grade is Grade.NOT_TAKEN]
        assert (finding.child, finding.line, finding.element) == ("A1", 3, element)
        assert part_of_message in finding.message
        if value is not None:
            assert finding.value == value
        assert len(children(items)) == 1, "the rest of the child is read"

    @pytest.mark.parametrize(
        ("old", "new", "element", "message"),
        [
            (">F<", ">1<", "Sex", "not a code"),
            (">A1<", "><", "LAchildID", "empty"),
            ("<LAchildID>A1</LAchildID>", "", "LAchildID", "is missing"),
            (">A1<", f">{'A' * 61}<", "LAchildID", "longer than 60"),
            ("<PersonBirthDate>2023-05-01</PersonBirthDate>", "", "PersonBirthDate", "is missing"),
            ("<UPNunknown>UN1</UPNunknown>", "", "UPN", "is missing"),
            ("<UPNunknown>UN1</UPNunknown>", "<UPN>B80120000500</UPN>", "UPN", "letter, eleven digits"),
            ("UN1", "UN8", "UPNunknown", "not a code"),
            (IDENTIFIERS, "", "ChildIdentifiers", "is missing"),
        ],
    )
    def test_identifiers(self, old: str, new: str, element: str, message: str) -> None:
        items = everything(a_return(a_child(identifiers=IDENTIFIERS.replace(old, new))))
        assert any(
            f.element == element and message in f.message and f.grade is Grade.NOT_TAKEN
            for f in findings(items)
        )
        assert len(children(items)) == 1

    def test_a_value_too_long_to_show_is_cut_and_says_so(self) -> None:
        items = everything(a_return(a_child(details=DETAILS.replace("N1", "N" * 30_000))))
        (finding,) = findings(items)
        assert len(finding.value) == 20_000
        assert "of 30000 characters" in finding.message
        assert "N" * 30_000 in children(items)[0].raw

    def test_a_repeated_id_is_reported_even_on_one_line(self) -> None:
        first, second = children(everything(a_return(a_child(), a_child())))
        assert first.repeats_line is None
        assert second.repeats_line == 1
        assert any("the same id as the child at line 1" in f.message for f in second.findings)

    def test_one_upn_for_two_children_is_reported(self) -> None:
        upn = IDENTIFIERS.replace("<UPNunknown>UN1</UPNunknown>", "<UPN>B801200005001</UPN>")
        items = everything(a_return(a_child(upn), a_child(upn.replace("A1", "A2"))))
        assert [(f.child, f.message) for f in findings(items)] == [("A2", "the same UPN as child A1")]

    def test_what_stands_among_the_children_is_reported(self) -> None:
        items = everything(
            a_return(
                "stray", a_child(), "<Kid>1</Kid>", a_child().replace("A1", "A2"), "more", "<Kid>2</Kid>"
            )
            .replace("</Message>", "<Footer>3</Footer></Message>")
            .replace("<Children>", "<Children lang='en'>")
        )
        assert [child.la_child_id for child in children(items)] == ["A1", "A2"]
        assert sorted(f.value for f in findings(items)) == [
            "<Footer>3</Footer>",
            "<Kid>1</Kid>",
            "<Kid>2</Kid>",
            "en",
            "more",
            "stray",
        ]

    def test_no_header_and_a_late_header(self) -> None:
        items = everything(a_return(a_child(), header=""))
        assert [(f.element, f.grade) for f in findings(items)] == [("Header", Grade.NOT_TAKEN)]
        late = a_return(a_child(), header="").replace("</Message>", HEADER + "</Message>")
        assert any("too late" in f.message for f in findings(everything(late)))

    @pytest.mark.parametrize(
        ("old", "new", "element"),
        [
            (">CIN<", ">903<", "Collection"),
            ("2026-03-31", "soon", "ReferenceDate"),
            (">2026<", ">26<", "Year"),
            (">2026<", ">2022<", "Year"),
            (">999<", ">Rutland<", "LEA"),
        ],
    )
    def test_header(self, old: str, new: str, element: str) -> None:
        items = everything(a_return(a_child(), header=HEADER.replace(old, new)))
        assert element in {f.element for f in findings(items)}
        assert len(children(items)) == 1

    def test_elements_of_a_namespace_are_read_and_it_is_said(self) -> None:
        items = everything(a_return(a_child()).replace("<Message>", "<Message xmlns='urn:census'>"))
        assert [f.value for f in findings(items)] == ["urn:census"]
        assert children(items)[0].la_child_id == "A1"

    def test_flags_in_each_way_of_writing(self) -> None:
        for text, expected in (("0", False), ("1", True), ("false", False), ("true", True), ("True", True)):
            (child,) = children(everything(a_return(a_child(details=DETAILS.replace(">0<", f">{text}<")))))
            assert child.episodes[0].no_further_action is expected
            assert bool(child.findings) is (text == "True")

    def test_comments_cdata_and_white_space_do_no_harm(self) -> None:
        details = DETAILS.replace(">6<", "> <!-- police --> <![CDATA[6]]>\n<").replace(">N1<", "><?x y?>N1<")
        (child,) = children(everything(a_return("<!-- first -->", a_child(details=details))))
        assert child.findings == ()
        assert child.episodes[0].source is ReferralSource.POLICE
        assert child.episodes[0].primary_need is PrimaryNeed.ABUSE_OR_NEGLECT


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "part"),
        [
            (b"", "empty"),
            (b" \n\t ", "empty"),
            (b"LAchildID,UPN\nA1,\n", "not XML"),
            (b"PK\x03\x04" + b"\0" * 100, "spreadsheet"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\x1f\x8b\x08", "compressed"),
            (bytes(range(256)) * 20, "not XML"),
            (b"\0" * 5000, "XML"),
            (b"<Message>", "cut short"),
            (b"<Message", "XML"),
            (b"<!-- only a comment -->", "XML"),
            (b"<html><body/></html>", "<html>"),
            (b"<CINdetailsCollection><Child/></CINdetailsCollection>", "<CINdetailsCollection>"),
            (b"<Message/>", "no <Children>"),
            (b"<Message><Children/></Message>", "no child"),
            (a_return("<Kid/>").encode(), "no child"),
            (a_return(a_child()).encode() + b"<Message/>", "after the end"),
            (a_return(a_child(), "<Child></Children>").encode(), "closed here"),
            (a_return(a_child().replace("N1", "&nothing;")).encode(), "shorthand"),
            (a_return(a_child().replace("N1", "\x1b")).encode(), "character here"),
            (a_return(a_child().replace("N1", "\x00")).encode(), "character here"),
            (
                b'<?xml version="1.0" encoding="UTF-8"?>'
                + a_return(a_child()).encode().replace(b"N1", b"\xe9"),
                "bytes",
            ),
            (b'<?xml version="1.0" encoding="klingon"?>' + a_return(a_child()).encode(), "not known"),
            (b'<?xml version="1.0" encoding="UTF-16"?>' + a_return(a_child()).encode(), "UTF-16"),
            (b"\n" + b'<?xml version="1.0"?>' + a_return(a_child()).encode(), "very first"),
            (a_return("<a>" * 300 + "</a>" * 300).encode(), "larger"),
        ],
    )
    def test_one_refusal_in_plain_words(self, data: bytes, part: str) -> None:
        items = everything(data)
        assert isinstance(items[-1], Refusal)
        assert part in items[-1].message
        assert sum(isinstance(item, Refusal) for item in items) == 1

    def test_broken_half_way_gives_what_was_whole_and_the_line_of_the_break(self) -> None:
        whole = a_return(a_child() + "\n", a_child().replace("A1", "A2") + "\n", a_child())
        items = everything(whole[: whole.rindex("<CINreferralDate>")])
        assert [child.la_child_id for child in children(items)] == ["A1", "A2"]
        assert items[-1] == Refusal(3, "The file ends before its last element is closed: it was cut short.")

    def test_broken_far_from_the_end_gives_the_children_before(self) -> None:
        whole = a_return(a_child(), a_child().replace("A1", "A2").replace("N1", "&nothing;"), "\n" * 200_000)
        items = everything(whole)
        assert [child.la_child_id for child in children(items)] == ["A1"]
        assert items[-1] == Refusal(1, "There is a shorthand (&...;) here that XML does not know.")

    @pytest.mark.parametrize("end", range(1, 1400, 7))
    def test_cut_anywhere_it_is_refused_and_never_raises(self, end: int) -> None:
        whole = a_return(a_child(), a_child().replace("A1", "A2")).encode()
        assert isinstance(everything(whole[: min(end, len(whole) - 1)])[-1], Refusal)

    def test_entity_bombs_and_files_fetched_by_entities(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("N9")
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        for doctype in (
            f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]>',
            f'<!DOCTYPE Message [<!ENTITY l11 SYSTEM "{secret.as_uri()}">]>',
            '<!DOCTYPE Message [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p; <!ENTITY l11 "x">]>',
        ):
            (only,) = everything(doctype + a_return(a_child().replace("N1", "&l11;")))
            assert isinstance(only, Refusal)
            assert "DOCTYPE" in only.message
        (only,) = everything('<!DOCTYPE Message SYSTEM "census.dtd">' + a_return(a_child()))
        assert isinstance(only, Refusal)
        in_attribute = f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]><Message a="&l11;"/>'
        assert isinstance(everything(in_attribute)[-1], Refusal)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
    def test_other_encodings_truly_declared_are_read(self, encoding: str) -> None:
        declared = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding}"?>'
        items = everything((declared + a_return(a_child(), "é")).encode(encoding))
        assert children(items)[0].la_child_id == "A1"
        assert [f.value for f in findings(items)] == ["é"]

    def test_a_child_without_end_is_refused_in_bounded_memory(self) -> None:
        class Endless(io.RawIOBase):
            """A child whose text, or whose elements, never end."""

            def __init__(self, piece: bytes) -> None:
                self.start = a_return("@").split("@")[0].encode() + b"<Child>\n"
                self.piece = piece

            def readable(self) -> bool:
                return True

            def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
                data, self.start = self.start, b""
                data = (data + self.piece * (len(buffer) // len(self.piece) + 1))[: len(buffer)]
                buffer[: len(data)] = data
                return len(data)

        for piece in (b"x", b"<a/>", b"<!-- -->"):
            tracemalloc.start()
            items = list(read(io.BufferedReader(Endless(piece))))
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert isinstance(items[-1], Refusal)
            assert most < 30_000_000


class TestLines:
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.sampled_from(["", "\n", "\n  ", "\n\n\t", "\r\n "]), min_size=40, max_size=60),
        st.integers(0, 70_000),
    )
    def test_lines_are_right_however_far_down(self, gaps: list[str], blank: int) -> None:
        """Beyond 65,534 lines too, where the parser itself stops counting elements."""
        spaces = iter(gaps)
        spaced = "".join(part + (next(spaces, "") if part.endswith(">") else "") for part in _tags(a_child()))
        text = a_return("\n" * blank + spaced)
        (child,) = children(everything(text))
        assert child.line == text[: text.index("<Child>")].count("\n") + 1
        for name, line in {**child.lines, **child.episodes[0].lines}.items():
            assert line == text[: text.index(f"<{name}>")].count("\n") + 1, name
        assert child.episodes[0].line == text[: text.index("<CINdetails>")].count("\n") + 1

    def test_a_finding_far_down_names_its_line(self) -> None:
        text = a_return("\n" * 100_000, a_child(details="\n" + DETAILS.replace("N1", "\nN11")))
        (finding,) = findings(everything(text))
        assert finding.line == 100_002


def _tags(text: str) -> list[str]:
    return text.replace("><", ">\0<").split("\0")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 60))
def test_damage_anywhere_never_raises(noise: bytes, at: int, removed: int) -> None:
    whole = a_return(a_child(), a_child().replace("A1", "A2")).encode()
    for item in everything(whole[:at] + noise + whole[at + removed :]):
        assert isinstance(item, Read)


class TestSize:
    def test_a_hundred_thousand_lines_in_bounded_memory(self, tmp_path: Path) -> None:
        make_census = bench_module("make_census")
        path = tmp_path / "return.xml"
        with path.open("w", encoding="utf-8") as out:
            written = make_census.write(out, lines=100_000)
        sizes: list[int] = []
        read_bytes: list[int] = []
        tracemalloc.start()
        count = 0
        with path.open("rb") as source:
            for item in read(source, read_bytes.append):
                assert not isinstance(item, Finding | Refusal)
                assert item.findings == ()
                count += isinstance(item, Child)
                if count % 500 == 0:
                    sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert count == written
        assert read_bytes[-1] == path.stat().st_size
        # what grows is one id and one UPN for each child, so that repeats are seen
        assert sizes[-1] - sizes[0] < 400 * written
        assert max(sizes) < 5_000_000

    def test_the_invented_return_is_the_same_for_the_same_seed(self) -> None:
        make_census = bench_module("make_census")
        first, second, other = io.StringIO(), io.StringIO(), io.StringIO()
        make_census.write(first, children=20, year=2022, faults=0.5)
        make_census.write(second, children=20, year=2022, faults=0.5)
        make_census.write(other, children=20, year=2022, faults=0.5, seed=2)
        assert first.getvalue() == second.getvalue() != other.getvalue()
        assert findings(everything(first.getvalue()))

    def test_chunks_do_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        data = (DATA / "cin-2026.xml").read_bytes()
        whole = everything(data)
        monkeypatch.setattr(reading, "CHUNK", 61)
        assert everything(data) == whole
