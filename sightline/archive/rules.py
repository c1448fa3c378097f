"""Paper out of its place, and what a person is given of a record: pure decisions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sightline.kernel.verdicts import Refused, Verdict
from sightline.procedures.clocks import LONDON

from .terms import Asker, Choice, Ground, RemovalAct, RemovalState, RequestAct, RequestState

# -- paper -----------------------------------------------------------------------------------------------------

_REMOVAL: Mapping[tuple[RemovalState, RemovalAct], RemovalState] = {
    (RemovalState.ASKED, RemovalAct.APPROVE): RemovalState.APPROVED,
    (RemovalState.ASKED, RemovalAct.REFUSE): RemovalState.REFUSED,
    (RemovalState.ASKED, RemovalAct.TAKE_BACK): RemovalState.TAKEN_BACK,
    (RemovalState.APPROVED, RemovalAct.TAKE): RemovalState.OUT,
    (RemovalState.APPROVED, RemovalAct.TAKE_BACK): RemovalState.TAKEN_BACK,
    (RemovalState.OUT, RemovalAct.CHASE): RemovalState.OUT,
    (RemovalState.OUT, RemovalAct.RETURN): RemovalState.RETURNED,
}
#: The table of a removal, from which its picture is drawn.
TRANSITIONS = _REMOVAL


def after_removal(state: RemovalState, act: RemovalAct) -> RemovalState:
    """Where a removal stands after an act. Raises Refused where the act does not follow (FIL-02)."""
    try:
        return _REMOVAL[state, act]
    except KeyError:
        raise Refused(
            f"This volume is: {state.label.lower()}. Read what happened before you go on."
        ) from None


def acts_on_removal(state: RemovalState) -> list[RemovalAct]:
    """What may be done next."""
    return [act for (at, act) in _REMOVAL if at is state]


def may_approve_removal(
    *,
    asked_by: object,
    approver: object,
    due_back: datetime,
    at: datetime,
    longest: datetime,
    safeguards: str,
    told: str,
    named: int = 0,
) -> Verdict:
    """A manager approves, for a set time, with safeguards, and those who may need it are told.

    FIL-02: North East Lincolnshire, case recording (removing a record from its place).
    """
    if asked_by == approver:
        return Verdict.no("You asked for this yourself. Another manager must approve it.")
    if due_back <= at:
        return Verdict.no("Give a day on which it comes back that is still to come.", "due_back")
    if due_back > longest:
        return Verdict.no(
            f"The procedures let a volume out until {longest.day} {longest:%B %Y} at the longest. Give an earlier day.",
            "due_back",
        )
    if not safeguards.strip():
        return Verdict.no("Say how it is kept safe while it is out.", "safeguards")
    if not told.strip() and not named:
        return Verdict.no("Choose or name who is told that it is out, of those who may need it.", "told")
    return Verdict.yes()


# -- a request to see a record ------------------------------------------------------------------------------------

_REQUEST: Mapping[tuple[RequestState, RequestAct], RequestState] = {
    (RequestState.CHECKING, RequestAct.CHECK): RequestState.PREPARING,
    (RequestState.CHECKING, RequestAct.NAME_DAY): RequestState.CHECKING,
    (RequestState.PREPARING, RequestAct.PAUSE): RequestState.PAUSED,
    (RequestState.PAUSED, RequestAct.RESUME): RequestState.PREPARING,
    (RequestState.PREPARING, RequestAct.EXTEND): RequestState.PREPARING,
    (RequestState.PREPARING, RequestAct.NAME_DAY): RequestState.PREPARING,
    (RequestState.PREPARING, RequestAct.GATHER): RequestState.PREPARING,
    (RequestState.PREPARING, RequestAct.APPROVE): RequestState.APPROVED,
    (RequestState.APPROVED, RequestAct.NAME_DAY): RequestState.APPROVED,
    (RequestState.APPROVED, RequestAct.REOPEN): RequestState.PREPARING,
    (RequestState.APPROVED, RequestAct.GIVE): RequestState.ANSWERED,
    (RequestState.ANSWERED, RequestAct.GIVE): RequestState.ANSWERED,
    (RequestState.ANSWERED, RequestAct.REOPEN): RequestState.PREPARING,
} | {
    (state, act): after
    for state in (RequestState.CHECKING, RequestState.PREPARING, RequestState.PAUSED)
    for act, after in (
        (RequestAct.REFUSE, RequestState.REFUSED),
        (RequestAct.TAKE_BACK, RequestState.TAKEN_BACK),
    )
}


def after_request(state: RequestState, act: RequestAct) -> RequestState:
    """Where a request stands after an act. Raises Refused where the act does not follow."""
    try:
        return _REQUEST[state, act]
    except KeyError:
        raise Refused(
            f"This request is: {state.label.lower()}. Read what happened before you go on."
        ) from None


def acts_on_request(state: RequestState) -> list[RequestAct]:
    """What may be done next."""
    return [act for (at, act) in _REQUEST if at is state]


def asks_as(asker: Asker, *, named: bool, is_the_child: bool) -> Verdict:
    """Whoever is chosen from the record as asking is the person whose record it is where they ask for their own, and
    never where they ask for somebody.

    `named`: somebody of the record was chosen.
    """
    if named and asker is Asker.COURT:
        return Verdict.no("A court or an inquiry is nobody of this record. Write its name.", "who")
    if named and asker is Asker.SELF and not is_the_child:
        return Verdict.no("Whoever asks for their own is the person whose record it is. Choose them.", "who")
    if named and asker is not Asker.SELF and is_the_child:
        return Verdict.no("This is the person whose record it is. Choose who asks for them.", "who")
    return Verdict.yes()


def identity_is_checked(
    asker: Asker, identity: str, authority: str, child_view: str, *, child_asks: bool
) -> Verdict:
    """Who asks is who they say, and may ask. For a child's record somebody else asks for, what the child says to it.

    UK GDPR, article 12; a child who understands asks for themselves, and a parent asks for the child and not for
    themselves (Sightline baseline on how it is recorded).
    """
    if not identity.strip():
        return Verdict.no("Say what was seen that proves who they are, and by whom.", "identity")
    if asker is Asker.COURT:
        # What a court or an inquiry orders is given whatever the child thinks of it.
        if not authority.strip():
            return Verdict.no("Say which order or power in law it is, and of which day.", "authority")
        return Verdict.yes()
    if asker is not Asker.SELF and not authority.strip():
        return Verdict.no("Say what proves that they may ask for this person.", "authority")
    if asker is not Asker.SELF and not child_view.strip():
        return Verdict.no(
            "Say what the child says to it, or why they were not asked.",
            "child_view",
        )
    if asker is Asker.SELF and child_asks and not child_view.strip():
        return Verdict.no(
            "Say how the child understands what they ask for, and who supports them.", "child_view"
        )
    return Verdict.yes()


@dataclass(frozen=True)
class Pause:
    """The clock stood from one instant until another; None while it still stands."""

    began: datetime
    ended: datetime | None


def clock_runs_from(
    received: datetime, identified: datetime | None, pauses: Sequence[Pause]
) -> datetime | None:
    """The instant that the month is counted from, or None while the clock stands.

    It begins when the request is in and identity is known, and waits only while something is asked that the law
    lets it wait for. The days that it stood, from the day of asking to the day of the answer, are added to its
    beginning; hours are not, which could bring the last day a day too late. (UK GDPR, articles 12 and 12A.)
    """
    if identified is None or any(p.ended is None for p in pauses):
        return None
    start = max(received, identified).astimezone(LONDON)
    stood, until = 0, start.date()
    for pause in sorted(pauses, key=lambda p: p.began):
        assert pause.ended is not None
        began, ended = (
            max(pause.began.astimezone(LONDON).date(), until),
            pause.ended.astimezone(LONDON).date(),
        )
        if ended > began:
            stood += (ended - began).days
            until = ended
    return start + timedelta(days=stood)


def waits_for_the_law(asker: Asker) -> Verdict:
    """Whether the month that the law gives for an answer, its pauses and its extension, hold for a request: they are
    for whoever asks by right (UK GDPR, article 12). A court or an inquiry names its own day."""
    if asker is Asker.COURT:
        return Verdict.no(
            "A court or an inquiry names its own day. Ask it for more time, and write down the answer."
        )
    return Verdict.yes()


def may_name_day(day: date, on: date) -> Verdict:
    """A day that a court or an inquiry names lies ahead, and within the year for which it is kept as owed (Sightline
    baseline)."""
    if day < on:
        return Verdict.no(
            "The day lies behind us. Ask the court or inquiry for another, and write that down.", "due_on"
        )
    if day >= on.replace(year=on.year + 1, day=min(on.day, 28)):
        return Verdict.no("Give a day within a year.", "due_on")
    return Verdict.yes()


def names_its_own_day(asker: Asker) -> Verdict:
    """Only a court or an inquiry names the day of its copy; the law names it for whoever asks by right (UK GDPR,
    article 12)."""
    if asker is not Asker.COURT:
        return Verdict.no("The law sets the day for this request. Extend it, where the law allows that.")
    return Verdict.yes()


def day_when_opened_again(named: date | None, anew: date | None, on: date) -> date | None:
    """By which day a court or an inquiry is owed the copy of a request that is opened again after it was given: the
    day that it names `anew`, or the one `named` before while that lies ahead. None where it never named any.

    Raises Refused where the day named before has gone by and none is given (Sightline baseline).
    """
    if anew is not None:
        may_name_day(anew, on).or_refuse()
        return anew
    if named is not None and named < on:
        raise Refused(
            "The day that was named before has gone by. Give the day by which they need it now.", "due_on"
        )
    return named


def may_extend(*, extended: bool, reasons: str, told: str, first_due: datetime, at: datetime) -> Verdict:
    """Two further months, once, for reasons that whoever asked is told within the first month (UK GDPR, article 12)."""
    if extended:
        return Verdict.no("The time has been extended already; the law allows it once.")
    if at > first_due:
        return Verdict.no("The first month is over. The law lets the time be extended only within it.")
    if len(reasons.split()) < 3:
        return Verdict.no("Say why the request is complex, or how many there are from this person.", "words")
    if not told.strip():
        return Verdict.no("Say when and how whoever asked was told, with the reasons.", "told")
    return Verdict.yes()


# -- what is given, and what is held back ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SomebodyElse:
    """Somebody in the record who is neither whose record it is nor who asks for it; each name they go by."""

    who: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What the program proposes to hold back of a text, and why. A person decides."""

    ground: Ground
    why: str
    words: tuple[str, ...] = ()


