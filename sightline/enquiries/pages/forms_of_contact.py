"""What is asked of an attempt to reach a family, and of the decision when a child is not being seen."""

from __future__ import annotations

from sightline.govuk.forms import (
    Choice,
    Moment,
    Option,
    PageForm,
    Text,
    Words,
    YesNo,
)
from sightline.records.pages.conflict import ConflictForm

from ..rules.contact import WHAT_NEXT
from ..terms import (
    ContactWay,
    Reached,
)
from .forms import pairs


class AttemptForm(PageForm):
    happened_at = Moment("When was it?", ask="Enter when it was")
    way = Choice("How did you try?", pairs(ContactWay), ask="Select how you tried")
    whom = Text("Whom did you try to reach?", max_length=300, ask="Say whom you tried to reach")
    reached = Choice(
        "What came of it?",
        [Option(r.value, r.label, reveals=("seen_alone",) if r is Reached.SEEN else ()) for r in Reached],
        ask="Select what came of it",
    )
    seen_alone = YesNo("Was the child seen alone?", ask="Say whether the child was seen alone")
    words = Words(
        "What happened?",
        rows=5,
        ask="Say what happened",
        hint="Where the child was seen: what they were like and what they said",
    )
    adapted = Words(
        "What did you do differently this time?",
        rows=3,
        required=False,
        hint="Another hour, another place, an interpreter, somebody whom they trust",
    )


class NonContactForm(ConflictForm):
    field_order = ("knows_family", "what", "safe_words", "reasons", "has_conflict")
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    what = Choice("What is done next?", list(WHAT_NEXT.items()), ask="Choose what is done next")
    safe_words = Words(
        "How is the child kept safe meanwhile?", rows=4, ask="Say how the child is kept safe meanwhile"
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")
