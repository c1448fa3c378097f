"""Form fields: what they take, what they refuse and with which words, and what they show again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django import forms as plain
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from sightline.govuk.days import read_day, read_month, read_time
from sightline.govuk.forms import (
    Born,
    Choice,
    Choices,
    Confirm,
    DateMistake,
    Day,
    Email,
    Expected,
    Moment,
    Option,
    PageForm,
    PartialDate,
    PartialDay,
    Password,
    Postcode,
    Select,
    Telephone,
    Text,
    Whole,
    Words,
    YesNo,
    error_items,
    tidy,
    typed,
)
from sightline.govuk.macros import as_typed
from sightline.govuk.pages.gallery import EveryField
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Verdict

TODAY = time_machine.travel(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), tick=False)


def mistake(field: plain.Field, value: Any) -> str:
    """The message with which a field refuses a value."""
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    return str(refused.value.messages[0])


class Seen(HTMLParser):
    """What a browser would make of a field: its text areas' contents, its inputs' attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.areas: list[str] = []
        self.inputs: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "textarea":
            self._inside = True
            self.areas.append("")
        if tag == "input":
            self.inputs.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            # A browser drops one line end at the very start of a text area.
            start = not self.areas[-1]
            self.areas[-1] += data.removeprefix("\n") if start else data


# -- text ------------------------------------------------------------------------------------------


def test_text_is_tidied_and_nothing_meant_is_lost() -> None:
    field = Text("Name")
    assert field.clean("  Maya\tFerreira\u2011Lund \x07") == "Maya Ferreira\u2011Lund"
    assert field.clean("قالت مايا") == "قالت مايا"
    assert field.clean("👩‍👧‍👦 Zoë") == "👩‍👧‍👦 Zoë"
    assert field.clean("Zoe\u0308") == "Zoë"
    assert field.clean("a\u202eb") == "ab"
    assert field.clean("<script>alert(1)</script>'; DROP TABLE x;--") == (
        "<script>alert(1)</script>'; DROP TABLE x;--"
    )


def test_text_refuses_a_nul() -> None:
    assert mistake(Text("Name"), "a\x00b") == "Take out the hidden character (NUL) that was pasted in."
    assert mistake(Words("Story"), "a\x00b") == "Take out the hidden character (NUL) that was pasted in."
    assert mistake(Password(), "a\x00b") == "Take out the hidden character (NUL) that was pasted in."


@given(st.text())
def test_tidying_never_fails_but_for_a_nul_and_can_be_stored(text: str) -> None:
    if "\x00" in text:
        with pytest.raises(ValidationError):
            tidy(text, lines=True)
        return
    once = tidy(text, lines=True)
    once.encode("utf-8")
    assert tidy(once, lines=True) == once


def test_text_too_long_is_refused_with_both_numbers() -> None:
    assert mistake(Text("Name", max_length=5), "abcdef") == (
        "Shorten “Name” to 5 characters or fewer. It has 6 now"
    )
    assert Text("Name", max_length=5).clean(" abcde ") == "abcde"
    assert mistake(Words("Story", max_length=1000), "x" * 1234) == (
        "Shorten “Story” to 1,000 characters or fewer. It has 1,234 now"
    )


def test_words_keep_their_lines_whatever_the_browser_sends() -> None:
    assert Words("Story").clean("One\r\n\r\n  Two\rThree\u2028Four") == "One\n\n  Two\nThree\nFour"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (Text("Date of birth"), "Enter date of birth"),
        (Text("NHS number"), "Enter NHS number"),
        (Text("What happened?"), "Answer the question “What happened?”"),
        (Text("Name", ask="Enter the child’s name"), "Enter the child’s name"),
        (Choice("Level of need"), "Select level of need"),
        (YesNo("Is a child in danger now?"), "Answer the question “Is a child in danger now?”"),
        (Confirm("I have read it"), "Tick the box to confirm: i have read it"),
        (Day("First day of the plan"), "Enter first day of the plan"),
        (Password(), "Enter password"),
    ],
)
def test_what_is_missing_is_asked_for(field: plain.Field, said: str) -> None:
    assert mistake(field, None) == said
    if isinstance(field, Text):
        assert mistake(field, "  \t ") == said


def test_optional_fields_may_stay_empty() -> None:
    assert Text("A", required=False).clean("") == ""
    assert Whole("A", required=False).clean("") is None
    assert Day("A", required=False).clean(("", " ", "")) is None
    assert YesNo("A", required=False).clean("") is None
    assert Choices("A", [("x", "X")], required=False).clean([]) == []
    assert Select("A", [("x", "X")], required=False).clean("") == ""