#: Somebody whom the record does not know otherwise: a title before a name, as in "Mr Dunmore".
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)?")


def named_in(text: str, name: str, spared: Collection[str] = ()) -> bool:
    """Whether a name stands in a text as words of its own, and not only within a longer name that is `spared`."""
    return bool(name.strip()) and any(found["it"] for found in _apart(name, frozenset(spared)).finditer(text))


#: Letters that are written with marks and without: what is held back as Zoë is not to stand elsewhere as Zoe.
_MARKS = "\u0300-\u036f"
_WRITTEN: dict[str, str] = {}
for _place in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
    _parts = unicodedata.normalize("NFD", chr(_place))
    if len(_parts) > 1 and _parts[0].isascii():
        _WRITTEN[_parts[0].lower()] = _WRITTEN.get(_parts[0].lower(), "") + chr(_place)
_APOSTROPHES = "'’‘ʼ`´"
_BETWEEN = r"[\s\-‐‑–]+"


def _as_written(letter: str) -> str:
    """A pattern of a letter however it is typed: with or without its marks, a straight apostrophe or a round one."""
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    if plain in _WRITTEN:
        return f"[{plain}{_WRITTEN[plain]}][{_MARKS}]*"
    return f"[{_APOSTROPHES}]" if letter in _APOSTROPHES else re.escape(letter)


