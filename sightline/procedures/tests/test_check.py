"""Checking packs: every fault is reported with its file and line, in words, and nothing raises."""

import shutil
from datetime import date, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.procedures.check import Checked, check_packs, checked_packs
from sightline.procedures.clocks import LONDON, due
from sightline.procedures.loader import (
    Fault,
    NotInForce,
    PackFaults,
    UnknownPack,
    load_pack,
    pack_names,
    packs_root,
    read_with_base,
)
from sightline.procedures.show import show
from sightline.procedures.terms import Basis

HEAD = """\
    [pack]
    name = "ours"
    title = "Ours"
    summary = "A pack of our own."
    overlays = "england"

    [[source]]
    id = "our_manual"
    title = "Manual"
    publisher = "Ours"
    """

LIMIT = """\
    [[limit]]
    id = "visit"
    title = "Visit"
    trigger = "The plan starts"
    amount = 10
    unit = "working days"
    basis = "local"
    from = 2026-01-01
    source = "our_manual"
    place = "Section 6.2"
    certainty = "confirmed"
    """


@pytest.fixture
def root(tmp_path):
    shutil.copytree(packs_root() / "england", tmp_path / "england")
    write(tmp_path, "pack.toml", HEAD)
    return tmp_path


def write(root: Path, file: str, text: str, pack: str = "ours") -> None:
    folder = root / pack
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(dedent(text), encoding="utf-8")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def only(root: Path) -> Fault:
    faults = check_packs(root)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def test_a_sound_pack_has_no_fault(root):
    write(root, "limits.toml", LIMIT)
    assert check_packs(root) == []
    assert load_pack("ours", root).limit("visit", date(2026, 11, 20)).citation == "Ours, Manual: Section 6.2"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('unit = "working days"', 'unit = "working-days"', 6, '`unit` is "working-days", but must be'),
        ("amount = 10", "amount = 0", 5, "greater than 0"),
        ("amount = 10", 'amount = "10"', 5, "whole number without quotes"),
        ("amount = 10", "amount = 10.5", 5, "whole number without quotes"),
        ("amount = 10", "ammount = 10", 5, 'unknown key "ammount"'),
        ("from = 2026-01-01", 'from = "2026-01-01"', 8, "date without quotes"),
        ("from = 2026-01-01", "from = 2026-01-01T10:00:00", 8, "date without quotes"),
        ("from = 2026-01-01", "from = 2026-02-30", 8, "not well-formed"),
        ("from = 2026-01-01", "from = 2026-01-01\n    until = 2025-01-01", 1, "`until` is before `from`"),
        ('source = "our_manual"', 'source = "theirs"', 9, 'no [[source]] has the id "theirs"'),
        ('source = "our_manual"\n', "\n", 1, "no citation"),
        ('place = "Section 6.2"', 'place = ""', 1, "no citation"),
        ('certainty = "confirmed"', 'certainty = "sure"', 11, '`certainty` is "sure"'),
        ('certainty = "confirmed"', 'certainty = "Sightline baseline"', 11, "cited from the source"),
        ('certainty = "confirmed"', "certainty = ", 11, "not well-formed"),
        ('id = "visit"', 'id = "Visit!"', 2, "packs/README.md"),
        ('id = "visit"', 'id = "assessment"', 2, 'write overlays = "england"'),
        ('id = "visit"', 'id = "visit"\n    overlays = "england"', 3, 'which "england" does not have'),
        ('id = "visit"', 'id = "visit"\n    overlays = "wales"', 3, 'this pack overlays "england"'),
        ('id = "visit"', 'id = "visit"\n    pack = "england"', 3, 'unknown key "pack"'),
        ("[[limit]]", "[limit]", 1, "[[limit]]"),
        ("[[limit]]", "[[limits]]", 1, '"limits" is not known in a pack'),
        ('basis = "local"\n', "\n", 1, "`basis` is missing"),
        ('title = "Visit"', 'title = " "', 3, "at least 1 character"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_line(root, old, new, line, says):
    write(root, "limits.toml", changed(LIMIT, old, new))
    fault = next(f for f in check_packs(root) if says in f.message)
    assert (fault.file, fault.line) == ("ours/limits.toml", line)


def test_every_fault_is_reported_at_once(root):
    write(
        root,
        "limits.toml",
        LIMIT + "\n" + changed(changed(LIMIT, '"working days"', '"fortnights"'), "10", "-1"),
    )
    write(root, "more.toml", "[[surprise]]\nid = 1\n")
    write(root, "broken.toml", "[[limit]\n")
    found = {(fault.file, fault.line) for fault in check_packs(root)}
    assert {("ours/limits.toml", 17), ("ours/limits.toml", 18), ("ours/more.toml", 1)} <= found
    assert any(file == "ours/broken.toml" for file, _ in found)


def test_the_same_version_twice(root):
    write(root, "limits.toml", LIMIT + "\n" + LIMIT)
    assert "stands twice from 2026-01-01" in only(root).message
    assert only(root).line == 14


def test_extension_needs_a_role(root):
    text = """\
    [[extension]]
    id = "extension"
    overlays = "england"
    allowed = true
    consult = "Managers of the other agencies"
    from = 2026-01-01
    source = "our_manual"
    place = "Section 1"
    certainty = "confirmed"
    """
    write(root, "extension.toml", text)
    assert "names no role" in only(root).message
    write(root, "extension.toml", text.replace("consult", 'by_roles = ["king"]\n    consult'))
    assert only(root) == Fault(
        "ours/extension.toml", 5, '`by_roles` names "king", but there is no [[role]] with that id'
    )
    write(root, "extension.toml", text.replace("consult", 'by_roles = ["team_manager"]\n    consult'))
    assert check_packs(root) == []


def test_a_duty_of_an_unknown_limit(root):
    write(
        root,
        "duties.toml",
        """\
        [[duty_kind]]
        id = "visit"
        title = "Visit"
        why = "The child is to be seen."
        discharged_by = "a visit"
        limit = "visits"
        owner_role = "social_worker"
        due_soon = { amount = 2, unit = "working days" }
        critical_after = { amount = 1, unit = "fortnights" }
        from = 2026-01-01
        source = "our_manual"
        place = "Section 6.2"
        certainty = "confirmed"
        """,
    )
    assert only(root).line == 9
    path = root / "ours" / "duties.toml"
    path.write_text(path.read_text().replace("fortnights", "weeks"))
    assert only(root) == Fault(
        "ours/duties.toml", 6, '`limit` names "visits", but there is no [[limit]] with that id'
    )


def test_an_outcome_that_includes_itself(root):
    outcome = """\
    [[screening_outcome]]
    id = "{id}"
    title = "Round"
    meaning = "Round and round."
    includes = ["{other}"]
    referral = "never"
    from = 2026-01-01
    source = "our_manual"
    place = "Section 2"
    certainty = "confirmed"

    """
    write(
        root, "screening.toml", outcome.format(id="one", other="two") + outcome.format(id="two", other="one")
    )
    assert {(fault.line, fault.message) for fault in check_packs(root)} == {
        (5, '"one" includes itself'),
        (16, '"two" includes itself'),
    }


@pytest.mark.parametrize(
    ("example", "says"),
    [
        (
            "limit = 'visit'\nstart = 2026-11-19T10:00:00\ndue = 2026-12-03T16:00:00",
            "due is 2026-12-03T17:00:00, not",
        ),
        (
            "limit = 'nothing'\nstart = 2026-11-19T10:00:00\ndue = 2026-12-03T17:00:00",
            'nothing under "nothing"',
        ),
        ("limit = 'visit'\nstart = 2028-12-29T10:00:00\ndue = 2029-01-12T17:00:00", "not known yet"),
        ("outcome = 'early_help'\non = 2026-11-19\nopens = ['assessment']", "it opens early_help_contact"),
        ("limit = 'visit'\non = 2026-11-19\nextension = true", "extension is not allowed"),
        ("limit = 'visit'", "needs `limit`, `start` and `due`"),
        (
            "limit = 'initial_conference'\nstarts = [2026-11-02T10:00:00, 2026-11-05T14:00:00]\n"
            "began = 2026-11-05T14:00:00\ndue = 2026-11-23T17:00:00",
            "due is 2026-11-26T17:00:00, not",
        ),
        (
            "limit = 'initial_conference'\nstarts = [2026-11-02T10:00:00, 2026-11-05T14:00:00]\n"
            "began = 2026-11-06T14:00:00\ndue = 2026-11-23T17:00:00",
            "of them the one that `began` it",
        ),
        ("limit = 'visit'\nstart = '2026-11-19'\ndue = 2026-12-03T17:00:00", "date and time without quotes"),
    ],
)
def test_a_failing_worked_example(root, example, says):
    write(root, "limits.toml", LIMIT)
    write(root, "examples.toml", "\n\n[[example]]\nsays = 'So it is'\n" + example)
    fault = only(root)
    assert fault.file == "ours/examples.toml"
    assert fault.line in (3, 6)
    assert says in fault.message


OUR_CONFERENCE = """\
    [[limit]]
    id = "initial_conference"
    overlays = "england"
    title = "Initial conference"
    trigger = "The strategy discussion"
    amount = 15
    unit = "working days"
    basis = "statutory"
    from = 2026-01-01
    source = "our_manual"
    place = "Section 6.2"
    certainty = "confirmed"
    """


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize(
    ("which", "due"),
    [
        ("the first", "2026-11-23"),
        ("the one that began it", "2026-11-26"),
        ("the latest", "2026-11-30"),
    ],
)
def test_a_pack_names_which_of_several_discussions_the_conference_is_counted_from(root, which, due):
    write(root, "limits.toml", OUR_CONFERENCE + f'of_several = "{which}"\n')
    example = """\
    [[example]]
    says = "Three discussions, and the second began the enquiry."
    limit = "initial_conference"
    starts = [2026-11-02T10:00:00, 2026-11-05T14:00:00, 2026-11-09T09:00:00]
    began = 2026-11-05T14:00:00
    """
    write(root, "examples.toml", example + f"due = {due}T17:00:00\n")
    assert check_packs(root) == []
    shown = show(load_pack("ours", root), date(2026, 11, 20))
    assert f"Of several: {which}" in shown


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize(
    ("limit", "says"),
    [
        (OUR_CONFERENCE, '`of_several` must say which counts, one of "the one that began it"'),
        (OUR_CONFERENCE + 'of_several = "the second"\n', '`of_several` is "the second"'),
        (LIMIT + 'of_several = "the first"\n', 'nothing asks which of several starts "visit"'),
    ],
)
def test_a_limit_that_may_start_more_than_once_says_which_counts_and_no_other_does(root, limit, says):
    write(root, "limits.toml", limit)
    assert says in only(root).message


@pytest.mark.obligation("NTC-06")
@pytest.mark.parametrize(("field", "faults"), [("screening.level_of_need", 0), ("screening.level", 1)])
def test_guidance_for_a_field_that_no_page_has_is_refused(root, field, faults):
    text = f"""\
    [[guidance]]
    id = "choosing"
    field = "{field}"
    title = "Choosing"
    text = "Choose with care."
    from = 2026-01-01
    source = "our_manual"
    place = "Section 3"
    certainty = "confirmed"
    """
    write(root, "guidance.toml", text)
    found = check_packs(root)
    assert [(fault.file, fault.line) for fault in found] == [("ours/guidance.toml", 3)] * faults
    assert all('`field` is "screening.level", but must be' in fault.message for fault in found)


def test_it_says_whose_worked_examples_were_left_alone(root):
    example = "[[example]]\nsays = 'So it is'\nlimit = 'visit'\non = 2026-11-19\nextension = "
    write(root, "limits.toml", LIMIT)
    write(root, "examples.toml", example + "false")
    assert checked_packs(root) == Checked(())
    write(root, "examples.toml", example + "true")
    run = checked_packs(root)
    assert "the worked example fails" in run.faults[0].message
    assert run.not_run == ()
    write(root, "limits.toml", changed(LIMIT, "amount = 10", "amount = 0"))
    faulty = checked_packs(root)
    assert [fault.line for fault in faulty.faults] == [5]
    assert faulty.not_run == ("ours",)
    write(root, "limits.toml", LIMIT)
    (root / "england" / "odd.toml").write_text("[[limits]]\n")
    assert checked_packs(root).not_run == ("england", "ours")


def test_a_base_that_changed_after_the_overlay_asks_to_be_looked_at(root):
    definition = """\
    [[definition]]
    id = "safeguarding"
    overlays = "england"
    title = "Safeguarding"
    text = "In our own words."
    from = 2020-01-01
    source = "our_manual"
    place = "Section 1"
    certainty = "confirmed"
    """
    write(root, "definitions.toml", definition)
    assert only(root).line == 6
    assert "checked = 2023-12-15" in only(root).message
    write(root, "definitions.toml", definition + "checked = 2023-12-15\n")
    assert check_packs(root) == []


def test_what_is_wrong_with_the_head(root):
    (root / "ours" / "pack.toml").unlink()
    assert "needs a file pack.toml" in only(root).message
    write(root, "pack.toml", changed(HEAD, '"england"', '"atlantis"'))
    assert only(root) == Fault("ours/pack.toml", 5, 'overlays "atlantis", but there is no such pack')
    write(root, "pack.toml", changed(HEAD, '"ours"', '"yours"'))
    assert only(root).line == 2
    write(root, "pack.toml", changed(HEAD, '"england"', '"ours"'))
    assert only(root).line == 5
    assert 'overlays "ours", which is this pack itself' in only(root).message
    write(root, "pack.toml", changed(HEAD, '"england"', '"../england"'))
    assert "no such pack" in only(root).message


def test_a_pack_that_stands_on_nothing_lacks_what_sightline_needs(root):
    write(root, "pack.toml", changed(HEAD, 'overlays = "england"\n', "\n"))
    messages = [fault.message for fault in check_packs(root)]
    assert any('lacks [[definition]] "safeguarding"' in message for message in messages)


def test_an_overlay_of_an_overlay_is_refused(root):
    write(
        root,
        "pack.toml",
        changed(changed(HEAD, '"england"', '"ours"'), 'name = "ours"', 'name = "second"'),
        "second",
    )
    assert only(root).message == 'overlays "ours", which itself overlays another pack'


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"[pack]\nname = \"caf\xe9\"\n", 2, "not UTF-8"),
        (b"a = [\n" + b"[" * 5000, None, "not well-formed"),
        (b"\x00", 1, "not well-formed"),
        (b"[[limit]]\namount = 99999999999999999999999999\n", None, ""),
    ],
)  # fmt: skip
def test_hostile_files(root, raw, line, says):
    (root / "ours" / "odd.toml").write_bytes(raw)
    faults = [fault for fault in check_packs(root) if fault.file == "ours/odd.toml"]
    assert any(says in fault.message for fault in faults)
    if line:
        assert faults[0].line == line


