"""Raising a concern, one question or one closely related group a page: signed in, or without an account.

Both doors share the steps; they differ in how the draft is found. Somebody without an account holds the draft by a
cookie that ends with the browser, and with inactivity as a session does; the secret code stands in no cookie. "Exit
this page" clears cookie and draft. Once reference and secret were shown (it was sent, or is to be finished later) the
browser lets go of it, and only who kept them comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac

from sightline.agencies.gate import PUBLIC, page
from sightline.agencies.terms import Permission
from sightline.children.terms import Kinship, Known
from sightline.govuk.forms import PageForm, typed
from sightline.govuk.numbers import whole_number
from sightline.govuk.once import new_key, read_key
from sightline.govuk.words import listed
from sightline.kernel import cookies
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.procedures.queries import pack_in_force

from .. import actions, queries, rules
from ..actions import ChildIn, ConcernIn, PersonIn
from . import forms

COOKIE = "sightline_concern"

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


@dataclass(frozen=True)
class Held:
    """What this browser holds of a concern without an account. `seed` only until its owner has seen the secret code.

    The code is made of the seed with the key of the server: whoever reads the cookie cannot tell it.
    """

    reference: str = ""
    digest: str = ""
    seed: str = ""

    @classmethod
    def anew(cls) -> Held:
        held = cls(rules.new_reference(), seed=rules.new_seed())
        return replace(held, digest=rules.secret_digest(held.reference, held.secret))

    @property
    def secret(self) -> str:
        """What its owner is shown once; empty where they have seen it."""
        if not self.seed:
            return ""
        made = salted_hmac(COOKIE, f"{self.reference}:{self.seed}", algorithm="sha256")
        return rules.secret_from(made.digest())


def held_by(request: HttpRequest) -> Held:
    """What this browser holds; nothing where it holds none, has held it unused for too long, or holds what is no word
    of ours."""
    held = cookies.held(request, COOKIE)
    if not {"reference", "digest"} <= held.keys():
        return Held()
    return Held(str(held["reference"]), str(held["digest"]), str(held.get("seed", "")))


def hold(response: HttpResponse, held: Held) -> HttpResponse:
    """Let this browser hold a concern, from now on for as long as a session lasts unused. Without a seed no page can
    show the secret code again."""
    values = {name: value for name, value in asdict(held).items() if value}
    return cookies.hold(response, COOKIE, values, reverse("concerns:worried"))


def let_go(response: HttpResponse) -> HttpResponse:
    """This browser holds nothing any more: the device may be the abuser's."""
    response.delete_cookie(COOKIE, path=reverse("concerns:worried"))
    return response


@contextmanager
def as_public(held: Held) -> Iterator[None]:
    """Looking as whoever holds this reference and secret."""
    with looking_as(Viewer.public(held.reference, held.digest, origin=current().origin)):
        yield


def too_often(request: HttpRequest, action: str, reference: str = "") -> HttpResponse | None:
    """A page that says to wait, where this address, or whoever holds this reference, has done it too often; counted in
    the shared database. The rates stand in the settings, under ACCOUNT_RATE_LIMITS.
    """
    # What the library offers openly leaves pages that are only read out of the count.
    if ratelimit.consume(
        request, app="allauth.account", action=f"concern_{action}", key=reference, limit_get=True
    ):
        return None
    return render(request, "concerns/too_often.html", {"public": True, "action": action}, status=429)


# -- the two doors ------------------------------------------------------------------------------------


@page(permission=Permission.RAISE_CONCERN)
def start(request: HttpRequest) -> HttpResponse:
    """What this is for; starting makes the draft."""
    if request.method == "POST":
        key = read_key(request.POST.get("once_key"))
        if not queries.sent_already(key):
            actions.start_draft("concern", once=key)
        return HttpResponseRedirect(reverse("concerns:step", args=[key, STEPS[0]]))
    mine = [d for d in queries.drafts() if d.kind == "concern"]
    return render(
        request,
        "concerns/start.html",
        {"drafts": [(d, draft_names(d.content)) for d in mine], "once_key": new_key()},
    )