@pytest.mark.parametrize("good", ["a@b.example", "mary.o'hara+x@school.sch.example"])
def test_email_taken(good: str) -> None:
    assert Email().clean(f" {good} ") == good


@pytest.mark.parametrize("bad", ["a", "a@", "@b.example", "a b@c.example"])
def test_email_refused(bad: str) -> None:
    assert mistake(Email(), bad) == "Enter an email address in the usual form, like name@example.org"


def test_telephone() -> None:
    assert Telephone().clean("+44 (0)808 157-0192") == "+44 (0)808 157-0192"
    for bad in ("12", "call me", "1" * 20):
        assert mistake(Telephone(), bad).startswith("Enter a telephone number with 6 to 15 digits")


def test_postcode() -> None:
    assert Postcode().clean("zz993vz") == "ZZ99 3VZ"
    assert Postcode().clean("ec1a 1bb") == "EC1A 1BB"
    for bad in ("ZZ99", "12345", "Q1 1AA"):
        assert mistake(Postcode(), bad) == "Enter a full postcode, like ZZ99 3VZ, or leave it empty"


def test_whole_numbers() -> None:
    assert Whole("Children", least=1, most=2000).clean("1,204") == 1204
    for bad in ("0", "2001", "1.5", "many", "9" * 30):
        assert mistake(Whole("Children", least=1, most=2000), bad) == (
            "Enter a whole number between 1 and 2,000 in “Children”"
        )


def test_a_password_is_left_as_typed() -> None:
    assert Password().clean("  correct horse\u202e ") == "  correct horse\u202e "
    assert mistake(Password(), "x" * 1001) == "Shorten the password to 1,000 characters or fewer"


# -- choices ---------------------------------------------------------------------------------------


def test_a_choice_starts_without_an_answer() -> None:
    with pytest.raises(TypeError, match="without an answer"):
        Choice("Outcome", [("nfa", "No further action")], initial="nfa")
    with pytest.raises(TypeError, match="without an answer"):
        Select("Outcome", [("nfa", "No further action")], initial="nfa")
    with pytest.raises(TypeError, match="unticked"):
        Confirm("I agree", initial=True)


def test_choices_refuse_what_was_not_offered() -> None:
    assert mistake(Choice("Outcome", [("a", "A")]), "b") == "Select one of the answers offered for “Outcome”"
    assert mistake(Choices("Where", [("a", "A")]), ["b"]) == "Select only answers offered for “Where”"
    assert mistake(Choices("Where", [("a", "A")]), "a") == "Select only answers offered for “Where”"


def test_an_exclusive_answer_stands_alone() -> None:
    field = Choices("Where", [Option("home", "At home"), Option("none", "None of these", exclusive=True)])
    assert field.clean(["none"]) == ["none"]
    assert mistake(field, ["home", "none"]) == (
        "Select either “None of these” or the other answers, not both"
    )


def test_yes_and_no() -> None:
    assert YesNo("Q").clean("yes") is True
    assert YesNo("Q").clean("no") is False


class Asking(PageForm):
    """One question inside another."""

    told = Choice("Told?", [Option("yes", "Yes", reveals=("agreed",)), Option("no", "No", reveals=("why",))])
    agreed = Choice("Agreed?", [Option("yes", "Yes"), Option("no", "No", reveals=("words",))])
    words = Words("What did they say?")
    why = Text("Why not?")


@pytest.mark.parametrize(
    ("sent", "asked_for"),
    [
        ({}, {"told"}),
        ({"told": "no"}, {"why"}),
        ({"told": "yes"}, {"agreed"}),
        ({"told": "yes", "agreed": "no"}, {"words"}),
        ({"told": "yes", "agreed": "yes"}, set()),
        # Left over from an answer that was changed: not asked, so not kept.
        ({"told": "no", "why": "unsafe", "agreed": "no"}, set()),
    ],
)
def test_only_revealed_questions_are_asked(sent: dict[str, str], asked_for: set[str]) -> None:
    form = Asking(sent)
    assert set(form.errors) == asked_for
    if not asked_for:
        assert form.cleaned_data["words"] == ""
        if sent["told"] == "no":
            assert form.cleaned_data["agreed"] == ""


