"""What may stand in a procedure pack: one class per kind of value.

A value is immutable, dated and cited. `source` and `place` name the document and the paragraph,
`certainty` says how sure the figure is, and `caveat` is the sentence that a page shows where it is not.
"""

from __future__ import annotations

from datetime import date, datetime, time
from string import Formatter
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from sightline.agencies.terms import Permission

from .terms import Basis, Certainty, GuidedField, HolidayKind, PrincipleGroup, Unit, WhichStart

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


def _plain_date(value: Any) -> Any:
    """Refuse what pydantic would bend into a date: a quoted text, a number, a date with a time."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("must be a date without quotes or time, such as 2024-01-18")
    return value


def _clock_time(value: Any) -> Any:
    if not isinstance(value, time):
        raise ValueError("must be a time without quotes, such as 17:00:00")
    return value


def _plain_datetime(value: Any) -> Any:
    if not isinstance(value, datetime):
        raise ValueError("must be a date and time without quotes, such as 2026-03-27T10:00:00")
    return value


Day = Annotated[date, BeforeValidator(_plain_date)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Moment = Annotated[datetime, BeforeValidator(_plain_datetime)]
Amount = Annotated[int, Field(strict=True, gt=0, le=10_000)]


class Part(BaseModel):
    """Anything in a pack: nothing unknown in it, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Source(Part):
    """A document that values are cited from."""

    id: Slug
    title: Words
    publisher: Words
    dated: Day | None = None
    address: str = ""
    note: str = ""

    def __str__(self) -> str:
        when = f" ({self.dated.day} {self.dated:%B %Y})" if self.dated else ""
        return f"{self.publisher}, {self.title}{when}"


class Manual(Part):
    """The head of a pack: whose procedures these are."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Words
    summary: Words
    overlays: str = ""
    manual: str = ""
    incomplete: str = ""


class Span(Part):
    """An amount of time in words that a pack uses: 2 working days."""

    amount: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    unit: Unit

    def __str__(self) -> str:
        return spoken(self.amount, self.unit)


def spoken(amount: int, unit: Unit) -> str:
    """`1 working day`, `15 working days`."""
    return f"{amount} {unit.value[:-1] if amount == 1 else unit.value}"


class Value(Part):
    """A dated, cited value of a pack.

    `overlays` names the base whose value of the same id it takes the place of; `checked` is the day up to
    which somebody looked at the base's later versions and kept this one.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]

    id: Slug
    from_: Day = Field(alias="from")
    until: Day | None = None
    source: Slug
    place: Words
    certainty: Certainty
    note: str = ""
    overlays: str = ""
    checked: Day | None = None
    document: Source
    pack: str

    @model_validator(mode="after")
    def _until_follows_from(self) -> Self:
        if self.until is not None and self.until < self.from_:
            raise ValueError("`until` is before `from`")
        return self

    def in_force(self, on: date) -> bool:
        """Whether the value holds on that day; `until` is its last day."""
        return self.from_ <= on and (self.until is None or on <= self.until)

    @property
    def citation(self) -> str:
        """Document and place, as a page shows it."""
        return f"{self.document}: {self.place}"

    @property
    def caveat(self) -> str:
        """The sentence that must stand beside the value where it is not confirmed; else empty."""
        return {
            Certainty.CONFIRMED: "",
            Certainty.SECONDARY: "Taken from a secondary source, not from the document itself.",
            Certainty.UNCONFIRMED: "Not confirmed against the text of the document.",
            Certainty.BASELINE: "Sightline baseline: no manual sets this. The partnership may set its own.",
        }[self.certainty]


class Definition(Value):
    """What a term means in this manual, in our own words; `parts` are the limbs of the definition."""

    kind = "definition"
    plural = "definitions"
    title: Words
    text: Words
    parts: tuple[Words, ...] = ()


class Descriptor(Part):
    """A sentence that helps to recognise a level of need."""

    id: Slug
    text: Words


class Level(Part):
    """One level of need."""

    id: Slug
    number: Annotated[int, Field(strict=True, ge=0, le=20)]
    name: Words
    summary: Words
    descriptor: Annotated[tuple[Descriptor, ...], Field(min_length=1)]


