"""Reads a children in need census return as a stream: one child at a time, in bounded memory.

The reader takes the shapes of 2022 and 2026 alike. It never raises for what stands in a file: an element
that cannot be used becomes a ``Finding``, and a file that cannot be read any further ends in one ``Refusal``.
Safety: no document type is accepted, so no entity is ever defined; nothing is fetched; text, depth and the
length of one child are bounded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, Final, Literal, NamedTuple, cast

from lxml import etree

from sightline.returns import rules
from sightline.returns.elements import LONGEST_VALUE, Simple, Taker, as_text, line_of, name_of, shorten
from sightline.returns.shapes import (
    Assessment,
    Child,
    ChildInNeedPlan,
    ChildProtectionPlan,
    Episode,
    Finding,
    Header,
    PreProceedings,
    Read,
    Refusal,
    Review,
    Section47,
)
from sightline.returns.terms import (
    GENDER_CODES,
    LAST_YEAR_OF_GENDER,
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

CHUNK: Final = 64 * 1024
LONGEST_CHILD: Final = 4 * 1024 * 1024
"""Bytes that may pass without a child's end. A long childhood on record takes about 40 thousand."""
LONGEST_BEGINNING: Final = 1024 * 1024

_ROOT = "Message"

# What each element of a return may hold: True for a simple element, False for one that holds others.
_HEADER = {"CollectionDetails": False, "Source": False}
_COLLECTION = dict.fromkeys(("Collection", "Year", "ReferenceDate"), True)
_SOURCE = dict.fromkeys(("SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime"), True)
_CHILD = {"ChildIdentifiers": False, "ChildCharacteristics": False, "CINdetails": False}
_IDENTIFIERS = dict.fromkeys(
    (
        "LAchildID",
        "UPN",
        "FormerUPN",
        "UPNunknown",
        "PersonBirthDate",
        "ExpectedPersonBirthDate",
        "Sex",
        "GenderCurrent",
        "PersonDeathDate",
    ),
    True,
)
_CHARACTERISTICS = {"Ethnicity": True, "Disabilities": False}
_DETAILS = {
    "CINreferralDate": True,
    "ReferralSource": True,
    "PrimaryNeedCode": True,
    "CINclosureDate": True,
    "ReasonForClosure": True,
    "DateOfInitialCPC": True,
    "ReferralNFA": True,
    "Assessments": False,
    "CINPlanDates": False,
    "Section47": False,
    "ChildProtectionPlans": False,
    "PreProceedingsandFGDM": False,
}
_ASSESSMENT = {
    "AssessmentActualStartDate": True,
    "AssessmentInternalReviewDate": True,
    "AssessmentAuthorisationDate": True,
    "FactorsIdentifiedAtAssessment": False,
}
_PLAN = dict.fromkeys(("CINPlanStartDate", "CINPlanEndDate"), True)
_SECTION_47 = dict.fromkeys(
    ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired"), True
)
_PROTECTION_PLAN = {
    "CPPstartDate": True,
    "CPPendDate": True,
    "InitialCategoryOfAbuse": True,
    "LatestCategoryOfAbuse": True,
    "NumberOfPreviousCPP": True,
    "Reviews": False,
}
_PRE_PROCEEDINGS = dict.fromkeys(
    (
        "PPStartDate",
        "LBPSentDate",
        "FGDMMeetingOffer",
        "FGDMMeetingFac",
        "InitialPPMeetingDate",
        "ReviewMeetingsCount",
        "StepDecisionDate",
        "PPOutcome",
        "CourtAppDate",
        "LetterInitCPDate",
    ),
    True,
)


def read(source: BinaryIO, on_read: Callable[[int], None] | None = None) -> Iterator[Read]:
    """Read a return from a binary stream: its Header, then each Child, with Findings between.

    A child's own findings travel with it; those outside any child come on their own, repeated ids included.
    If the file cannot be read to its end, the last thing that comes is a Refusal; the children before it were
    whole, but a caller who writes only whole files has to look ahead. ``on_read`` is told the number of bytes
    read so far after each piece. Errors of the stream itself (OSError) are the caller's.
    """
    beginning, refusal = _beginning(source)
    if refusal is not None:
        yield refusal
        return
    yield from _Reading(source, beginning, on_read).read()


def _parser(events: tuple[Literal["start", "end"]], tag: str | None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=events,
        tag=tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
    )


class _Complaint(NamedTuple):
    """What the parser says is wrong: its number for the fault, the line, and its own words."""

    code: int
    line: int
    reason: str