def _spaced(words: str) -> str:
    """A pattern of words however they are typed: over the end of a line, and with a hyphen or a space between them."""
    parts = [part for part in re.split(_BETWEEN, unicodedata.normalize("NFC", words)) if part]
    return _BETWEEN.join("".join(map(_as_written, part)) for part in parts) or re.escape(words)


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_spaced(words)}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=4096)  # a bundle asks the same of thousands of texts
def _apart(name: str, spared: frozenset[str]) -> re.Pattern[str]:
    """Finds a name as the group `it`, and the longer names that hold it as themselves: 'Lund' is not in
    'Maya Ferreira-Lund'."""
    holds = [
        _spaced(each) for each in _longest(spared) if len(each) > len(name) and _whole(name).search(each)
    ]
    return re.compile(
        rf"(?<!\w)(?:{''.join(f'{each}|' for each in holds)}(?P<it>{_spaced(name)}))(?!\w)", re.I
    )


#: So many things of a record stand in one volume of a copy.
VOLUME = 1000
#: How long the volumes of a copy are kept; the same ones are made again when they are asked for.
VOLUMES_KEPT = timedelta(days=7)

#: On what grounds something may be kept from a court or an inquiry that asks for the whole (Sightline baseline).
_OF_A_COURT = (Ground.PRIVILEGE, Ground.COURT_ADOPTION)


