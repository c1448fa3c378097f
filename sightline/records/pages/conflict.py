"""What a form of a decision asks of a conflict between the child's welfare and anybody's interests (CHD-06)."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import Option, PageForm, Words, YesNo

from ..actions import NO_CONFLICT, ConflictIn


class ConflictForm(PageForm):
    """Whether the child's welfare was in conflict with anybody's interests, and how that was resolved."""

    has_conflict = YesNo(
        "Is the child’s welfare in conflict with anybody’s interests here?",
        ask="Say whether there is a conflict",
        yes=Option("yes", "Yes", reveals=("conflict", "for_the_child")),
    )
    conflict = Words(
        "Whose interests, and what is the conflict?",
        rows=3,
        hint="A parent’s, a carer’s or a professional’s",
        ask="Say whose interests they are, and what the conflict is",
    )
    for_the_child = YesNo(
        "Was it resolved in the child’s favour?",
        ask="Say whether it was resolved in the child’s favour",
        yes=Option("yes", "Yes", reveals=("conflict_resolved",)),
        no=Option("no", "No", hint="The decision then has no effect until another manager decides"),
    )
    conflict_resolved = Words("How was it resolved?", rows=2, ask="Say how it was resolved")

    def done(self, words: str) -> str:
        """What somebody is told who has sent the form: that nothing of it is done yet, where it waits for a ruling."""
        got = self.cleaned_data
        if got.get("has_conflict") and got.get("for_the_child") is False:
            return "Recorded. Nothing of it takes effect until another manager has ruled on the conflict of interests."
        return words

    def conflict_in(self) -> ConflictIn:
        """The answers as an action takes them."""
        said = self.conflict_said()
        return ConflictIn(**said) if said else NO_CONFLICT

    def conflict_said(self) -> dict[str, Any]:
        """The answers as a decision takes them: nothing where there is no conflict."""
        got = self.cleaned_data
        if not got["has_conflict"]:
            return {}
        return {
            "conflict": got["conflict"],
            "conflict_resolved": got["conflict_resolved"] or "",
            "for_the_child": got["for_the_child"],
        }