def test_a_file_saved_on_another_system_is_read(root):
    text = dedent(LIMIT).replace("\n", "\r\n")
    (root / "ours" / "limits.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert check_packs(root) == []


def test_a_file_that_cannot_be_read(root):
    (root / "ours" / "folder.toml").mkdir()
    assert "cannot be read" in only(root).message


def test_no_packs_at_all(tmp_path):
    assert "no procedure packs" in check_packs(tmp_path)[0].message
    assert "no procedure packs" in check_packs(tmp_path / "nowhere")[0].message
    assert pack_names(tmp_path / "nowhere") == []


LINES = dedent(LIMIT).splitlines()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mangled_file_never_raises_and_never_names_a_line_outside_it(root, data):
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(0, len(lines) - 1))
        what = data.draw(st.sampled_from(["drop", "swap", "noise", "cut"]))
        if what == "drop" and len(lines) > 1:
            del lines[n]
        elif what == "swap":
            m = data.draw(st.integers(0, len(lines) - 1))
            lines[n], lines[m] = lines[m], lines[n]
        elif what == "noise":
            lines[n] += data.draw(st.text(alphabet="[]{}=\"'#,.\\0a\u202e😀", max_size=4))
        else:
            lines[n] = lines[n][: len(lines[n]) // 2]
    (root / "ours" / "limits.toml").write_text("\n".join(lines), encoding="utf-8")
    for fault in check_packs(root):
        assert fault.file.startswith("ours/")
        assert 1 <= fault.line <= len(lines) + 1
        assert fault.message
        assert "Traceback" not in fault.message


def test_a_faulty_pack_is_not_loaded(root):
    write(root, "limits.toml", changed(LIMIT, "amount = 10", "amount = 0"))
    with pytest.raises(PackFaults, match=r"ours/limits\.toml:5"):
        load_pack("ours", root)


@pytest.mark.parametrize("name", ["atlantis", "../england", "", "england/limits.toml", "."])
def test_an_unknown_pack_is_refused_with_those_that_there_are(name):
    with pytest.raises(UnknownPack, match="rotherham"):
        load_pack(name)


def test_a_value_is_chosen_by_the_day(root):
    write(
        root,
        "limits.toml",
        LIMIT + changed(changed(LIMIT, "10", "5"), "2026-01-01", "2026-07-01\nuntil = 2026-12-31"),
    )
    pack = load_pack("ours", root)
    assert pack.limit("visit", date(2026, 6, 30)).amount == 10
    assert pack.limit("visit", date(2026, 7, 1)).amount == 5
    assert pack.limit("visit", date(2026, 12, 31)).amount == 5
    with pytest.raises(NotInForce, match="in force on 31 December 2025"):
        pack.limit("visit", date(2025, 12, 31))
    assert pack.limit("visit", date(2009, 1, 1), or_earliest=True).amount == 10
    with pytest.raises(NotInForce, match='nothing under "tea"'):
        pack.limit("tea", date(2026, 6, 30))


def test_the_version_names_the_content_of_pack_and_base(root):
    def version() -> str:
        pack = read_with_base(root, "ours")[2]
        assert pack is not None
        return pack.version

    first = version()
    assert first.startswith("ours@")
    write(root, "limits.toml", LIMIT)
    second = version()
    limits = root / "england" / "limits.toml"
    limits.write_text(limits.read_text() + "\n# looked at\n")
    assert len({first, second, version()}) == 3
    crlf = root / "ours" / "limits.toml"
    third = version()
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    assert version() == third


def test_a_broken_head_is_not_drowned_in_faults_that_follow_from_it(root):
    baseline = changed(changed(LIMIT, '"our_manual"', '"sightline"'), '"confirmed"', '"Sightline baseline"')
    write(root, "limits.toml", baseline)
    assert check_packs(root) == []
    for old, new in (('title = "Ours"\n', "\n"), ('overlays = "england"', 'overlays = "atlantis"')):
        write(root, "pack.toml", changed(HEAD, old, new))
        assert only(root).file == "ours/pack.toml"


def test_office_hours_cut_off_and_extra_days_are_values_of_a_pack(root):
    cited = 'from = 2026-01-01\nsource = "our_manual"\nplace = "Section 9"\ncertainty = "confirmed"\n'
    office = '[[office]]\nid = "office"\noverlays = "england"\nopens = 08:30:00\ncloses = 16:30:00\n'
    office += "cut_off = 12:00:00\n"
    closed = (
        '[[holiday]]\nid = "founders_day"\nday = 2026-11-23\ntitle = "Founders\' day"\ntype = "closure"\n'
    )
    write(root, "office.toml", office + cited + closed + cited)
    write(root, "limits.toml", LIMIT)
    assert check_packs(root) == []
    pack = load_pack("ours", root)
    on = date(2026, 11, 20)
    start = datetime(2026, 11, 20, 12, tzinfo=LONDON)
    one_day = pack.limit("visit", on).model_copy(update={"amount": 1})
    statutory = one_day.model_copy(update={"basis": Basis.STATUTORY})
    assert due(start, one_day, pack.calendar(on)) == datetime(2026, 11, 24, 16, 30, tzinfo=LONDON)
    assert due(start, statutory, pack.calendar(on)) == datetime(2026, 11, 23, 16, 30, tzinfo=LONDON)
    before = date(2025, 11, 20)
    assert pack.calendar(before).office.cut_off is None


def test_a_partnership_carries_the_calendar_on_without_programming(root):
    cited = 'from = 2026-01-01\nsource = "our_manual"\nplace = "Section 9"\ncertainty = "confirmed"\n'
    office = '[[office]]\nid = "office"\noverlays = "england"\nopens = 09:00:00\ncloses = 17:00:00\n'
    office += "bank_holidays_known_until = 2040-12-31\n"
    new_year = '[[holiday]]\nid = "new_year"\nday = 2040-01-02\ntitle = "New Year"\ntype = "bank holiday"\n'
    write(root, "office.toml", office + cited + new_year + cited)
    write(root, "limits.toml", LIMIT)
    pack = load_pack("ours", root)
    start = datetime(2039, 12, 30, 12, tzinfo=LONDON)
    one_day = pack.limit("visit", start.date()).model_copy(update={"amount": 1})
    assert due(start, one_day, pack.calendar(start.date())).date() == date(2040, 1, 3)