@page(permission=Permission.RAISE_CONCERN)
def step(request: HttpRequest, draft_id: UUID, step: str, n: int | None = None) -> HttpResponse:
    try:
        draft = queries.draft(draft_id)
    except NotFound:
        # Sent a moment ago, and sent again or gone back to: the concern has its draft's key. NotFound where it is none.
        return HttpResponseRedirect(reverse("concerns:sent", args=[queries.own_concern(draft_id).id]))
    return _page(request, Door(public=False, draft=draft), step, n)


@page(permission=Permission.RAISE_CONCERN, methods=("POST",))
def keep(request: HttpRequest, draft_id: UUID, step: str, n: int | None = None) -> HttpResponse:
    """Saves a step as it stands, asked for by the page itself every few seconds."""
    return _keep(request, Door(public=False, draft=queries.draft(draft_id)), step, n)


@page(permission=Permission.RAISE_CONCERN, methods=("POST",))
def drop(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    actions.drop_draft(queries.draft(draft_id).id)
    return HttpResponseRedirect(reverse("concerns:raise"))


@page(permission=PUBLIC)
def worried(request: HttpRequest) -> HttpResponse:
    """The public's way in: what happens with what they say, and how to leave this page quickly."""
    if request.method == "POST":
        if (wait := too_often(request, "start")) is not None:
            return wait
        held = Held.anew()
        with as_public(held):
            actions.start_draft("concern")
        first = HttpResponseRedirect(reverse("concerns:worried_step", args=[STEPS[0]]))
        return hold(first, held)
    return render(
        request, "concerns/worried.html", {"public": True, "idle_minutes": settings.SESSION_COOKIE_AGE // 60}
    )


@page(permission=PUBLIC)
def worried_step(request: HttpRequest, step: str, n: int | None = None) -> HttpResponse:
    if request.method == "POST":
        if (wait := _too_fast(request)) is not None:
            return wait
        written = [
            value for values in typed(request.POST).values() for value in values if " " in value.strip()
        ]
        if written and not held_by(request).reference:
            # Somebody who wrote for longer than the device remembers: their words stand here and nowhere else.
            told = {"public": True, "written": written, "idle_minutes": settings.SESSION_COOKIE_AGE // 60}
            return render(request, "concerns/ended.html", told)
    return _public(request, lambda door: _page(request, door, step, n))


@page(permission=PUBLIC, methods=("POST",))
def worried_keep(request: HttpRequest, step: str, n: int | None = None) -> HttpResponse:
    if (wait := _too_fast(request)) is not None:
        return wait
    return _public(request, lambda door: _keep(request, door, step, n))


def _too_fast(request: HttpRequest) -> HttpResponse | None:
    """A page that says to wait, where this draft or this network is saved more often than anybody types."""
    held = held_by(request)
    return too_often(request, "keep", held.reference) if held.reference else None


def _public(request: HttpRequest, then: Callable[[Door], HttpResponse]) -> HttpResponse:
    """Find the draft that this browser holds; without one, back to the start, or to what became of it."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:worried"))
    with as_public(held):
        mine = queries.drafts()
        if mine:
            return hold(then(Door(public=True, draft=mine[0])), held)
        # Sent a moment ago, and sent again: it is there once.
        there = "concerns:worried_sent" if queries.own_concerns(1) else "concerns:worried"
        return HttpResponseRedirect(reverse(there))


@page(permission=PUBLIC)
def later(request: HttpRequest) -> HttpResponse:
    """Reference and secret, once, to come back to a draft; from then on this browser holds neither."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:worried"))
    with as_public(held):
        if not queries.drafts():
            there = "concerns:worried_sent" if queries.own_concerns(1) else "concerns:worried"
            return HttpResponseRedirect(reverse(there))
    return let_go(render(request, "concerns/later.html", {"public": True, "held": held}))


@page(permission=PUBLIC, methods=("GET", "POST"))
def leave(request: HttpRequest) -> HttpResponse:
    """Exit this page: forget the draft and the cookie, and go somewhere harmless."""
    held = held_by(request)
    if held.reference:
        with as_public(held):
            for draft in queries.drafts():
                actions.drop_draft(draft.id)
    response = HttpResponseRedirect("https://www.bbc.co.uk/weather")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return let_go(response)


# -- the steps ----------------------------------------------------------------------------------------


def draft_names(content: dict[str, Any]) -> str:
    """The children of a draft, in words."""
    names = []
    for key in sorted(content):
        if key.startswith("child-") and content[key]:
            names.append(_child(content[key]).name)
    return listed(names) if names else "a child not named yet"


def _form(door: Door, step: str, n: int | None, request: HttpRequest) -> PageForm:
    """The form of a step: bound to what was sent, else filled with what the draft holds."""
    data = request.POST if request.method == "POST" else None
    kept = door.content.get(_key(step, n))
    if n is not None:
        return (forms.ChildForm if step == "children" else forms.PersonForm)(data, draft=kept)
    return _of_step(request, door, step, data, draft=kept)


def _of_step(
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
            return forms.HelpForm(**guided, public=door.public)
        case "you" if door.public:
            return forms.PublicForm(**common)
        case "you":
            return forms.PractitionerForm(**common, kind=request.practitioner.agency_kind)  # type: ignore[attr-defined]
    raise NotFound


def _key(step: str, n: int | None) -> str:
    """Where a draft keeps a step, or one of the children or people of a step. Raises NotFound where there is none."""
    if n is None:
        return step
    if step not in ("children", "people") or n >= rules.MOST_NAMED:
        raise NotFound
    return f"{'child' if step == 'children' else 'person'}-{n}"


def _keep(request: HttpRequest, door: Door, step: str, n: int | None) -> HttpResponse:
    key = _key(step, n)
    if step not in STEPS or step == "check" or (step in ("children", "people") and n is None):
        raise NotFound
    draft = actions.save_draft(door.draft.id, key, typed(request.POST))
    return JsonResponse({"saved": f"{draft.saved_at.astimezone(LONDON):%H:%M}"})


def _page(request: HttpRequest, door: Door, step: str, n: int | None) -> HttpResponse:
    key = _key(step, n)
    if step not in (*STEPS, "resume"):
        raise NotFound
    if step == "resume":
        return _resume(request, door)
    if step == "check":
        return _check(request, door)
    if step in ("children", "people") and n is None:
        return _several(request, door, step)
    form = _form(door, step, n, request)
    if request.method == "POST":
        actions.save_draft(door.draft.id, key, typed(request.POST))
        if form.is_valid():
            if n is not None:
                return HttpResponseRedirect(door.url(step))
            return HttpResponseRedirect(_after(request, door, step))
    return render(
        request,
        f"concerns/step_{step}.html" if step in ("happened", "danger", "voice") else "concerns/step.html",
        _context(door, step, n) | {"form": form},
    )


def _after(request: HttpRequest, door: Door, step: str) -> str:
    if request.GET.get("back") == "check":
        return door.url("check")
    return door.url(STEPS[STEPS.index(step) + 1])


def _context(door: Door, step: str, n: int | None = None) -> dict[str, Any]:
    at = STEPS.index(step)
    if n is not None:
        back = door.url(step)
    else:
        back = (
            door.url(STEPS[at - 1])
            if at
            else reverse("concerns:worried" if door.public else "concerns:raise")
        )
    keep_url = None
    if step != "check" and not (step in ("children", "people") and n is None):
        if door.public:
            keep_url = reverse("concerns:worried_keep" if n is None else "concerns:worried_keep_item",
                               args=[step] if n is None else [step, n])  # fmt: skip
        else:
            keep_url = reverse("concerns:keep" if n is None else "concerns:keep_item",
                               args=[door.draft.id, step] + ([] if n is None else [n]))  # fmt: skip
    return {
        "public": door.public,
        "door": door,
        "step": step,
        "n": n,
        "step_title": TITLES[step],
        "step_number": at + 1,
        "step_count": len(STEPS),
        "back_href": back,
        "keep_url": keep_url,
        "saved_at": door.draft.saved_at if door.content else None,
    }


def _several(request: HttpRequest, door: Door, step: str) -> HttpResponse:
    """The children, or the people around them: a list, add another, take one out, go on."""
    kind = "child" if step == "children" else "person"
    items = door.items(kind)
    error = ""
    if request.method == "POST":
        if "remove" in request.POST:
            out = whole_number(request.POST["remove"])
            if out in {n for n, _ in items}:
                _take_out(door, kind, out)
            return HttpResponseRedirect(door.url(step))
        if kind == "child" and not items:
            error = "Add at least one child"
        elif kind == "child" and (
            wrong := [n for n, f in items if not forms.ChildForm(f_data(f)).is_valid()]
        ):
            return HttpResponseRedirect(door.url(step, wrong[0]))
        else:
            return HttpResponseRedirect(_after(request, door, step))
    taken = {n for n, _ in items}
    following = next((n for n in range(max(taken, default=-1) + 1, rules.MOST_NAMED)), None)
    if following is None:
        # Somebody was taken out further up: their place is free again.
        following = next((n for n in range(rules.MOST_NAMED) if n not in taken), None)
    if kind == "child" and not items and request.method == "GET":
        return HttpResponseRedirect(door.url(step, 0))
    shown = []
    for n, fields in items:
        person = _person(fields)
        name = _child(fields).name if kind == "child" else f"{person.given} {person.family}".strip()
        shown.append({"n": n, "text": name, "note": _note(kind, fields)})
    return render(
        request,
        "concerns/several.html",
        _context(door, step) | {"items": shown, "following": following, "kind": kind, "error": error},
    )


def _take_out(door: Door, kind: str, n: int) -> None:
    """Out of the draft, with what a child said: whoever is put into that place has said nothing yet."""
    actions.save_draft(door.draft.id, f"{kind}-{n}", {})
    voice = door.content.get("voice")
    if kind == "child" and voice:
        theirs = {f"{asked}_{n}" for asked in forms.VoiceForm.ASKED}
        actions.save_draft(
            door.draft.id, "voice", {name: value for name, value in voice.items() if name not in theirs}
        )


def _names(door: Door) -> dict[int, str]:
    """The children of the draft by their number."""
    return {n: _child(fields).name for n, fields in door.items("child")}


def f_data(fields: dict[str, list[str]]) -> Any:
    """Typed fields as a form takes them."""
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def _note(kind: str, fields: dict[str, list[str]]) -> str:
    if kind == "person":
        person = _person(fields)
        return forms.KINSHIP_WORDS[person.kinship]
    child = _child(fields)
    if child.born_on:
        return f"born {child.born_on.day} {child.born_on:%B %Y}"
    if child.expected_on:
        return f"expected {child.expected_on.day} {child.expected_on:%B %Y}"
    return f"about {child.age_years}" if child.age_years is not None else ""


def _clean(form: PageForm) -> dict[str, Any]:
    form.is_valid()
    return dict(form.cleaned_data)


def _child(fields: dict[str, list[str]]) -> ChildIn:
    got = _clean(forms.ChildForm(f_data(fields)))
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


def _person(fields: dict[str, list[str]]) -> PersonIn:
    got = _clean(forms.PersonForm(f_data(fields)))
    return PersonIn(
        given=got.get("given") or "",
        family=got.get("family") or "",
        kinship=Kinship(got.get("kinship") or Kinship.OTHER),
        lives_with=Known(got.get("lives_with") or Known.NOT_KNOWN),
        telephone=got.get("telephone") or "",
    )


def _assembled(request: HttpRequest, door: Door) -> tuple[ConcernIn, list[dict[str, Any]]]:
    """The draft as one concern, and the steps that still lack something (with a link to each)."""
    wrong: list[dict[str, Any]] = []
    got: dict[str, dict[str, Any]] = {}
    for each in STEPS:
        if each in ("children", "people", "check"):
            continue
        kept = door.content.get(each)
        form = _of_step(request, door, each, f_data(kept or {}))
        if not form.is_valid():
            wrong.append(
                {"text": f"{TITLES[each]}: not answered yet", "href": f"{door.url(each)}?back=check"}
            )
        if isinstance(form, forms.FamilyForm):
            side = form.side()
        got[each] = dict(form.cleaned_data)
    children = []
    for n, fields in door.items("child"):
        form = forms.ChildForm(f_data(fields))
        if not form.is_valid():
            wrong.append({"text": "A child's details need another look", "href": door.url("children", n)})
        child = _child(fields)
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
        people=[_person(fields) for _, fields in door.items("person")],
        what_happened=happened.get("what_happened") or "",
        indicators=happened.get("indicators") or [],
        harm_where=happened.get("harm_where") or [],
        immediate_danger=bool(danger.get("danger")),
        danger_words=danger.get("danger_words") or "",
        sooner_by=danger.get("sooner_by"),
        sooner_why=danger.get("sooner_why") or "",
        family_told=told,
        family_told_words=told_words,
        family_agreed=agreed,
        family_agreed_words=agreed_words,
        known_agencies=got["help"].get("known_agencies") or "",
        interpreter=got["help"].get("interpreter") or "",
        source_code="9" if anonymous else (you.get("source_code") or "10"),
        referrer_name=you.get("name") or "",
        referrer_contact=you.get("contact") or "",
        referrer_relation=you.get("relation") or "",
        anonymous=anonymous,
    )
    return sent, wrong


def _resume(request: HttpRequest, door: Door) -> HttpResponse:
    """Back to where somebody left off: the first step that still lacks something, else the last look."""
    for each in STEPS:
        kind = {"children": "child", "people": "person"}.get(each)
        if kind is None and each != "check":
            if (
                each not in door.content
                or not _of_step(request, door, each, f_data(door.content[each])).is_valid()
            ):
                return HttpResponseRedirect(door.url(each))
        elif each == "children":
            items = door.items("child")
            unfinished = [n for n, fields in items if not forms.ChildForm(f_data(fields)).is_valid()]
            if unfinished or not items:
                return HttpResponseRedirect(door.url(each, unfinished[0]) if unfinished else door.url(each))
    return HttpResponseRedirect(door.url("check"))


def _check(request: HttpRequest, door: Door) -> HttpResponse:
    """Everything once more, then send."""
    sent, wrong = _assembled(request, door)
    refusal = ""
    if request.method == "POST" and not wrong:
        if door.public and (wait := too_often(request, "send")) is not None:
            return wait
        try:
            raised = actions.raise_concern(sent, draft_id=door.draft.id)
        except Refused as refused:
            refusal = refused.verdict.reason
        else:
            if door.public:
                return HttpResponseRedirect(reverse("concerns:worried_sent"))
            return HttpResponseRedirect(reverse("concerns:sent", args=[raised.concern_id]))
    labels = {f"{c.id}.{i.id}": i.text for c in pack_in_force().indicators(today()) for i in c.item}
    return render(
        request,
        "concerns/check.html",
        _context(door, "check")
        | {
            "sent": sent,
            "wrong": wrong,
            "refusal": refusal,
            "places": [o.label for o in forms.PLACES if o.value in sent.harm_where],
            "indicators": [labels[i] for i in sent.indicators if i in labels],
            "kinship": forms.KINSHIP_WORDS,
            "told_words": forms.TOLD_WORDS,
            "agreed_words": forms.AGREED_WORDS,
            "asked": request.method == "POST",
        },
    )


@page(permission=Permission.RAISE_CONCERN, methods=("GET",))
def sent(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """It has arrived: the reference, and what happens next by when."""
    own = queries.own_concern(concern_id)
    return render(
        request, "concerns/sent.html", {"own": own, "public": False, "promises": promises(own.raised_at)}
    )


@page(permission=PUBLIC, methods=("GET",))
def worried_sent(request: HttpRequest) -> HttpResponse:
    """It has arrived: reference and secret, once. From then on this browser holds neither."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:come_back"))
    with as_public(held):
        try:
            own = queries.own_concern()
        except NotFound:
            return HttpResponseRedirect(reverse("concerns:worried_step", args=["resume"]))
        context = {"own": own, "public": True, "secret": held.secret, "promises": promises(own.raised_at)}
        return let_go(render(request, "concerns/sent.html", context))


def promises(raised_at: Any) -> list[tuple[str, Any]]:
    """What the referrer may expect by when, from the pack's own limits."""
    from sightline.procedures.actions import clock_of

    pack = pack_in_force()
    return [
        (words, clock_of(pack, kind, raised_at).due_at)
        for words, kind in (
            ("We tell you that somebody has it", "acknowledgement_to_referrer"),
            ("Somebody decides what happens next", rules.DECISION),
        )
    ]