def propose(
    text: str,
    *,
    told_by: str,
    others: Sequence[SomebodyElse],
    workers: Collection[str],
    listed: Mapping[Ground, Collection[str]],
    asker: Asker,
    child_said: bool = False,
    keep_from: str = "",
    raised_by_public: bool = False,
    unread: bool = False,
    addresses: Sequence[str] = (),
    family_left_out: str = "",
    own: Collection[str] = (),
    author: str = "",
) -> list[Proposal]:
    """What of one text might be held back, from its links to people in the record and the pack's words.

    `addresses` are the words in it that give a confidential address which is not the asker's own. `own` are the names
    of whose record it is and of who asks, which are nobody else's even where they hold another's. `author` is what
    stands over the text, where somebody of the family may be named as well.
    A court or an inquiry is given what is about others and what the child said as it stands: for it, only privilege,
    other courts' papers, an address and somebody of the public who raised a concern are proposed (D v NSPCC [1978]
    AC 171).
    What is `unread` (a picture, a recording, a page without text) is looked at by a person before it is given.
    Practitioners (`workers`) are named as they acted in their post, so their names are proposed for nothing
    (Data Protection Act 2018, schedule 2, paragraph 17).
    """
    found: list[Proposal] = []
    names: list[str] = []
    people: list[str] = []
    if court := asker is Asker.COURT:
        told_by = family_left_out = keep_from = ""
        child_said, others = False, ()
        listed = {ground: words for ground, words in listed.items() if ground in _OF_A_COURT}
    known_workers = {name.casefold() for name in workers}
    spared = frozenset({*own, *workers})
    for other in others:
        here = [
            name for name in other.names if named_in(text, name, spared) or named_in(author, name, spared)
        ]
        if here:
            people.append(other.who)
            names += here
    for titled in () if court else _TITLED.findall(text):
        surname = titled.split()[-1].casefold()
        if not any(surname in worker.split() for worker in known_workers) and titled not in names:
            names.append(titled)
            people.append(titled)
    if people:
        found.append(
            Proposal(Ground.THIRD_PARTY, f"It names {', '.join(dict.fromkeys(people))}.", _longest(names))
        )
    if addresses:
        found.append(Proposal(Ground.THIRD_PARTY, "It gives a confidential address.", _longest(addresses)))
    if told_by and told_by.casefold() not in known_workers:
        found.append(
            Proposal(Ground.THIRD_PARTY, f"It was told by {told_by}, who may not expect it to be known.")
        )
    if raised_by_public:
        found.append(
            Proposal(
                Ground.THIRD_PARTY,
                "Somebody from the public raised this, and could be known by what it says.",
            )
        )
    if unread:
        found.append(
            Proposal(
                Ground.PRIVILEGE if court else Ground.THIRD_PARTY,
                "The program cannot see or hear what this holds. Look at it before you decide."
                if court
                else "The program cannot see or hear whom this shows. Look at it before you decide.",
            )
        )
    if family_left_out:
        ground = Ground.SERIOUS_HARM if asker is Asker.SELF else Ground.EXPECTATION
        found.append(Proposal(ground, f"The family's own papers leave it out: {family_left_out}"))
    if keep_from:
        mine = asker is Asker.SELF
        ground = Ground.SERIOUS_HARM if mine else Ground.EXPECTATION
        mind = " It is theirs: think of who else may read the copy." if mine else ""
        found.append(Proposal(ground, f"The child asked that somebody is not told: {keep_from}{mind}"))
    elif child_said and asker is not Asker.SELF:
        found.append(
            Proposal(
                Ground.EXPECTATION,
                "It tells what the child said; they may not expect it to be told to whoever asks.",
            )
        )
    for ground, words in listed.items():
        hits = [word for word in words if named_in(text, word)]
        if hits:
            found.append(Proposal(ground, f"It speaks of: {', '.join(hits)}."))
    return found