def _feed(parser: etree.XMLPullParser, piece: bytes) -> _Complaint | None:
    """Give the parser the next piece; its first complaint, if it cannot go on.

    The log is asked, since the parser keeps some fatal faults to itself and would take the next piece for
    the beginning of another document.
    """
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        return _complaint(parser, error)
    return _logged(parser)


def _close(parser: etree.XMLPullParser) -> etree._Element | _Complaint:
    """End the document: its outermost element, or why it is not whole."""
    try:
        return cast("etree._Element", parser.close())
    except etree.XMLSyntaxError as error:
        return _complaint(parser, error)


def _complaint(parser: etree.XMLPullParser, error: etree.XMLSyntaxError) -> _Complaint:
    # without an entry in the log it is lxml's own complaint, of a document whose elements are still open
    return _logged(parser) or _Complaint(etree.ErrorTypes.ERR_TAG_NOT_FINISHED, 0, str(error.msg or ""))


def _logged(parser: etree.XMLPullParser) -> _Complaint | None:
    for entry in parser.feed_error_log:
        if entry.level == etree.ErrorLevels.FATAL:
            return _Complaint(entry.type, entry.line, entry.message)
    return None


def _beginning(source: BinaryIO) -> tuple[bytes, Refusal | None]:
    """The bytes up to and with the outermost element's start, and a refusal if this is not a return."""
    parser = _parser(("start",), None)
    taken = bytearray()
    while len(taken) <= LONGEST_BEGINNING:
        piece = source.read(4096)
        if not piece and not taken.strip():
            return b"", Refusal(0, "The file is empty.")
        if piece:
            complaint = _feed(parser, piece)
        else:
            ended = _close(parser)
            complaint = ended if isinstance(ended, _Complaint) else None
        taken += piece
        for _, element in parser.read_events():
            return bytes(taken), _refused_root(cast("etree._Element", element))
        if complaint is not None or not piece:
            return b"", _refused_beginning(bytes(taken), complaint)
    return b"", Refusal(0, "The first element does not begin within the first million characters.")


def _refused_beginning(beginning: bytes, complaint: _Complaint | None) -> Refusal:
    for magic, message in _MAGIC:
        if beginning.startswith(magic):
            return Refusal(0, message)
    if b"<!DOCTYPE" in beginning:  # the parser gave up on its entities before the first element
        return _DOCUMENT_TYPE
    declared = _DECLARED.match(beginning)
    if declared and declared[1].upper().startswith((b"UTF-16", b"UTF-32", b"UCS-")):
        name = declared[1].decode("ascii")
        return Refusal(
            1,
            f"The first line says that the file is in {name}, and it is not. If it opens well in a text "
            "editor, write UTF-8 there instead.",
        )
    if complaint is None:
        return Refusal(0, "The file ends before its first element.")
    return _refusal(complaint)


def _refused_root(root: etree._Element) -> Refusal | None:
    if root.getroottree().docinfo.internalDTD is not None:
        return _DOCUMENT_TYPE
    name = name_of(root)
    if name != _ROOT:
        return Refusal(
            line_of(root),
            f"The outermost element is <{shorten(name, 80)}>. A children in need census return begins with "
            f"<{_ROOT}>, so this is another kind of file.",
        )
    return None


_MAGIC = (
    (b"PK\x03\x04", "The file is a spreadsheet or a ZIP archive, not XML."),
    (b"%PDF", "The file is a PDF, not XML."),
    (b"\x1f\x8b", "The file is compressed. Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet or document, not XML."),
)
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCUMENT_TYPE = Refusal(
    1,
    "The file has a document type (DOCTYPE). A census return has none, and one can be used to attack whoever "
    "reads the file, so it was not read.",
)
_UNKNOWN_ENCODING = "The character encoding that the first line names is not known."
_TOO_LARGE = 114  # XML_ERR_RESOURCE_LIMIT, newer than lxml's own list
_CUT_SHORT = "The file ends before its last element is closed: it was cut short."
_EXPLAINED: dict[int, str] = {
    etree.ErrorTypes.ERR_INVALID_ENCODING: "There are bytes here that do not belong to the encoding of the "
    "file (UTF-8 unless its first line names another). Save it again in that encoding.",
    _TOO_LARGE: "A text, a name or a nesting here is larger than any census return has.",
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: "The file is not XML: it does not begin with an element.",
    etree.ErrorTypes.ERR_DOCUMENT_END: "There is more text after the end of the return.",
    etree.ErrorTypes.ERR_INVALID_CHAR: "There is a character here that XML does not allow.",
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: _UNKNOWN_ENCODING,
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING: _UNKNOWN_ENCODING,
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: "There is a shorthand (&...;) here that XML does not know.",
    etree.ErrorTypes.WAR_UNDECLARED_ENTITY: "There is a shorthand (&...;) here that XML does not know.",
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH: "An element is closed here that is not the one last opened.",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: _CUT_SHORT,
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: "The line that says which XML this is has to be the very first.",
}


