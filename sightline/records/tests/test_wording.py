"""Writing aids: what is pointed out, and what is left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.procedures.loader import load_pack, pack_names
from sightline.records.marks import paragraphs
from sightline.records.terms import AidKind
from sightline.records.wording import (
    LONGEST_SENTENCE,
    MOST_AIDS,
    Lists,
    Pronouns,
    TheirWords,
    aids,
    explained,
)

DAY = date(2026, 11, 22)
PACK = load_pack("rotherham")
LISTS = Lists(PACK.wordings(DAY), PACK.glossary(DAY))


def found(text: str, lists: Lists = LISTS) -> set[tuple[AidKind, str]]:
    return {(aid.kind, aid.words) for aid in aids(paragraphs(text), lists)}


@pytest.mark.obligation("REC-10")
@pytest.mark.obligation("FAM-06")
@pytest.mark.obligation("FAM-13")
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("It seems he drinks.", AidKind.SPECULATION, "It seems"),
        ("Mother failed to come.", AidKind.JUDGEMENTAL, "failed to"),
        ("She claimed it was him.", AidKind.JUDGEMENTAL, "claimed"),
        ("DNA at the clinic.", AidKind.JUDGEMENTAL, "DNA"),
        ("The QRX was told.", AidKind.ABBREVIATION, "QRX"),
    ],
)
def test_it_is_pointed_out(text, kind, words):
    assert (kind, words) in found(text)


@pytest.mark.obligation("REC-10")
@pytest.mark.parametrize(
    "text",
    [
        "She said “he probably claimed it, QRX”.",
        "The CIN plan holds, on TV too.",
        "The early help record (QRX) says so. QRX knows.",
        "She was at school at 9 AM in the UK.",
        "I reclaimed the form.",
    ],
)
def test_it_is_left_alone(text):
    assert found(text) == set()


def test_a_guess_is_no_guess_in_an_opinion_or_in_somebody_elses_mouth():
    assert found("o It seems he drinks.") == set()
    assert found("@Sam: It seems he drinks.") == set()


@pytest.mark.obligation("FAM-06")
def test_a_sentence_too_long_to_follow():
    assert not found("word " * LONGEST_SENTENCE + ".")
    assert [kind for kind, _ in found("word " * (LONGEST_SENTENCE + 1) + ".")] == [AidKind.LONG_SENTENCE]


@pytest.mark.obligation("REC-16")
def test_the_familys_own_word_is_offered():
    lists = Lists(theirs=(TheirWords("Vovó", "Maya’s grandparent", ("grandparent", "grandmother")),))
    assert found("Her grandmother came.", lists) == {(AidKind.THEIR_WORDS, "grandmother")}
    assert found("Vovó came.", lists) == set()


@pytest.mark.obligation("ASM-05")
def test_a_judgement_without_a_fact_or_an_entry_beside_it_is_asked_what_it_rests_on():
    assert AidKind.RESTS_ON in {k for k, _ in found("j She is neglected.")}
    assert found("j She is neglected (#3).") == set()
    assert found("She was hungry.\n\nj She is neglected.") == set()


@given(st.text(max_size=400))
def test_no_text_stops_the_aids_and_there_are_never_too_many(text):
    assert len(aids(paragraphs(text), LISTS)) <= MOST_AIDS


@pytest.mark.obligation("REC-10")
def test_an_abbreviation_is_explained_where_it_stands_and_nothing_slips_through_unescaped():
    shown, came_up = explained("The <b>CIN</b> plan & two GPs.", LISTS.glossary)
    assert '&lt;b&gt;<abbr title="child in need">CIN</abbr>&lt;/b&gt;' in shown
    assert ">GPs</abbr>" in shown
    assert {a.abbreviation for a in came_up} == {"CIN", "GP"}


@pytest.mark.parametrize("name", pack_names())
def test_every_pack_has_words_and_forms(name):
    pack = load_pack(name)
    assert {w.type for w in pack.wordings(DAY)} == {"speculation", "judgemental", "everyday"}
    assert len(pack.entry_forms(DAY)) >= 12


@pytest.mark.obligation("REC-16")
def test_somebody_who_said_how_they_wish_to_be_called_is_called_so():
    amina = TheirWords("Amina", "Maya’s mother", ("mum", "mother"), asks=True)
    [aid] = aids(paragraphs("His mum came."), Lists(theirs=(amina,)))
    assert (aid.words, aid.says) == ("mum", "Maya’s mother asks to be called Amina")
    assert found("Amina came.", Lists(theirs=(amina,))) == set()
    assert found("@Maya: I want my “mum”.", Lists(theirs=(amina,))) == set()


THEY = Lists(pronouns=(Pronouns("they/them", ("Alex", "Alexander")),))


@pytest.mark.obligation("REC-16")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Alex said he is tired.", "he"),
        ("Alex came in. He was tired.", "He"),
        ("I gave Alexander his coat.", "his"),
        ("f Alex hurt himself.", "himself"),
    ],
)
def test_a_pronoun_that_is_not_the_childs_is_pointed_out(text: str, words: str) -> None:
    (aid,) = aids(paragraphs(text), THEY)
    assert (aid.kind, aid.words) == (AidKind.THEIR_WORDS, words)
    assert "they/them" in aid.says


@pytest.mark.parametrize(
    "text",
    [
        "Alex said they are tired.",
        "Alex’s father said he is tired.",
        "Alex came in. The teacher said he was late.",
        "He came in. Alex was tired.",
        "Alex said: “He hit me.”",
        "Sam said he is tired.",
    ],
)
def test_a_pronoun_that_may_be_somebody_elses_is_left_alone(text: str) -> None:
    assert aids(paragraphs(text), THEY) == []


@pytest.mark.parametrize(
    ("said", "not_these"),
    [
        ("they/them", {"she", "her", "hers", "herself", "he", "him", "his", "himself"}),
        ("She / her", {"he", "him", "his", "himself"}),
        ("he or they", {"she", "her", "hers", "herself"}),
        ("she/he", set()),
        ("", set()),
        ("ze/zir", {"she", "her", "hers", "herself", "he", "him", "his", "himself"}),
    ],
)
def test_which_pronouns_are_not_theirs(said: str, not_these: set[str]) -> None:
    assert Pronouns(said, ("Alex",)).not_these == not_these