def _longest(names: Iterable[str]) -> tuple[str, ...]:
    """Longer names first, so that what is taken out leaves no half of a name behind."""
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (-len(name), name)))


HELD = "[held back]"


def without(text: str, phrases: Iterable[str], spared: Collection[str] = ()) -> str:
    """The text with these words taken out wherever they stand, whatever their capitals; a longer name that is `spared`
    stays whole."""
    for phrase in _longest(phrase.strip() for phrase in phrases if phrase.strip()):
        text = _apart(phrase, frozenset(spared)).sub(lambda found: HELD if found["it"] else found[0], text)
    return text


def taking_out(phrases: Iterable[str], spared: Collection[str] = ()) -> Callable[[str], str]:
    """`without` for one text after another: of many phrases, only those are looked for whose first word is in it."""
    by_first: dict[str, list[str]] = {}
    for phrase in phrases:
        by_first.setdefault(next(iter(_tokens(phrase)), ""), []).append(phrase)

    def taken_out(text: str) -> str:
        here = {"", *_tokens(text)} & by_first.keys()
        return without(text, [phrase for token in here for phrase in by_first[token]], spared)

    return taken_out


def decision_is_whole(
    choice: Choice,
    ground: Ground | None,
    words: Sequence[str],
    reasons: str,
    text: str,
    *,
    whole: bool = False,
) -> Verdict:
    """Each item is decided by a named person, and what is held back has its ground.

    A picture or a recording is one thing (`whole`): it is given or held back, never without some words.
    """
    if choice is Choice.GIVE:
        return Verdict.yes()
    if whole and choice is Choice.PARTLY:
        return Verdict.no(
            "Nothing can be taken out of a picture or a recording here. Give it, or hold it all back.",
            "choice",
        )
    if ground is None:
        return Verdict.no("Choose the ground on which it is held back.", "ground")
    if not reasons.strip():
        return Verdict.no("Give your reasons, as a court or a regulator would ask for them.", "reasons")
    if choice is Choice.PARTLY:
        wanted = [word for word in words if word.strip()]
        if not wanted:
            return Verdict.no("Write the words to hold back, one name or phrase to a line.", "words")
        for word in wanted:
            if not _whole(word).search(text):
                return Verdict.no(
                    f"“{word.strip()}” does not stand in this text. Copy the words as they stand.", "words"
                )
    return Verdict.yes()


@dataclass(frozen=True)
class Decided:
    """An item as it was decided: what is given of it, what is held back, and whether reasons were given to give it.

    `held_text` is the whole of an item of which nothing is given, empty for any other.
    """

    key: object
    given: str
    held_words: tuple[str, ...]
    reasons: str
    held_text: str = ""


