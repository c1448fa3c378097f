"""The partnership's guidance on a page: it stands beside the field that it concerns (NTC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.forms import Form
from markupsafe import Markup

from .pack import Pack
from .schema import HarmCategory, ScreeningOutcome
from .terms import GuidedField

#: Something to be opened: its title, and what stands inside.
_FOLD = (
    '<details class="govuk-details govuk-!-margin-bottom-2"><summary class="govuk-details__summary">'
    '<span class="govuk-details__summary-text">{}</span></summary><div class="govuk-details__text">{}</div></details>'
)


def beside(form: Form, name: str, pack: Pack, day: date, place: GuidedField) -> None:
    """Stand what the pack says of a place beside a field, open; on a narrow screen it comes after it."""
    open_texts = "<p><strong>{}</strong></p><p>{}</p><p class='sl-note'>{}</p>"
    form.fields[name].beside = _texts(pack, day, place, open_texts)  # type: ignore[attr-defined]


def beneath(form: Form, name: str, pack: Pack, day: date, place: GuidedField) -> None:
    """The same folded up beneath the field's label, where a page asks much already."""
    form.fields[name].beneath = folded(pack, day, place)  # type: ignore[attr-defined]


def heading(form: Form, name: str, pack: Pack, day: date, place: GuidedField) -> None:
    """The same in the place of a field's hint, open: what must be read before anything is answered. Where the pack says
    nothing, the field's own hint stays."""
    said = _texts(pack, day, place, "<strong>{}</strong><br>{}<br><span class='sl-note'>{}</span>")
    if said is not None:
        form.fields[name].hint = said  # type: ignore[attr-defined]


def sourced(form: Form, name: str, answers: Iterable[ScreeningOutcome | HarmCategory]) -> None:
    """Say beneath a field's label, folded, where each of its answers comes from and how sure that is."""
    found: dict[str, list[str]] = {}
    for answer in answers:
        found.setdefault(f"{answer.citation}. {answer.caveat}".strip(), []).append(answer.title)
    lines = Markup("").join(
        Markup("<p class='sl-note'><strong>{}.</strong> {}</p>").format("; ".join(titles), source)
        for source, titles in found.items()
    )
    field = form.fields[name]
    fold = Markup(_FOLD).format("Where these come from", lines)  # noqa: S704 - written here
    field.beneath = (field.beneath or Markup("")) + fold  # type: ignore[attr-defined]


def folded(pack: Pack, day: date, place: GuidedField) -> Markup | None:
    """What the pack says of a place, each text under its title, to be opened; None where it says nothing."""
    return _texts(
        pack, day, place, _FOLD.format("{}", '<p class="govuk-body">{}</p><p class="sl-note">{}</p>')
    )


def _texts(pack: Pack, day: date, place: GuidedField, markup: str) -> Markup | None:
    """Every text of a place in this markup, which takes title, text and citation."""
    said = pack.guidance(place, day)
    shape = Markup(markup)  # noqa: S704 - written above; what stands in a pack is escaped as it is filled in
    return Markup("").join(shape.format(t.title, t.text, t.citation) for t in said) if said else None
