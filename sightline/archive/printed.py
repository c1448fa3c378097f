"""The copy of a record on paper: one PDF for a person, numbered volumes for a court or an inquiry."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from sightline.govuk.words import plural
from sightline.print.pdf import About, make, picture

from . import rules
from .queries import RequestView, Whole


def volume(whole: Whole, view: RequestView, number: int = 1, *, first_page: int = 1) -> bytes:
    """The copy, or one volume of it. Nothing but what was decided to be given goes to the printer. The same copy is the
    same bytes each time: it says when it was approved, and not when it was printed.

    Pages are numbered from the first of the first volume to the last of the last: `first_page` is that of this one.
    """
    every = [(part["heading"], row) for part in whole.parts for row in part["rows"]]
    size = rules.VOLUME if whole.in_order else max(1, len(every))
    of = max(1, -(-len(every) // size))
    parts = [_about(whole, number, of), *_parts(every[(number - 1) * size : number * size])]
    if whole.words and number == of:
        parts.append({"heading": "What the short words mean", "facts": [list(pair) for pair in whole.words]})
    about = About(
        title="Your record" if whole.own else f"The record of {whole.name}",
        reader=view.row.name,
        subject=whole.name if whole.own else "",
        marking="For the court or inquiry named below" if whole.in_order else "Private: for the person named below",
        at=view.approved_at,
        first_page=first_page,
        volume=f"volume {number} of {of}" if of > 1 else "",
    )  # fmt: skip
    data = {"parts": parts, "contents": whole.in_order, "depth": 1}
    # For whoever it is given to: their own address is no secret from them, whatever its maker may see.
    return make("print/letter", data, about=about, large=whole.in_order, fitted=True)


def _parts(rows: Any) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    under = ""
    for heading, row in rows:
        if heading != under:
            parts.append({"heading": heading})
            under = heading
        said = [*row["texts"], *row["beside"]]
        if row["note"]:
            said.append(f"[{row['note']}]")
        if row["by"]:
            said.append(f"Written by {row['by']}.")
        parts.append(
            {
                "heading": f"{row['title']}, {row['when']}",
                "level": 2,
                "text": "\n\n".join(said),
                "pictures": [picture(b64decode(p["jpeg"]), p["alt"]) for p in row["pictures"]],
            }
        )
    return parts


def _about(whole: Whole, volume: int, volumes: int) -> dict[str, Any]:
    """What stands in front: what this is, and what is not in it."""
    if not whole.in_order:
        what = (
            "This is what is written about you"
            if whole.own
            else f"This is what is written about {whole.name}"
        )
        return {
            "heading": "About this copy",
            "text": (
                f"{what} in the record, as it stood on {whole.made_on}. What is about somebody else, or may not be "
                "given, is held back and says so.\n\n"
                "If something is wrong, say so: what you say is written beside it. If you think that too much is "
                "held back, ask whoever gave you this copy to look again. You may also complain to the Information "
                "Commissioner."
            ),
        }
    rows = [row for part in whole.parts for row in part["rows"]]
    held = [str(row["number"]) for row in rows if row["note"]]
    said = [
        f"This is all that the record of {whole.name} holds, as it stood on {whole.made_on}, in the order in which it "
        f"happened: {plural(len(rows), 'thing')}, numbered from 1 to {len(rows)}. Pages are numbered throughout."
    ]
    if volumes > 1:
        first, last = (volume - 1) * rules.VOLUME + 1, min(volume * rules.VOLUME, len(rows))
        said.append(f"This is volume {volume} of {volumes}. It holds the numbers {first} to {last}.")
    said.append(
        f"Held back in whole or in part, where each says so with the ground: numbers {', '.join(held)}."
        if held
        else "Nothing of it is held back."
    )
    said += whole.not_seen
    if whole.beside:
        said.append(f"Given as files beside it, since paper cannot hold them: {', '.join(whole.beside)}.")
    said.append(
        "In no copy, since they are no part of the record: what nobody has signed; prints; who opened the record, "
        "which the audit trail says and can be asked for; and why and how long it is kept."
    )
    return {"heading": "About this copy", "text": "\n\n".join(said)}