def _refusal(complaint: _Complaint, lines: int = 0) -> Refusal:
    """The parser's complaint in plain words. ``lines`` is how many lines there are, for a file cut short."""
    code, line, reason = complaint
    if code in _EXPLAINED:
        return Refusal(line or lines, _EXPLAINED[code])
    return Refusal(line or lines, f"The XML is broken here ({shorten(reason.strip(), 200)}).")


class _Reading:
    """One pass over one return: its parser, its header, and the ids met so far."""

    def __init__(self, source: BinaryIO, beginning: bytes, on_read: Callable[[int], None] | None) -> None:
        self.source = source
        self.beginning = beginning
        self.on_read = on_read
        self.parser = _parser(("end",), "{*}Child")
        self.header: Header | None = None
        self.header_read = False
        self.id_lines: dict[str, int] = {}
        self.upn_ids: dict[str, str] = {}
        self.children = 0
        self.lines = 0
        self.last_line = 0

    def read(self) -> Iterator[Read]:
        total = since_child = 0
        piece = self.beginning
        while piece:
            complaint = _feed(self.parser, piece)
            total += len(piece)
            since_child += len(piece)
            self.lines += piece.count(b"\n")
            children = self.children
            for element in self._ended():
                yield from self._at_child(element)
            if complaint is not None:
                yield _refusal(complaint, self.lines + 1)
                return
            if self.children > children:
                since_child = 0
            elif since_child > LONGEST_CHILD:
                yield Refusal(
                    self.last_line,
                    f"After this line, {LONGEST_CHILD // 1024 // 1024} million characters go by without "
                    "the end of a child. Is a closing tag missing, or is this another kind of file?",
                )
                return
            if self.on_read is not None:
                self.on_read(total)
            piece = self.source.read(CHUNK)
        root = _close(self.parser)
        for element in self._ended():
            yield from self._at_child(element)
        if isinstance(root, _Complaint):
            yield _refusal(root, self.lines + 1)
        else:
            yield from self._at_end(root)

    def _ended(self) -> Iterator[etree._Element]:
        """The elements called Child that have ended since the last call."""
        return (cast("etree._Element", element) for _, element in self.parser.read_events())

    def _at_child(self, element: etree._Element) -> Iterator[Read]:
        """Read a child that has just ended, and let go of it and of all before it."""
        parent = element.getparent()
        if parent is None or name_of(parent) != "Children":
            return
        root = parent.getparent()
        if root is None or root.getparent() is not None:
            return
        if self.header is None:
            yield from self._read_header(root, before=parent)
        yield from self._between(parent, before=element)
        child = self._read_child(element)
        self.children += 1
        self.last_line = child.line
        yield child
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # missing in the stubs
        while (earlier := element.getprevious()) is not None:
            parent.remove(earlier)

    def _at_end(self, root: etree._Element) -> Iterator[Read]:
        if self.header is None:
            yield from self._read_header(root, before=None)
        findings: list[Finding] = []
        taker = Taker(findings)
        taker.stray(root)
        groups = []
        for node in root.iterchildren("*"):
            if name_of(node) == "Children":
                groups.append(node)
                taker.attributes(node)
                findings.extend(self._between(node, before=None))
            elif name_of(node) != "Header":
                taker.unknown(node, {"Header": False, "Children": False})
            elif self.header_read:
                self.header_read = False
            else:
                taker.find(
                    line_of(node), "Header", "stands a second time, or too late to be used", as_text(node)
                )
        yield from findings
        if not groups:
            yield Refusal(self.lines, "The return has no <Children>, so there is nothing to import.")
        elif self.children == 0:
            yield Refusal(self.lines, "The return holds no child, so there is nothing to import.")

    def _read_header(self, root: etree._Element, before: etree._Element | None) -> Iterator[Read]:
        """Read what the return says of itself, which has to come before its children."""
        found = None
        for node in root.iterchildren("*"):
            if node is before:
                break
            if name_of(node) == "Header":
                found = node
                break
        self.header = _read_header(found, line_of(root))
        self.header_read = found is not None
        if etree.QName(root).namespace:
            finding = Finding(
                None,
                line_of(root),
                _ROOT,
                "a namespace, which the census does not have; elements were read by their names",
                shorten(str(etree.QName(root).namespace), LONGEST_VALUE),
                Grade.DOUBTFUL,
            )
            self.header = replace(self.header, findings=(*self.header.findings, finding))
        yield self.header

    def _between(self, group: etree._Element, before: etree._Element | None) -> Iterator[Finding]:
        """Whatever stands among the children and is no child."""
        findings: list[Finding] = []
        taker = Taker(findings)
        for node in group:
            if node is before:
                break
            if isinstance(node.tag, str) and name_of(node) != "Child":
                taker.unknown(node, {"Child": False})
            if node.tail and not node.tail.isspace():
                taker.stray_text(node.tail, group, line_of(node))
                node.tail = None
        if group.text and not group.text.isspace():
            taker.stray_text(group.text, group, line_of(group))
            group.text = None
        yield from findings

    def _read_child(self, element: etree._Element) -> Child:
        assert self.header is not None
        findings: list[Finding] = []
        child = _read_child(element, self.header, findings)
        known_as = child.la_child_id
        if known_as is not None:
            earlier = self.id_lines.get(known_as)
            if earlier is None:
                self.id_lines[known_as] = child.line
            else:
                child = replace(child, repeats_line=earlier)
                message = f"the same id as the child at line {earlier}"
                findings.append(_doubt(child, "LAchildID", message, known_as))
            if child.upn is not None:
                holder = self.upn_ids.setdefault(child.upn, known_as)
                if holder != known_as:
                    findings.append(_doubt(child, "UPN", f"the same UPN as child {holder}", child.upn))
        findings.extend(rules.findings_on(child, self.header))
        return replace(child, findings=tuple(findings))