# -- days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "said", "wrong"),
    [
        (("31", "2", "2026"), "Enter a real date for date of birth: February 2026 has 28 days", ("day",)),
        (("30", "2", "2024"), "Enter a real date for date of birth: February 2024 has 29 days", ("day",)),
        (("31", "11", "2025"), "Enter a real date for date of birth: November 2025 has 30 days", ("day",)),
        (("", "3", "2017"), "Enter the day of date of birth", ("day",)),
        (("", "", "2017"), "Enter the day and month of date of birth", ("day", "month")),
        (("32", "3", "2017"), "Enter the day of date of birth as a number from 1 to 31", ("day",)),
        (("0", "3", "2017"), "Enter the day of date of birth as a number from 1 to 31", ("day",)),
        (("x", "3", "2017"), "Enter the day of date of birth as a number from 1 to 31", ("day",)),
        (
            ("1", "13", "2017"),
            "Enter the month of date of birth as a number from 1 to 12 or a name like March",
            ("month",),
        ),
        (("1", "3", "17"), "Enter the year of date of birth with 4 digits, for example 2017", ("year",)),
        (
            ("1", "3", "0017"),
            "Check the year of date of birth: enter one between 1880 and 2199",
            ("year",),
        ),
    ],
)
def test_days_that_are_none(parts: tuple[str, str, str], said: str, wrong: tuple[str, ...]) -> None:
    with pytest.raises(DateMistake) as refused:
        read_day("Date of birth", *parts)
    assert refused.value.messages == [said]
    assert refused.value.parts == wrong


@pytest.mark.parametrize("parts", [("14", "3", "2017"), (" 14 ", "March", "2017"), ("١٤", "٣", "٢٠١٧")])
def test_days_that_are_one(parts: tuple[str, str, str]) -> None:
    assert Day("Day").clean(parts) == date(2017, 3, 14)


def test_months() -> None:
    assert [read_month(t) for t in ("1", "12", "Sept", "sep.", "DECEMBER", "ju", "0", "13", "foo")] == [
        1, 12, 9, 9, 12, None, None, None, None,
    ]  # fmt: skip


@given(st.dates(date(1880, 1, 1), date(2199, 12, 31)))
def test_every_real_day_is_taken(day: date) -> None:
    assert read_day("Day", str(day.day), str(day.month), str(day.year)) == day


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_any_typing_is_a_day_or_a_plain_message(day: str, month: str, year: str) -> None:
    field = Day("Day", required=False)
    try:
        found = field.clean((day, month, year))
    except ValidationError as refused:
        found = refused.messages[0].startswith(("Enter", "Check", "Take out"))
    assert found or not tidy(day + month + year)


@TODAY
def test_births_lie_in_the_past() -> None:
    assert Born().clean(("22", "11", "2026")) == date(2026, 11, 22)
    assert mistake(Born(), ("23", "11", "2026")) == "Enter a date of birth that is today or in the past"
    assert mistake(Born(), ("31", "12", "1905")) == "Enter a date of birth that is 1 January 1906 or later"


@TODAY
def test_an_expected_birth_is_near() -> None:
    assert Expected().clean(("9", "1", "2027")) == date(2027, 1, 9)
    assert Expected().clean(("1", "11", "2026")) == date(2026, 11, 1)
    assert mistake(Expected(), ("1", "10", "2026")) == (
        "Enter an expected date of birth that is 22 October 2026 or later"
    )
    assert mistake(Expected(), ("1", "11", "2027")) == (
        "Enter an expected date of birth that is 28 September 2027 or earlier"
    )


@TODAY
def test_days_to_come() -> None:
    assert mistake(Day("Date of the visit", tense="future"), ("21", "11", "2026")) == (
        "Enter a date of the visit that is today or in the future"
    )
    assert mistake(Day("When was she seen?", tense="past"), ("23", "11", "2026")) == (
        "Enter a date that is today or in the past"
    )


@TODAY
def test_days_partly_known() -> None:
    field = PartialDay("Lived there since", tense="past")
    assert field.clean(("", "", "2019")) == PartialDate(2019)
    assert field.clean(("", "3", "2019")) == PartialDate(2019, 3)
    assert field.clean(("14", "March", "2019")) == PartialDate(2019, 3, 14)
    assert field.clean(("", "", "2026")) == PartialDate(2026)
    assert mistake(field, ("14", "", "2019")) == (
        "Enter the month of lived there since, or leave out the day too"
    )
    assert mistake(field, ("", "", "2027")).endswith("today or in the past")
    assert [str(d) for d in (PartialDate(2019), PartialDate(2019, 3), PartialDate(2019, 3, 14))] == [
        "2019", "March 2019", "14 March 2019",
    ]  # fmt: skip
    assert PartialDate(2024, 2).last() == date(2024, 2, 29)
    assert PartialDate(2024).first() == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [("10:40", "10:40"), ("10.40", "10:40"), ("1040", "10:40"), ("3pm", "15:00"), ("12 am", "00:00"),
     ("12:30 p.m.", "12:30"), ("noon", "12:00"), ("midnight", "00:00"), ("23:59", "23:59")],
)  # fmt: skip
def test_times_of_day(text: str, said: str) -> None:
    found = read_time(text)
    assert found is not None
    assert f"{found:%H:%M}" == said