class Thresholds(Value):
    """The partnership's threshold document: its levels of need in rising order."""

    kind = "thresholds"
    plural = "levels of need"
    title: Words
    level: Annotated[tuple[Level, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        numbers = [level.number for level in self.level]
        if numbers != sorted(set(numbers)):
            raise ValueError("levels must stand in rising order, each number once")
        _no_twice("level", [level.id for level in self.level])
        _no_twice("descriptor", [d.id for level in self.level for d in level.descriptor])
        return self

    def get(self, id: str) -> Level:
        """The level of that id, else KeyError."""
        for level in self.level:
            if level.id == id:
                return level
        raise KeyError(id)


class Outcome(Part):
    """One outcome of the framework."""

    id: Slug
    title: Words
    gist: Words


class OutcomeFramework(Value):
    """The outcomes that plans aim at, as this manual states them; none where it states none."""

    kind = "outcomes"
    plural = "outcomes framework"
    title: Words
    item: tuple[Outcome, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _no_twice("outcome", [item.id for item in self.item])
        return self


class Principle(Value):
    """A principle, intention or commitment of the manual, its gist in our own words."""

    kind = "principle"
    plural = "principles"
    heading: Words
    gist: Words
    group: PrincipleGroup
    complete: bool = True


class Limit(Value):
    """A time limit: what starts it, how long it is, and who set it.

    It may always be shortened for a child (see `rules.may_shorten`). Whether it may be extended is
    the pack's `extension` value, since manuals say it once for all their limits. `of_several`: which of
    several counts, for a limit whose `trigger` may happen more than once (`loader.OF_SEVERAL`).
    """

    kind = "limit"
    plural = "time limits"
    title: Words
    trigger: Words
    of_several: WhichStart | None = None
    amount: Amount
    unit: Unit
    basis: Basis

    @property
    def span(self) -> str:
        """`45 working days`."""
        return spoken(self.amount, self.unit)


class Extension(Value):
    """Whether a limit may be extended, by whom, and after asking whom.

    `limits` are the ids that it speaks of, or `["all"]`.
    """

    kind = "extension"
    plural = "extension of time limits"
    allowed: bool
    by_roles: tuple[Slug, ...] = ()
    consult: str = ""
    limits: Annotated[tuple[Slug, ...], Field(min_length=1)] = ("all",)

    @model_validator(mode="after")
    def _somebody_answers(self) -> Self:
        if self.allowed and not self.by_roles:
            raise ValueError("extension is allowed but `by_roles` names no role that may authorise it")
        if self.allowed and not self.consult.strip():
            raise ValueError("extension is allowed but `consult` does not say who is asked first")
        if not self.allowed and self.by_roles:
            raise ValueError("extension is not allowed, so `by_roles` must be left out")
        return self


class Role(Value):
    """A role that decides, owns or authorises."""

    kind = "role"
    plural = "roles"
    title: Words
    gist: Words


class DutyKind(Value):
    """A kind of duty: what somebody owes a child, or a referrer, by when."""

    kind = "duty_kind"
    plural = "kinds of duty"
    title: Words
    why: Words
    discharged_by: Words
    limit: Slug
    owner_role: Slug
    due_soon: Span
    critical_after: Span


class Event(Value):
    """Something that happens in a journey, the duties that it discharges and those that it opens."""

    kind = "event"
    plural = "events"
    title: Words
    discharges: tuple[Slug, ...] = ()
    opens: tuple[Slug, ...] = ()


class ScreeningOutcome(Value):
    """What may be decided on a concern about one child.

    `includes` are further outcomes that this one brings along, each with its own duties.
    `referral`: whether the contact becomes a referral by it, or may be recorded as one. `compulsory`: whether
    it may act without agreement, so that the decision must say why nothing less would do.
    """

    kind = "screening_outcome"
    plural = "screening outcomes"
    title: Words
    meaning: Words
    opens: tuple[Slug, ...] = ()
    includes: tuple[Slug, ...] = ()
    referral: Literal["always", "never", "if recorded so"]
    compulsory: bool = False


class Question(Value):
    """An answer that a step of a journey requires."""

    kind = "question"
    plural = "required answers"
    step: Slug
    title: Words
    hint: str = ""
    unless: str = ""


class Indicator(Part):
    """Something that may be noticed."""

    id: Slug
    text: Words


class HarmCategory(Value):
    """A category of harm with what people may notice. Help for noticing, never a test of harm."""

    kind = "indicators"
    plural = "indicators of harm"
    title: Words
    gist: Words
    item: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _no_twice("indicator", [item.id for item in self.item])
        return self


class Guidance(Value):
    """A text that stands beside the field that it concerns."""

    kind = "guidance"
    plural = "guidance"
    field: GuidedField
    title: Words
    text: Words


class AgencyType(Value):
    """A type of agency: its role in protecting children and what it contributes."""

    kind = "agency"
    plural = "roles of agencies"
    title: Words
    role: Words
    contributes: Annotated[tuple[Words, ...], Field(min_length=1)]


class Recording(Value):
    """How one type of agency records (`agency = "any"` for those without a policy of their own), and who
    answers for each record."""

    kind = "recording"
    plural = "recording policies"
    agency: Slug
    title: Words
    text: Words
    responsible_role: Slug
    delegate_roles: tuple[Slug, ...] = ()


class LateEntry(Value):
    """How long after an event an entry of that type of agency (or "any") is late and must say so."""

    kind = "late_entry"
    plural = "late entries"
    agency: Slug
    amount: Amount
    unit: Unit


class Prompt(Part):
    """One thing that a section asks. `needed`: a manager cannot sign while it is not answered."""

    id: Slug
    title: Words
    hint: str = ""
    needed: bool = True


class FormSection(Part):
    """One page of a form.

    `side`: each prompt is a dimension with what works and what worries side by side; `words`: each prompt is one
    text; the others are lists that the program keeps (people, agencies, progress, needs, factors).
    `shared`: brothers and sisters may share the text; each child's own otherwise. `evidence`: its judgements link
    the entries on which they rest.
    """

    id: Slug
    title: Words
    hint: str = ""
    kind: Literal["side", "words", "people", "agencies", "progress", "needs", "factors"]
    shared: bool = False
    evidence: bool = False
    prompt: tuple[Prompt, ...] = ()

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.kind in ("side", "words") and not self.prompt:
            raise ValueError(f'section "{self.id}" asks nothing')
        _no_twice("prompt", [prompt.id for prompt in self.prompt])
        return self


class AssessmentForm(Value):
    """What an assessment of one kind asks, page by page. `statutory`: done by the local authority."""

    kind = "assessment_form"
    plural = "forms of assessment"
    title: Words
    gist: Words
    statutory: bool
    section: Annotated[tuple[FormSection, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _no_twice("section", [section.id for section in self.section])
        return self


class AssessmentOutcome(Value):
    """What an assessment may end in. `step`: what it does to the child's way through; none: it stays where it is.

    `closes`: nothing more is done, so it must be said how the child is known to be safe.
    """

    kind = "assessment_outcome"
    plural = "outcomes of an assessment"
    title: Words
    meaning: Words
    forms: Annotated[tuple[Slug, ...], Field(min_length=1)]
    step: Literal["", "agree help", "step up", "step down", "call a strategy discussion", "close"] = ""
    closure: str = ""
    supports: bool = False

    @property
    def closes(self) -> bool:
        return self.step == "close"


class Count(Value):
    """How many of something, within how long, ask for a decision."""

    kind = "count"
    plural = "numbers that ask for a decision"
    title: Words
    amount: Amount
    within: Span | None = None


class Name(Value):
    """What this manual calls a body or a process."""

    kind = "name"
    plural = "names"
    title: Words
    called: Words


class DisclosureGround(Value):
    """On what ground something of a record may be held back from whoever asks to see it.

    `told`: what stands in its place, said to whoever asked; empty where even that would do the harm. `words`: what
    in a text points to it, which is then proposed and decided by a person.
    """

    kind = "disclosure_ground"
    plural = "grounds for holding back"
    title: Words
    gist: Words
    told: str = ""
    words: tuple[Words, ...] = ()


class Retention(Value):
    """How long a type of agency (or "any" without a policy of its own) keeps a child's record: so many years from a
    birth, a death, or the closing of all that was open.

    `record`: what was in it, at its gravest. `from_death`: where the child died, counted from there instead.
    """

    kind = "retention"
    plural = "periods of keeping records"
    agency: Slug = "any"
    title: Words
    record: Literal["looked_after", "child_protection", "other"]
    counts_from: Literal["birth", "closing"]
    years: Amount
    from_death: Amount | None = None


class Setting(Value):
    """A single amount of time that a page or a job asks for, always in minutes."""

    kind = "setting"
    plural = "settings"
    title: Words
    amount: Amount
    unit: Literal[Unit.MINUTES]


class MeetingRule(Value):
    """A kind of meeting: who must be there, what the family is given how long before, and what it opens.

    Quorum: `must` are types of agency that take part; `least_agencies` how many different ones in all;
    `least_family` how many of the family; `referrer`: each agency that referred one of the children takes part;
    `former_authority`: so does each authority whose plan a child moved here with. `independent_chair`: whether the
    chair may neither work with the child nor answer for the record. `papers_ahead`: how long before the meeting the
    family has invitation and papers. `missed_in_a_row`: after so many meetings without somebody of the family a
    decision is due. `decides`: whether it ends with a decision on each child. `on_held` and `on_concluded` are events
    that then happen.
    """

    kind = "meeting"
    plural = "meetings"
    title: Words
    decides: bool
    family: bool
    must: tuple[Slug, ...] = ()
    least_agencies: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    least_family: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    referrer: bool = False
    former_authority: bool = False
    independent_chair: bool = False
    papers_ahead: Span | None = None
    missed_in_a_row: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    on_held: tuple[Slug, ...] = ()
    on_concluded: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _known_of_this_kind(self) -> Self:
        for word, kind in (
            ("referrer", "strategy_discussion"),
            ("former_authority", "receiving_in_conference"),
        ):
            if getattr(self, word) and self.id != kind:
                raise ValueError(f"`{word}` is known of a {kind.replace('_', ' ')} only")
        return self

    @model_validator(mode="after")
    def _family_is_prepared(self) -> Self:
        if self.family and self.papers_ahead is None:
            raise ValueError(
                "the family takes part, so `papers_ahead` must say how long before it has the papers"
            )
        return self


#: Every text of the family's invitation, and what is filled in where braces stand.
LETTER_PHRASES: dict[str, frozenset[str]] = {
    "heading": frozenset(),
    "dear": frozenset({"name"}),
    "opening": frozenset({"children"}),
    "what": frozenset(),
    "when": frozenset(),
    "when_line": frozenset({"weekday", "day", "month", "year", "time", "length"}),
    "where": frozenset(),
    "by_video": frozenset({"link"}),
    "by_telephone": frozenset({"link"}),
    "withheld": frozenset(),
    "who": frozenset(),
    "chair": frozenset({"name"}),
    "child_invited": frozenset({"child"}),
    "child_not_invited": frozenset({"child"}),
    "how": frozenset(),
    "runs": frozenset(),
    "papers": frozenset(),
    "papers_line": frozenset({"span"}),
    "papers_given": frozenset(),
    "one_working_day": frozenset(),
    "working_days": frozenset({"amount"}),
    "one_day": frozenset(),
    "days": frozenset({"amount"}),
    "supporter": frozenset(),
    "supporter_line": frozenset(),
    "interpreter": frozenset(),
    "interpreter_booked": frozenset({"language"}),
    "interpreter_ask": frozenset(),
    "access": frozenset(),
    "access_line": frozenset(),
    "arranged": frozenset({"arrangements"}),
    "apart": frozenset({"how"}),
    "rights": frozenset(),
    "rights_line": frozenset(),
    "after": frozenset(),
    "contact": frozenset({"name", "telephone"}),
    "signed": frozenset({"name", "post"}),
}


class Letter(Value):
    """The words of the family's invitation in one language or form, as data that a partnership may add to.

    `language` is a BCP 47 code; `easy` marks easy read. `phrases` holds every text of the letter by name, with
    {placeholders}; `meetings` what each kind of meeting is called and for, by its id; `checked_by` who stands for
    the translation. `months` and `weekdays` (Monday first) are words of that language.
    """

    kind = "letter"
    plural = "letters"
    title: Words
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
    easy: bool = False
    checked_by: Words
    months: Annotated[tuple[Words, ...], Field(min_length=12, max_length=12)]
    weekdays: Annotated[tuple[Words, ...], Field(min_length=7, max_length=7)]
    phrases: dict[Slug, Words]
    meetings: dict[Slug, Words]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, filled_in in LETTER_PHRASES.items():
            if name not in self.phrases:
                raise ValueError(f'lacks the phrase "{name}"')
            found = {field for _, field, _, _ in Formatter().parse(self.phrases[name]) if field is not None}
            if found != filled_in:
                wanted = ", ".join(f"{{{field}}}" for field in sorted(filled_in)) or "nothing in braces"
                raise ValueError(f'the phrase "{name}" must hold {wanted}')
        if unknown := sorted(set(self.phrases) - set(LETTER_PHRASES)):
            raise ValueError(f"unknown phrases: {', '.join(unknown)}")
        return self


class Repeat(Value):
    """How many incidents of a kind within so many days ask for a decision."""

    kind = "repeat"
    plural = "repeated incidents"
    title: Words
    count: Amount
    days: Amount


class Office(Value):
    """Office hours. `cut_off`: what arrives later on a working day counts as received the next day,
    for limits that the partnership set itself."""

    kind = "office"
    plural = "office hours"
    opens: ClockTime
    closes: ClockTime
    cut_off: ClockTime | None = None
    bank_holidays_known_until: Day | None = None

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("the office must open before it closes, on the same day")
        return self


class Holiday(Value):
    """A day that the bundled calendar of England lacks."""

    kind = "holiday"
    plural = "extra holidays"
    day: Day
    title: Words
    type: HolidayKind


class Abbreviation(Value):
    """An abbreviation and what it stands for."""

    kind = "glossary"
    plural = "abbreviations"
    abbreviation: Words
    stands_for: Words
    explained: str = ""


class FormAnswer(Part):
    """One answer that a question of a form offers."""

    id: Slug
    title: Words


class FormQuestion(Part):
    """A question of an entry's form. `{child}` in it stands for the name that the child uses.

    `each_child`: asked of every child that the entry is about. `asked_if`: only after another answer of the same
    form, as `seen=yes`. Unless `optional`, the entry cannot be signed without it.
    """

    id: Slug
    title: Words
    type: Literal["yes_no", "choice", "text", "words", "day", "worker"]
    hint: str = ""
    answer: tuple[FormAnswer, ...] = ()
    each_child: bool = False
    optional: bool = False
    asked_if: Annotated[str, StringConstraints(pattern=r"^([a-z0-9_]+=[a-z0-9_]+)?$")] = ""

    @model_validator(mode="after")
    def _answers_where_chosen(self) -> Self:
        if (self.type == "choice") is not bool(self.answer):
            raise ValueError("a question of type choice, and no other, has [[answer]]s")
        _no_twice("answer", [answer.id for answer in self.answer])
        return self

    @property
    def condition(self) -> tuple[str, str]:
        """The question and the answer that it is asked after; two empty texts where it always is."""
        question, _, answer = self.asked_if.partition("=")
        return question, answer


class EntryForm(Value):
    """The form of one kind of entry. A signed entry keeps the version that it was signed on.

    `heading` is the page's, with `{children}`. `agencies`: the types of agency that it is meant for, offered to them
    first. `review`: the question whose day brings the entry back, as a duty of the kind `review_duty`. `signed_by`: the
    permission that whoever signs it holds besides writing in the record, such as `work.team`.
    """

    kind = "entry_form"
    plural = "forms of entries"
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    heading: Words
    says: Words
    agencies: tuple[Slug, ...] = ()
    review: str = ""
    review_duty: str = ""
    signed_by: str = ""
    question: tuple[FormQuestion, ...] = ()

    @model_validator(mode="after")
    def _signed_by_somebody(self) -> Self:
        if self.signed_by and self.signed_by not in {permission.value for permission in Permission}:
            raise ValueError(f'`signed_by` names no permission: "{self.signed_by}"')
        return self

    @model_validator(mode="after")
    def _asks_in_order(self) -> Self:
        _no_twice("question", [question.id for question in self.question])
        before: dict[str, FormQuestion] = {}
        for question in self.question:
            asked_after, answer = question.condition
            if asked_after and (
                asked_after not in before or before[asked_after].each_child is not question.each_child
            ):
                raise ValueError(
                    f'question "{question.id}" is asked after "{asked_after}", which is not a question before it '
                    "(of each child, if this one is)"
                )
            if asked_after and answer not in _answers_of(before[asked_after]):
                raise ValueError(f'question "{question.id}": "{asked_after}" has no answer "{answer}"')
            before[question.id] = question
        if self.review and (self.review not in before or before[self.review].type != "day"):
            raise ValueError("`review` names no question of type day")
        if bool(self.review) is not bool(self.review_duty):
            raise ValueError("`review` and `review_duty` stand together or not at all")
        return self


def _answers_of(question: FormQuestion) -> tuple[str, ...]:
    return ("yes", "no") if question.type == "yes_no" else tuple(answer.id for answer in question.answer)


class Phrase(Part):
    """Words that are pointed out, and what to write instead, where there is a usual way."""

    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
    instead: str = ""


class Wording(Value):
    """Words that a writer is asked to look at again; never a bar to signing.

    `everyday` lists abbreviations that need no explanation.
    """

    kind = "wording"
    plural = "word lists"
    type: Literal["speculation", "judgemental", "everyday"]
    title: Words
    advice: Words
    phrase: Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Example(Part):
    """A worked example, run by `packs check` and by the tests.

    One of five: `limit`, `start`, `due` (London time); `limit`, `starts` with the one that `began` it, `due`;
    `outcome`, `on`, `opens`; `limit`, `on`, `extension`; `meeting`, `start`, `papers_by` with the quorum, `must`
    and `least_agencies`.
    """

    says: Words
    on: Day | None = None
    limit: str = ""
    start: Moment | None = None
    starts: tuple[Moment, ...] = ()
    began: Moment | None = None
    due: Moment | None = None
    outcome: str = ""
    opens: tuple[Slug, ...] = ()
    extension: bool | None = None
    meeting: str = ""
    papers_by: Moment | None = None
    must: tuple[Slug, ...] = ()
    least_agencies: int | None = None

    @model_validator(mode="after")
    def _one_of_five(self) -> Self:
        shapes = [
            bool(self.limit) and self.start is not None and self.due is not None and self.extension is None,
            bool(self.limit)
            and len(self.starts) > 1
            and self.began in self.starts
            and self.due is not None
            and self.start is None
            and self.extension is None,
            bool(self.outcome) and not self.limit and bool(self.opens) and self.on is not None,
            bool(self.limit) and self.extension is not None and self.on is not None and self.start is None,
            bool(self.meeting)
            and self.start is not None
            and self.least_agencies is not None
            and not self.limit,
        ]
        if sum(shapes) != 1:
            raise ValueError(
                "needs `limit`, `start` and `due`; or `limit`, `starts`, of them the one that `began` it, and `due`; "
                "or `outcome`, `on` and `opens`; "
                "or `limit`, `on` and `extension`; or `meeting`, `start` and `least_agencies`"
            )
        return self


def _no_twice(what: str, ids: list[str]) -> None:
    for id in ids:
        if ids.count(id) > 1:
            raise ValueError(f'{what} "{id}" stands twice')


KINDS: dict[str, type[Value]] = {
    cls.kind: cls
    for cls in (
        Definition,
        Thresholds,
        OutcomeFramework,
        Principle,
        Limit,
        Extension,
        Role,
        DutyKind,
        Event,
        ScreeningOutcome,
        Question,
        HarmCategory,
        Guidance,
        AgencyType,
        Recording,
        LateEntry,
        AssessmentForm,
        AssessmentOutcome,
        Count,
        Name,
        DisclosureGround,
        Retention,
        Setting,
        MeetingRule,
        Letter,
        Repeat,
        Office,
        Holiday,
        Abbreviation,
        EntryForm,
        Wording,
    )
}
"""Table name in a pack's files, and what it must hold."""


def keys_of(model: type[BaseModel]) -> set[str]:
    """The keys that may be written in a table of that kind."""
    written = {field.alias or name for name, field in model.model_fields.items()}
    return written - {"document", "pack"}