def _doubt(child: Child, element: str, message: str, value: str) -> Finding:
    line = child.lines.get(element, child.line)
    return Finding(child.la_child_id, line, element, message, value, Grade.DOUBTFUL)


def _read_header(element: etree._Element | None, root_line: int) -> Header:
    findings: list[Finding] = []
    taker = Taker(findings)
    if element is None:
        taker.find(
            root_line,
            "Header",
            "is missing: year and authority are not known, and no code was checked against the year",
        )
        return Header(line=root_line, findings=tuple(findings))
    _, groups = taker.open(element, _HEADER)
    details: dict[str, Simple] = {}
    source: dict[str, Simple] = {}
    for node in groups.get("CollectionDetails", ()):
        details, _ = taker.open(node, _COLLECTION)
    for node in groups.get("Source", ()):
        source, _ = taker.open(node, _SOURCE)
    reference = taker.date(details, "ReferenceDate")
    written_year = taker.value(details, "Year", rules.read_year)
    if written_year and reference and written_year != reference.year:
        taker.find(
            details["Year"].line,
            "Year",
            f"does not go with the reference date {reference}; the date's year was used",
            str(written_year),
            doubtful=True,
        )
    year = reference.year if reference else written_year
    for name, found in (("Year", details), ("ReferenceDate", details), ("LEA", source)):
        if name not in found:
            taker.missing(line_of(element), name)
    collection = taker.text(details, "Collection")
    if collection not in (None, "CIN"):
        taker.find(
            details["Collection"].line,
            "Collection",
            "is not the children in need census (CIN)",
            str(collection),
        )
    return Header(
        line=line_of(element),
        collection=collection,
        year=year,
        reference_date=reference,
        level=taker.text(source, "SourceLevel"),
        la_code=taker.value(source, "LEA", rules.read_la_code),
        software=taker.text(source, "SoftwareCode"),
        release=taker.text(source, "Release"),
        serial=taker.text(source, "SerialNo"),
        written_at=taker.text(source, "DateTime"),
        findings=tuple(findings),
    )