@pytest.mark.parametrize("text", ["", "3", "24:00", "10:60", "13pm", "soon", "-1:00"])
def test_times_that_are_none(text: str) -> None:
    assert read_time(text) is None


@TODAY
def test_moments_are_london_time() -> None:
    field = Moment("When it happened", tense="past")
    assert field.clean(("1", "7", "2026", "10:40")) == datetime(2026, 7, 1, 9, 40, tzinfo=UTC)
    assert field.clean(("19", "11", "2026", "10:40")) == datetime(2026, 11, 19, 10, 40, tzinfo=UTC)
    assert mistake(field, ("19", "11", "2026", "")) == "Enter the time of when it happened"
    assert mistake(field, ("19", "11", "2026", "late")).endswith("like 10:40, 22:15 or 3pm")
    assert mistake(field, ("23", "11", "2026", "10:40")).endswith(
        "not in the future. It is Sunday 22 November 2026 at 12:00 now"
    )
    assert "skipped 01:30 that day" in mistake(field, ("29", "3", "2026", "1:30"))
    # The clocks go back: the first of the two.
    assert field.clean(("25", "10", "2026", "1:30")).astimezone(UTC).hour == 0


# -- forms on pages --------------------------------------------------------------------------------


def test_every_mistake_is_listed_once_and_leads_to_its_input(env: Environment) -> None:
    form = EveryField({"born-day": "31", "born-month": "2", "born-year": "2017", "told": "no"})
    assert not form.is_valid()
    items = error_items(form)
    seen = Seen(str(env.globals["form_render"](form)))
    assert len(seen.ids) == len(set(seen.ids))
    assert {item["href"].removeprefix("#") for item in items} <= set(seen.ids)
    texts = {item["text"]: item["href"] for item in items}
    assert texts["Enter a real date for date of birth: February 2017 has 28 days"] == "#id_born-day"
    assert texts["Enter why they were not told"] == "#id_why_not"
    assert len(items) == len(form.errors)


def test_the_mistaken_part_of_a_date_is_the_one_linked() -> None:
    form = EveryField({"born-day": "1", "born-month": "13", "born-year": "2017"})
    assert {i["href"] for i in error_items(form) if "month" in i["text"]} == {"#id_born-month"}


def test_several_forms_and_a_refusal_share_one_summary() -> None:
    one, two = Asking({"told": "no", "why": "x"}), Asking({}, prefix="child-2")
    assert one.is_valid()
    one.refuse(Verdict.no("Amy Bell decided this at 10:40", "told"))
    one.refuse(Verdict.no("Somebody else must decide this"))
    assert error_items([one, two], None) == [
        {"text": "Somebody else must decide this"},
        {"text": "Amy Bell decided this at 10:40", "href": "#id_told"},
        {"text": "Answer the question “Told?”", "href": "#id_child-2-told"},
    ]
    assert error_items(Asking()) == []


NASTY = "<script>alert(1)</script>\n\n    \"quoted\" & 'indented'\nقالت 😟"


def test_what_was_typed_comes_back_unchanged(env: Environment) -> None:
    sent = {
        "name": '"><img src=x onerror=alert(1)>',
        "story": "\n" + NASTY,
        "told": "against",
        "their_words": NASTY,
        "born-day": "31",
        "born-month": "Feb",
        "born-year": "2O17",
        "where": "home",
    }
    form = EveryField(sent)
    form.is_valid()
    html = str(env.globals["form_render"](form))
    seen = Seen(html)
    assert "script" not in seen.tags
    assert "img" not in seen.tags
    assert seen.areas == ["\n" + NASTY, NASTY]
    values = {i["name"]: i.get("value") for i in seen.inputs if i.get("type") == "text"}
    assert values["name"] == sent["name"]
    assert (values["born-day"], values["born-month"], values["born-year"]) == ("31", "Feb", "2O17")
    ticked = {(i["name"], i["value"]) for i in seen.inputs if "checked" in i}
    assert ticked == {("told", "against"), ("where", "home")}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")))
def test_a_text_area_gives_back_any_text(text: str) -> None:
    assert Seen(f"<textarea>{as_typed(text)}</textarea>").areas == [text]


def test_nothing_is_preselected(env: Environment) -> None:
    seen = Seen(str(env.globals["form_render"](EveryField())))
    assert not [i for i in seen.inputs if "checked" in i]


