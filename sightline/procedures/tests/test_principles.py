"""What the five manuals say is in their packs: every heading, every principle, in order, and in words of our own."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from sightline.procedures.loader import load_pack

from .test_shipped_packs import MANUALS, TODAY

pytestmark = pytest.mark.obligation("STR-04")

HERE = Path(__file__).parent
ABOUT: dict[str, dict[str, str]] = tomllib.loads((HERE / "principles.toml").read_text(encoding="utf-8"))

#: The headings and the named points of each manual, in its order, as its pack has them.
HEADINGS = {
    "nottinghamshire": (
        "Shared responsibility", "Focused on outcomes", "Child centred",
        "Working in partnership with children, young people and families",
        "Working in partnership with other agencies", "Inclusive practice", "Early help", "Information sharing",
    ),
    "north-east-lincolnshire": (
        "Child-centred", "Rooted in child development", "Focused on outcomes", "Holistic in approach",
        "Ensuring equality of opportunity", "Involving children and families", "Sharing information",
        "Building on strengths as well as identifying difficulties", "Multi- and inter-agency in approach",
        "A continuing process, not an event", "Providing and reviewing services", "Informed by evidence",
        "Working in partnership", "Dignity and respect", "Timescales are minimum standards", "Why records matter",
    ),
    "rotherham": (
        "The local authority's responsibility", "Section 11", "Section 10", "The child's needs are paramount",
        "Key principle: everybody's responsibility", "Key principle: child-centred", "Vigilance",
        "Understanding and action", "Stability", "Respect", "Information and engagement", "Explanation", "Support",
        "Advocacy", "Children Act 1989", "Equality Act 2010", "UN Convention on the Rights of the Child",
        "The child's safety comes first", "Dignity and respect", "Timescales are minimum standards",
        "Shorter where the child needs it", "Longer only by authority",
    ),
    "milton-keynes": (
        "Preventing, detecting, investigating", "Managing risk from offenders", "Support and treatment",
        "Everybody's responsibility", "Not losing sight of the child", "Vigilance", "Understanding and action",
        "Stability", "Respect", "Information and engagement", "Explanation", "Support", "Advocacy",
        "Best use of resources", "Trained, managed and supervised staff", "Quality assurance", "Complaints",
        "Forums", "Recruitment", "Audit",
    ),
    "working-together-2023": (
        "Strong partnership with parents", "The child's welfare is paramount", "Wishes and feelings",
        "Partnership with whole families", "Raised by their families", "Authorities work with other agencies",
        "Economic and social circumstances", "First principle", "Second principle", "Third principle",
        "Fourth principle", "Raise aspirations", "A shared approach", "Embed voices",
        "Support, challenge, accountability", "Collaborate", "Learn", "Resource", "Include", "Mutually challenge",
        "Children in the needs assessment",
    ),
}  # fmt: skip

#: Every run of eight words of the five manuals, as the first five bytes of its SHA-256: their text is not ours to keep.
RUN, SIZE = 8, 5
_KEPT = (HERE / "manuals.digests").read_bytes()
DIGESTS = {_KEPT[at : at + SIZE] for at in range(0, len(_KEPT), SIZE)}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def copied(text: str) -> list[str]:
    """The runs of eight words that stand like that in a manual."""
    said = words(text)
    runs = [" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1)]
    return [run for run in runs if hashlib.sha256(run.encode()).digest()[:SIZE] in DIGESTS]


@pytest.mark.parametrize("name", MANUALS)
def test_every_heading_of_the_manual_is_there_in_its_order(name: str) -> None:
    found = iter(principle.heading for principle in load_pack(name).principles(TODAY))
    for heading in HEADINGS[name]:
        assert any(each.startswith(heading) for each in found), f"{name}: {heading}, or not in its order"


@pytest.mark.parametrize("name", MANUALS)
def test_every_principle_says_what_the_manual_says_there(name: str) -> None:
    principles = load_pack(name).principles(TODAY)
    assert [principle.id for principle in principles] == list(ABOUT[name])
    wrong = []
    for principle in principles:
        said = set(words(f"{principle.heading} {principle.gist}"))
        missing = set(ABOUT[name][principle.id].split()) - said
        if missing:
            wrong.append(f"{principle.id} says nothing of {', '.join(sorted(missing))}")
        assert len(words(principle.gist)) >= 6, principle.id
    assert wrong == []


@pytest.mark.parametrize("name", ["england", *MANUALS])
def test_no_gist_is_copied_from_a_manual(name: str) -> None:
    pack = load_pack(name)
    wrong = {p.id: runs for p in pack.principles(TODAY) if (runs := copied(p.gist))}
    assert wrong == {}


def test_a_copy_would_be_found() -> None:
    assert len(DIGESTS) > 8000
    assert copied(
        "All of it: safeguarding and promoting the welfare of children is everyone’s responsibility."
    )
