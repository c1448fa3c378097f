"""The drawing of a body, ours, made of the shapes in `rules`: as part of a page, and as the pictures to point at."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from .queries import MarkView
from .rules import HEIGHT, WIDTH, Mark, place_of, shapes_of
from .terms import BodyView


def outline(view: BodyView) -> str:
    """The parts of one side as SVG elements."""
    parts = [
        f'<ellipse cx="{s.x:g}" cy="{s.y:g}" rx="{s.rx:g}" ry="{s.ry:g}"'
        + (f' transform="rotate({s.turn:g} {s.x:g} {s.y:g})"' if s.turn else "")
        + "/>"
        for s in shapes_of(view)
    ]
    side = ("left", "right") if view is BodyView.BACK else ("right", "left")
    labels = "".join(
        f'<text x="{x}" y="20" font-size="13" fill="#505a5f" text-anchor="middle">{words}</text>'
        for x, words in ((30, f"{side[0]}"), (WIDTH - 30, f"{side[1]}"))
    )
    body = "".join(parts)
    # One line around the whole body, and thin ones between its parts.
    return (
        f'<g fill="#505a5f" stroke="#505a5f" stroke-width="4">{body}</g>'
        f'<g fill="#f8f5f1">{body}</g>'
        f'<g fill="none" stroke="#c9c5bf">{body}</g>{labels}'
    )


def picture(view: BodyView) -> str:
    """One side as a file of its own."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Arial, sans-serif">{outline(view)}</svg>\n'
    )


def marked(view: BodyView, marks: Iterable[tuple[int, float, float]], title: str) -> Markup:
    """One side with numbered marks, for a page. `title` says in words what a reader of the screen is told."""
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="9" fill="#d4351c" stroke="#ffffff" stroke-width="1.5"/>'
        f'<text x="{x:g}" y="{y + 4:g}" font-size="12" font-weight="bold" fill="#ffffff" text-anchor="middle">'
        f"{number}</text>"
        for number, x, y in marks
    )
    return Markup(
        '<svg class="sl-body" role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}"><title>{title}</title>'
    ).format(w=WIDTH, h=HEIGHT, title=title) + Markup(  # noqa: S704
        f"{outline(view)}{dots}</svg>"
    )


def of_map(view: BodyView, marks: Iterable[MarkView]) -> Markup:
    """One side of a body map that was recorded."""
    on = [mark for mark in marks if mark.view is view]
    return marked(view, [(m.number, m.x, m.y) for m in on], _title(view, len(on)))


def of_marks(view: BodyView, marks: Iterable[tuple[int, Mark]]) -> Markup:
    """One side of a body map that is being drawn."""
    on = []
    for number, mark in marks:
        place = (
            (mark.x, mark.y)
            if mark.x is not None and mark.y is not None
            else place_of(mark.view, mark.region)
        )
        if mark.view is view and place is not None:
            on.append((number, place[0], place[1]))
    return marked(view, on, _title(view, len(on)))


def _title(view: BodyView, count: int) -> str:
    marks = "no mark" if count == 0 else "1 mark" if count == 1 else f"{count} marks"
    return f"{view.label} of the body, {marks}; described below"