def test_a_password_is_never_shown_again(env: Environment) -> None:
    form = EveryField({"password": "correct horse battery"})
    assert "correct horse" not in str(env.globals["form_render"](form))


def test_a_draft_fills_the_page_again_unchecked(env: Environment) -> None:
    post = QueryDict(mutable=True)
    post.update({"csrfmiddlewaretoken": "t", "name": "Ma", "born-day": "31", "born-month": "2"})
    post.setlist("where", ["home", "online"])
    kept = typed(post)
    assert kept == {"name": ["Ma"], "born-day": ["31"], "born-month": ["2"], "where": ["home", "online"]}
    form = EveryField(draft=kept)
    assert not form.is_bound
    assert error_items(form) == []
    seen = Seen(str(env.globals["form_render"](form)))
    values = {i["name"]: i.get("value") for i in seen.inputs if i.get("type") == "text"}
    assert (values["name"], values["born-day"], values["born-month"]) == ("Ma", "31", "2")
    assert {i["value"] for i in seen.inputs if "checked" in i} == {"home", "online"}


def test_a_draft_fills_a_field_that_the_form_adds_for_itself() -> None:
    class Several(PageForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["own_1"] = Words("Only for Theo", required=False)

    assert Several(draft={"own_1": ["Half a sen"]})["own_1"].value() == "Half a sen"
    late = Several()
    late.fields["own_2"] = Words("Only for Bea", required=False)
    late.refill({"own_2": ["Half a wo"]})
    assert (late["own_1"].value(), late["own_2"].value()) == (None, "Half a wo")


def test_a_draft_of_a_prefixed_form(env: Environment) -> None:
    form = Asking(prefix="c1", draft={"c1-told": ["no"], "c1-why": ["unsafe"]})
    seen = Seen(str(env.globals["form_render"](form)))
    assert {(i["name"], i["value"]) for i in seen.inputs if "checked" in i} == {("c1-told", "no")}


def test_what_is_known_fills_the_inputs(env: Environment) -> None:
    form = EveryField(
        initial={
            "born": date(2017, 3, 14),
            "happened": datetime(2026, 7, 1, 9, 40, tzinfo=UTC),
            "since": PartialDate(2019, 3),
            "danger": True,
        }
    )
    seen = Seen(str(env.globals["form_render"](form)))
    values = {i["name"]: i.get("value") for i in seen.inputs if i.get("type") == "text"}
    assert [values[f"born-{p}"] for p in ("day", "month", "year")] == ["14", "3", "2017"]
    assert [values[f"happened-{p}"] for p in ("day", "month", "year", "time")] == ["1", "7", "2026", "10:40"]
    assert [values[f"since-{p}"] for p in ("day", "month", "year")] == ["", "3", "2019"]
    assert datetime(2026, 7, 1, 9, 40, tzinfo=UTC).astimezone(LONDON).hour == 10
    assert ("danger", "yes") in {(i["name"], i["value"]) for i in seen.inputs if "checked" in i}


class Library(plain.Form):
    """A form that is not ours, as the sign-in library brings it."""

    login = plain.CharField(label="Email", widget=plain.TextInput(attrs={"autocomplete": "email"}))
    password = plain.CharField(widget=plain.PasswordInput)
    remember = plain.BooleanField(required=False)
    kind = plain.ChoiceField(choices=[("", "---"), ("a", "A")], widget=plain.RadioSelect)
    agency = plain.ChoiceField(choices=[("x", "X")])
    note = plain.CharField(widget=plain.Textarea, help_text="Short, please")
    next = plain.CharField(widget=plain.HiddenInput, initial='/a"b')


def test_a_librarys_form_looks_like_ours(env: Environment) -> None:
    html = str(env.globals["form_render"](Library()))
    seen = Seen(html)
    named = {i["name"]: i for i in seen.inputs}
    assert named["login"]["autocomplete"] == "email"
    assert named["password"]["type"] == "password"
    assert named["next"]["type"] == "hidden"
    assert named["next"]["value"] == '/a"b'
    assert "Remember" in html
    assert "Short, please" in html
    assert [i["value"] for i in seen.inputs if i["name"] == "kind"] == ["a"]


def test_options_of_one_form_do_not_leak_into_another() -> None:
    one, two = Asking(), Asking()
    field = one.fields["told"]
    assert isinstance(field, Choice)
    field.set_options([Option("x", "X")])
    assert [o.value for o in two.fields["told"].options] == ["yes", "no"]  # type: ignore[attr-defined]
    assert Asking({"told": "x"}).errors["told"] == ["Select one of the answers offered for “Told?”"]