#: A paragraph of fewer words may stand in many items by chance; what is quoted was said by somebody.
_FEWEST, _FEWEST_QUOTED = 4, 3

#: What stands before a text to say what it is: "The child said: " or "Was she seen alone? ".
_BEFORE = re.compile(r"^[^.:?“”\n]{1,200}(?::|\?)\s+")
_QUOTED = re.compile(r"“([^”]+)”")
_WORD = re.compile(r"\w+")


def _bare(text: str) -> str:
    """The words of a text alone, with a space at each end, so that one is found in another as whole words."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _told_of(text: str) -> dict[str, str]:
    """What of a text held back as a whole may not stand in another: each paragraph without what stands before it,
    and what is quoted in it; by its bare words."""
    found = {}
    for paragraph in re.split(r"\n\s*\n", text):
        own = _BEFORE.sub("", paragraph.strip())
        for said, fewest in ((own, _FEWEST), *((quoted, _FEWEST_QUOTED) for quoted in _QUOTED.findall(own))):
            bare = _bare(said)
            if len(bare.split()) >= fewest:
                found[bare] = said.strip("“” ")
    return found


def _short(text: str) -> str:
    words = text.split()
    return f"{' '.join(words[:12])} …" if len(words) > 12 else " ".join(words)


def _tokens(text: str) -> list[str]:
    """The words of a text as they are looked up: two that `named_in` or `_bare` take for the same are the same here."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return _WORD.findall(plain.replace("ı", "i").casefold())


class _Places:
    """In which of many texts a phrase may stand, found by its rarest word: a record has thousands of items, and what is
    held back is looked for in the few that hold its words rather than in each."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._of: dict[str, list[int]] = {}
        self._every = range(len(texts))
        for place, text in enumerate(texts):
            for token in set(_tokens(text)):
                self._of.setdefault(token, []).append(place)

    def of(self, phrase: str) -> Sequence[int]:
        """The places of the texts to look at, in order."""
        tokens = set(_tokens(phrase))
        return min((self._of.get(token, []) for token in tokens), key=len) if tokens else self._every


def shown_elsewhere(items: Sequence[Decided], spared: Collection[str] = ()) -> list[tuple[object, str]]:
    """What is held back of one item and given in another, words or whole paragraphs: each item that gives it, with
    the words, unless reasons were given to give it. The work grows with the length of the record, and not with its
    square."""
    held = {
        word.strip().casefold(): word.strip() for item in items for word in item.held_words if word.strip()
    }
    texts = {
        words: said for item in items if item.held_text for words, said in _told_of(item.held_text).items()
    }
    if not held and not texts:
        return []
    given = [item for item in items if item.given and not item.reasons.strip()]
    places = _Places([item.given for item in given])
    found: list[tuple[int, object, str]] = [
        (place, given[place].key, word)
        for word in held.values()
        for place in places.of(word)
        if named_in(given[place].given, word, spared)
    ]
    found.sort(key=lambda each: each[0])
    bare: dict[int, str] = {}
    for words, said in texts.items():
        for place in places.of(words):
            if place not in bare:
                bare[place] = _bare(given[place].given)
            if words in bare[place]:
                found.append((place, given[place].key, _short(said)))
    return [(key, words) for _, key, words in found]


def may_approve(
    *,
    undecided: int,
    total: int,
    elsewhere: Sequence[tuple[object, str]],
    files: Sequence[str] = (),
    deciders: Collection[object],
    approver: object,
) -> Verdict:
    """Somebody other than those who decided looks it over before it is given (Sightline baseline)."""
    if not total:
        return Verdict.no("Nothing has been gathered from the record yet.")
    if undecided:
        return Verdict.no(f"{undecided} of {total} items are not decided yet.")
    if files:
        return Verdict.no(
            f"Something is held back of the text of “{files[0]}”, and the file itself, which holds it, is given. Hold "
            "the file back too."
        )
    if elsewhere:
        return Verdict.no(
            f"“{elsewhere[0][1]}” is held back of one item and stands in another that is given. "
            "Hold it back there too, or give reasons for giving it."
        )
    if len(set(deciders)) == 1 and approver in deciders:
        return Verdict.no("You decided every item yourself. Another manager must approve the copy.")
    return Verdict.yes()


def reference_for(letters: str) -> str:
    """'R-7KQ4-M2XD': the reference of a copy to read here, told apart from a concern's."""
    return f"R{letters[1:]}"


