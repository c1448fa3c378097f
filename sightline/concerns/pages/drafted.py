"""A draft of a concern: its steps, what was typed in each as its form reads it, and all of it as one concern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from sightline.children.terms import Kinship, Known
from sightline.govuk.forms import PageForm
from sightline.govuk.words import listed
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force

from ..actions import ChildIn, ConcernIn, PersonIn
from . import forms

STEPS = ("danger", "children", "happened", "voice", "people", "family", "help", "you", "check")
TITLES = {
    "danger": "Danger now",
    "children": "The children",
    "happened": "What has happened",
    "voice": "What the children say",
    "people": "People around the children",
    "family": "What the family knows",
    "help": "Help that the family has",
    "you": "About you",
    "check": "Check your answers",
}


@dataclass(frozen=True)
class Door:
    """Where a draft is kept and how its pages are addressed."""

    public: bool
    draft: Any

    def url(self, step: str, n: int | None = None) -> str:
        if self.public:
            base = reverse("concerns:worried")
            tail = f"{step}/" if n is None else f"{step}/{n}/"
            return f"{base}{tail}"
        args: list[Any] = [self.draft.id, step] + ([] if n is None else [n])
        return reverse("concerns:step" if n is None else "concerns:item", args=args)

    @property
    def content(self) -> dict[str, Any]:
        return self.draft.content or {}

    def items(self, kind: str) -> list[tuple[int, dict[str, list[str]]]]:
        """The children or people of the draft, by their number, as they were typed."""
        found = []
        for key, fields in self.content.items():
            if key.startswith(f"{kind}-") and fields:
                found.append((int(key.split("-")[1]), fields))
        return sorted(found)


def draft_names(content: dict[str, Any]) -> str:
    """The children of a draft, in words."""
    names = []
    for key in sorted(content):
        if key.startswith("child-") and content[key]:
            names.append(child_of(content[key]).name)
    return listed(names) if names else "a child not named yet"


def form_of_step(
    request: HttpRequest, door: Door, step: str, data: Any, draft: dict[str, list[str]] | None = None
) -> PageForm:
    """The form of a step that is asked once. Raises NotFound where there is none."""
    common: dict[str, Any] = {"data": data, "draft": draft}
    guided: dict[str, Any] = common
    if step in ("danger", "happened", "voice", "family", "help"):
        guided = {**common, "pack": pack_in_force(), "day": today()}
    match step:
        case "danger":
            return (forms.DangerForm if door.public else forms.PractitionerDangerForm)(**guided)
        case "happened":
            return forms.HappenedForm(**guided)
        case "voice":
            return forms.VoiceForm(**guided, names=_names(door), public=door.public)
        case "family":
            return (forms.PublicFamilyForm if door.public else forms.FamilyForm)(**guided)
        case "help":
            return forms.HelpForm(**guided)
        case "you" if door.public:
            return forms.PublicForm(**common)
        case "you":
            return forms.PractitionerForm(**common, kind=request.practitioner.agency_kind)  # type: ignore[attr-defined]
    raise NotFound


def _names(door: Door) -> dict[int, str]:
    """The children of the draft by their number."""
    return {n: child_of(fields).name for n, fields in door.items("child")}


def form_data(fields: dict[str, list[str]]) -> Any:
    """Typed fields as a form takes them."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def _clean(form: PageForm) -> dict[str, Any]:
    form.is_valid()
    return dict(form.cleaned_data)


def child_of(fields: dict[str, list[str]]) -> ChildIn:
    got = _clean(forms.ChildForm(form_data(fields)))
    return ChildIn(
        given=got.get("given") or "",
        family=got.get("family") or "",
        known_as=got.get("known_as") or "",
        born_on=got.get("born_on"),
        age_years=got.get("age_years") if isinstance(got.get("age_years"), int) else None,
        expected_on=got.get("expected_on"),
        sex=got.get("sex") or "U",
        lines=got.get("lines") or "",
        postcode=got.get("postcode") or "",
        school=got.get("school") or "",
    )


def person_of(fields: dict[str, list[str]]) -> PersonIn:
    got = _clean(forms.PersonForm(form_data(fields)))
    return PersonIn(
        given=got.get("given") or "",
        family=got.get("family") or "",
        kinship=Kinship(got.get("kinship") or Kinship.OTHER),
        lives_with=Known(got.get("lives_with") or Known.NOT_KNOWN),
        telephone=got.get("telephone") or "",
    )


def assembled(request: HttpRequest, door: Door) -> tuple[ConcernIn, list[dict[str, Any]]]:
    """The draft as one concern, and the steps that still lack something (with a link to each)."""
    wrong: list[dict[str, Any]] = []
    got: dict[str, dict[str, Any]] = {}
    for each in STEPS:
        if each in ("children", "people", "check"):
            continue
        kept = door.content.get(each)
        form = form_of_step(request, door, each, form_data(kept or {}))
        if not form.is_valid():
            wrong.append(
                {"text": f"{TITLES[each]}: not answered yet", "href": f"{door.url(each)}?back=check"}
            )
        if isinstance(form, forms.FamilyForm):
            side = form.side()
        got[each] = dict(form.cleaned_data)
    children = []
    for n, fields in door.items("child"):
        form = forms.ChildForm(form_data(fields))
        if not form.is_valid():
            wrong.append({"text": "A child's details need another look", "href": door.url("children", n)})
        child = child_of(fields)
        voice = got["voice"]
        children.append(
            ChildIn(
                **{
                    **child.__dict__,
                    "said": voice.get(f"said_{n}") or "",
                    "said_why_not": voice.get(f"why_not_{n}") or "",
                    "about": voice.get(f"about_{n}") or "",
                }
            )
        )
    if not children:
        wrong.append({"text": "Add at least one child", "href": door.url("children")})
    you, danger, happened = got["you"], got["danger"], got["happened"]
    anonymous = you.get("who") == "anonymous"
    told, told_words, agreed, agreed_words = side
    sent = ConcernIn(
        children=children,
        people=[person_of(fields) for _, fields in door.items("person")],
        what_happened=happened.get("what_happened") or "",
        indicators=happened.get("indicators") or [],
        harm_where=happened.get("harm_where") or [],
        immediate_danger=danger.get("danger"),
        danger_words=danger.get("danger_words") or "",
        sooner_by=danger.get("sooner_by"),
        sooner_why=danger.get("sooner_why") or "",
        family_told=told,
        family_told_words=told_words,
        family_agreed=agreed,
        family_agreed_words=agreed_words,
        known_agencies=got["help"].get("known_agencies") or "",
        interpreter=got["help"].get("interpreter") or "",
        source_code="9" if anonymous else (you.get("source_code") or ""),
        referrer_name=you.get("name") or "",
        referrer_contact=you.get("contact") or "",
        referrer_relation=you.get("relation") or "",
        anonymous=anonymous,
    )
    return sent, wrong