def _read_child(element: etree._Element, header: Header, findings: list[Finding]) -> Child:
    line = line_of(element)
    taker = Taker(findings, _child_id(element), header.year)
    _, groups = taker.open(element, _CHILD)
    simple: dict[str, Simple] = {}
    for node in groups.get("ChildIdentifiers", ()):
        simple, _ = taker.open(node, _IDENTIFIERS)
    identifiers_line = line_of(groups["ChildIdentifiers"][0]) if "ChildIdentifiers" in groups else line
    if "ChildIdentifiers" not in groups:
        taker.missing(line, "ChildIdentifiers")
    if "LAchildID" not in simple:
        taker.missing(identifiers_line, "LAchildID")
    if "PersonBirthDate" not in simple and "ExpectedPersonBirthDate" not in simple:
        taker.missing(identifiers_line, "PersonBirthDate")
    if "UPN" not in simple and "UPNunknown" not in simple:
        taker.missing(identifiers_line, "UPN")
    if "Sex" not in simple and "GenderCurrent" not in simple:
        taker.missing(identifiers_line, "Sex")
    characteristics: dict[str, Simple] = {}
    disabilities: list[Simple] = []
    for node in groups.get("ChildCharacteristics", ()):
        characteristics, inner = taker.open(node, _CHARACTERISTICS)
        disabilities = taker.list_of(inner.get("Disabilities", []), "Disability")
        if "Ethnicity" not in characteristics:
            taker.missing(line_of(node), "Ethnicity")
    if "ChildCharacteristics" not in groups:
        taker.missing(line, "ChildCharacteristics")
    if "CINdetails" not in groups:
        taker.missing(line, "CINdetails")
    return Child(
        line=line,
        la_child_id=taker.value(simple, "LAchildID", rules.read_child_id),
        upn=taker.value(simple, "UPN", rules.read_upn),
        former_upn=taker.value(simple, "FormerUPN", rules.read_upn),
        upn_unknown=taker.code(simple, "UPNunknown", UPNUnknown),
        birth_date=taker.date(simple, "PersonBirthDate"),
        expected_birth_date=taker.date(simple, "ExpectedPersonBirthDate"),
        sex=_read_sex(taker, simple),
        death_date=taker.date(simple, "PersonDeathDate"),
        ethnicity=taker.code(characteristics, "Ethnicity", Ethnicity),
        disabilities=taker.codes(disabilities, "Disability", Disability),
        episodes=tuple(_read_episode(taker, node) for node in groups.get("CINdetails", ())),
        raw=as_text(element),
        lines={name: found.line for name, found in (*simple.items(), *characteristics.items())},
    )


def _child_id(element: etree._Element) -> str | None:
    """The child's id for the findings, before anything is judged."""
    for node in element.iterfind("{*}ChildIdentifiers/{*}LAchildID"):
        return shorten((node.text or "").strip(), rules.LONGEST_ID) or None
    return None


def _read_sex(taker: Taker, simple: Mapping[str, Simple]) -> Sex | None:
    """Sex, or GenderCurrent as it was called up to 2024."""
    sex = taker.code(simple, "Sex", Sex)
    gender = simple.get("GenderCurrent")
    if gender is None or not gender.text:
        return sex
    if gender.text not in GENDER_CODES:
        taker.find(gender.line, "GenderCurrent", "is not a code of the census", gender.text)
        return sex
    if taker.year is not None and taker.year > LAST_YEAR_OF_GENDER:
        taker.find(
            gender.line,
            "GenderCurrent",
            "has been called Sex since the 2025 collection",
            gender.text,
            doubtful=True,
        )
    said = GENDER_CODES[gender.text]
    if sex is not None and sex != said:
        taker.find(gender.line, "GenderCurrent", f"disagrees with Sex, which says {sex}", gender.text)
    return sex or said


def _read_episode(taker: Taker, element: etree._Element) -> Episode:
    line = line_of(element)
    simple, groups = taker.open(element, _DETAILS)
    for name in ("CINreferralDate", "ReferralSource", "ReferralNFA"):
        if name not in simple:
            taker.missing(line, name)
    return Episode(
        line=line,
        referred_on=taker.date(simple, "CINreferralDate"),
        source=taker.code(simple, "ReferralSource", ReferralSource),
        primary_need=taker.code(simple, "PrimaryNeedCode", PrimaryNeed),
        closed_on=taker.date(simple, "CINclosureDate"),
        closure_reason=taker.code(simple, "ReasonForClosure", ClosureReason),
        conference_on=taker.date(simple, "DateOfInitialCPC"),
        no_further_action=taker.flag(simple, "ReferralNFA"),
        assessments=tuple(_read_assessment(taker, node) for node in groups.get("Assessments", ())),
        plans=tuple(_read_plan(taker, node) for node in groups.get("CINPlanDates", ())),
        enquiries=tuple(_read_section_47(taker, node) for node in groups.get("Section47", ())),
        protection_plans=tuple(
            _read_protection_plan(taker, node) for node in groups.get("ChildProtectionPlans", ())
        ),
        pre_proceedings=tuple(
            _read_pre_proceedings(taker, node) for node in groups.get("PreProceedingsandFGDM", ())
        ),
        lines=_lines(simple),
    )