def tidy_reference(typed: str) -> str:
    """A typed reference in the shape in which it is stored; empty where it cannot be one."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"R-{code[1:5]}-{code[5:]}" if len(code) == 9 and code.startswith("R") else ""


# -- how long a record is kept ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """How long one kind of record is kept, as the pack says."""

    id: str
    title: str
    record: str
    counts_from: str
    years: int
    from_death: int | None
    citation: str
    certainty: str
    caveat: str = ""
    note: str = ""

    def holds(self, life: Life) -> bool:
        """Whether it is a period for a record of that life."""
        return self.record == "other" or self.record in life.holds


@dataclass(frozen=True)
class Life:
    """What the time of a record is counted by. `open` names what is still open on the child."""

    born_on: date | None
    died_on: date | None
    closed_on: date | None
    holds: frozenset[str]
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptUntil:
    """The day from which a record may be disposed of, and under which rule; `missing` says what is not known."""

    day: date | None
    period: Period | None
    counted: str
    missing: str = ""


def kept_until(life: Life, periods: Sequence[Period]) -> KeptUntil:
    """How long a record is kept: by the longest of the periods that hold for it (North East Lincolnshire, case
    recording, retention: each agency's own policy, which the pack holds)."""
    found: list[KeptUntil] = []
    missing: list[KeptUntil] = []
    for period in periods:
        if not period.holds(life):
            continue
        if life.died_on is not None and period.from_death is not None:
            began, years, event = life.died_on, period.from_death, "the death"
        elif period.counts_from == "birth":
            began, years, event = life.born_on, period.years, "the birth"  # type: ignore[assignment]
        else:
            began, years, event = life.closed_on, period.years, "the closing"  # type: ignore[assignment]
        if began is None:
            missing.append(KeptUntil(None, period, "", f"The day of {event} is not known."))
        else:
            found.append(KeptUntil(_years_on(began, years), period, f"{years} years from {event}"))
    if missing:
        return missing[0]
    if not found:
        return KeptUntil(None, None, "", "The procedures name no period for this record.")
    return max(found, key=lambda each: each.day or date.min)


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
    except OverflowError:
        return date.max


def may_be_disposed_of(
    until: KeptUntil, life: Life, on: date, *, holds: Sequence[str], requests: int
) -> Verdict:
    """A record goes only after its time, with nothing open on the child, no hold and nobody who asks to see it."""
    if until.missing:
        return Verdict.no(f"{until.missing} Until it is, the record is kept.")
    if until.day is None or on < until.day:
        return Verdict.no("The time for which this record is kept is not over.")
    if life.open:
        return Verdict.no(f"Still open: {', '.join(life.open)}. The record is kept.")
    if holds:
        return Verdict.no(f"The record is held: {holds[0]}. It is kept until the hold is ended.")
    if requests:
        return Verdict.no(
            "Somebody asked to see this record and is not answered yet. It is kept until they are."
        )
    return Verdict.yes()


def may_approve_disposal(*, proposer: object, approver: object, reasons: str) -> Verdict:
    """Nothing is disposed of without a named approval, by somebody who did not propose it (FIL-03)."""
    if proposer == approver:
        return Verdict.no("You proposed it. Another manager must approve it.")
    if len(reasons.split()) < 3:
        return Verdict.no("Say why the record may go, as somebody will ask who looks for it.", "words")
    return Verdict.yes()