def _lines(simple: Mapping[str, Simple]) -> dict[str, int]:
    return {name: found.line for name, found in simple.items()}


def _read_assessment(taker: Taker, element: etree._Element) -> Assessment:
    line = line_of(element)
    simple, groups = taker.open(element, _ASSESSMENT)
    if "AssessmentActualStartDate" not in simple:
        taker.missing(line, "AssessmentActualStartDate")
    factors = taker.list_of(groups.get("FactorsIdentifiedAtAssessment", []), "AssessmentFactors")
    return Assessment(
        line=line,
        started_on=taker.date(simple, "AssessmentActualStartDate"),
        reviewed_on=taker.date(simple, "AssessmentInternalReviewDate"),
        authorised_on=taker.date(simple, "AssessmentAuthorisationDate"),
        factors=taker.codes(factors, "AssessmentFactors", Factor),
        lines=_lines(simple),
    )


def _read_plan(taker: Taker, element: etree._Element) -> ChildInNeedPlan:
    line = line_of(element)
    simple, _ = taker.open(element, _PLAN)
    if "CINPlanStartDate" not in simple:
        taker.missing(line, "CINPlanStartDate")
    return ChildInNeedPlan(
        line=line,
        started_on=taker.date(simple, "CINPlanStartDate"),
        ended_on=taker.date(simple, "CINPlanEndDate"),
        lines=_lines(simple),
    )


def _read_section_47(taker: Taker, element: etree._Element) -> Section47:
    line = line_of(element)
    simple, _ = taker.open(element, _SECTION_47)
    for name in ("S47ActualStartDate", "ICPCnotRequired"):
        if name not in simple:
            taker.missing(line, name)
    return Section47(
        line=line,
        started_on=taker.date(simple, "S47ActualStartDate"),
        conference_target=taker.date(simple, "InitialCPCtarget"),
        conference_on=taker.date(simple, "DateOfInitialCPC"),
        conference_not_required=taker.flag(simple, "ICPCnotRequired"),
        lines=_lines(simple),
    )


def _read_protection_plan(taker: Taker, element: etree._Element) -> ChildProtectionPlan:
    line = line_of(element)
    simple, groups = taker.open(element, _PROTECTION_PLAN)
    for name in ("CPPstartDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"):
        if name not in simple:
            taker.missing(line, name)
    reviews = []
    for found in taker.list_of(groups.get("Reviews", []), "CPPreviewDate"):
        held_on = taker.taken(found, "CPPreviewDate", rules.read_date)
        if held_on is not None:
            reviews.append(Review(found.line, held_on))
    return ChildProtectionPlan(
        line=line,
        started_on=taker.date(simple, "CPPstartDate"),
        ended_on=taker.date(simple, "CPPendDate"),
        initial_category=taker.code(simple, "InitialCategoryOfAbuse", AbuseCategory),
        latest_category=taker.code(simple, "LatestCategoryOfAbuse", AbuseCategory),
        previous_plans=taker.count(simple, "NumberOfPreviousCPP"),
        reviews=tuple(reviews),
        lines=_lines(simple),
    )


def _read_pre_proceedings(taker: Taker, element: etree._Element) -> PreProceedings:
    line = line_of(element)
    simple, _ = taker.open(element, _PRE_PROCEEDINGS)
    return PreProceedings(
        line=line,
        started_on=taker.date(simple, "PPStartDate"),
        letter_before_proceedings_on=taker.date(simple, "LBPSentDate"),
        family_meeting_offered=taker.flag(simple, "FGDMMeetingOffer"),
        family_meeting_held=taker.flag(simple, "FGDMMeetingFac"),
        first_meeting_on=taker.date(simple, "InitialPPMeetingDate"),
        review_meetings=taker.count(simple, "ReviewMeetingsCount"),
        step_decided_on=taker.date(simple, "StepDecisionDate"),
        outcome=taker.text(simple, "PPOutcome"),
        court_application_on=taker.date(simple, "CourtAppDate"),
        letter_of_issue_on=taker.date(simple, "LetterInitCPDate"),
        lines=_lines(simple),
    )
