"""The People tab of a child's page, and a form for each thing on it. Thin: read, show, send, say what was
done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.pages.keeping import form_sent, keep_url, kept, left
from sightline.agencies.gate import page
from sightline.agencies.queries import agencies, practitioners
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.forms import PageForm
from sightline.govuk.words import in_a_row
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused, Verdict

from .. import actions, queries
from ..queries import ChildView, Dated, PersonView, TieView
from ..rules import Birth, Names, NewAdult, Number
from ..terms import IdentityQuestion, Known, ProviderKind, Scheme, Sex
from . import forms
from .frame import open_child, role_of, said_of_identity

# -- what is shown -----------------------------------------------------------------------------------


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def people(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Family, who works with the child and what each is there for, addresses, school and doctor,
    authorities."""
    view, shown = open_child(request, folder_id, "children.people")
    kinds = dict.fromkeys(i.agency_kind for i in view.involvements)
    roles = [role for kind in kinds if (role := role_of(kind)) is not None]
    return render(
        request,
        "children/people.html",
        shown | {"roles": roles, "lacks": queries.completeness(view), "questions": list(IdentityQuestion)},
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def complete(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What the record lacks of the things that every record must hold (REC-02)."""
    view, shown = open_child(request, folder_id, "children.complete")
    return render(
        request,
        "children/complete.html",
        shown | {"lacks": queries.completeness(view), "back_href": _tab(view)},
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def person(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    """One person: the child, or an adult in the child's life, with everything that is recorded and was
    before."""
    view, shown = open_child(request, folder_id, "children.person")
    who, tie = _whom(view, person_id)
    if tie is not None:
        record(Verb.READ, "children.person", folder_id=tie.folder_id, subject=("children_person", person_id))
    return render(
        request,
        "children/person.html",
        shown
        | {
            "person": who,
            "tie": tie,
            "history": queries.particulars_history(person_id),
            "questions": list(IdentityQuestion),
            "back_href": _tab(view),
        },
    )


def _tab(view: ChildView) -> str:
    return reverse("children:people", args=[view.folder_ids[0]])


def _whom(view: ChildView, person_id: UUID) -> tuple[PersonView, TieView | None]:
    """The child, or an adult in their life; NotFound for everybody else."""
    if person_id == view.child.id:
        return view.child, None
    for tie in view.every_tie:
        if tie.person.id == person_id and not tie.is_child:
            return tie.person, tie
    raise NotFound


def _folder(view: ChildView, tie: TieView | None) -> UUID:
    """The folder through which somebody is changed: an adult's, that of the tie."""
    return tie.folder_id if tie is not None and tie.folder_id is not None else view.folder_ids[0]


# -- changing ------------------------------------------------------------------------------------------


def _change(
    request: HttpRequest,
    shown: dict[str, Any],
    form: PageForm,
    send: Callable[[], object],
    *,
    title: str,
    done: str,
    back: str,
    current: Sequence[str] = (),
    seen: Iterable[UUID | None] | None = None,
    button: str = "Save",
    hint: str = "",
) -> HttpResponse:
    """Shows a form, or sends it: on refusal the form comes back with all that was typed, beside what holds
    now.

    `seen` are the ids of the rows that hold now: a form refused because somebody else was faster shows their
    change, and may then be sent again.
    """
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            send()
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            if seen is not None:
                sent = request.POST.copy()
                sent["seen"] = forms.seen(seen)
                form.data = sent
            status = 409
        else:
            form_sent(request)
            messages.success(request, done)
            return HttpResponseRedirect(back)
    return render(
        request,
        "children/form.html",
        shown
        | {
            "form": form,
            "keep_url": keep_url(request, "children:keep", shown["folder_id"], title),
            "title": title,
            "current": [line for line in current if line],
            "button": button,
            "hint": hint,
            "back_href": back,
        },
        status=status,
    )


def _form(request: HttpRequest, kind: Any, seen: Iterable[UUID | None] = (), /, **options: Any) -> Any:
    """A form as sent, or as first shown: with what holds now filled in where that is no choice."""
    initial = {"seen": forms.seen(seen), **options.pop("initial", {})}
    if request.method == "POST":
        return kind(request.POST, initial=initial, **options)
    return kind(None, initial=initial, draft=left(request), **options)


#: The addresses of this room's forms.
_A_FORM = re.compile(r"/child/[0-9a-f-]{36}/people/[a-z0-9/_-]{1,200}")


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Keeps a form of this room as it is typed, asked for by the page itself."""
    return kept(request, folder_id, _A_FORM)


def _dated_words(rows: Iterable[Dated]) -> list[str]:
    return [
        f"{words}, recorded by {row.recorded_by or 'an import'}" for row in rows if (words := _words(row))
    ]


def _words(row: Any) -> str:
    for name in ("words", "one_line", "name", "responsible"):
        if value := getattr(row, name, ""):
            return str(value)
    return ""


@page(permission=Permission.WRITE_FOLDER)
def name(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.name")
    who, tie = _whom(view, person_id)
    form = _form(
        request,
        forms.NameForm,
        who.name_ids,
        initial={"given": who.given, "family": who.family, "known_as": who.known_as},
    )
    return _change(
        request,
        shown,
        form,
        lambda: actions.rename(
            _folder(view, tie),
            form.names(),
            from_day=form.cleaned_data["from_day"],
            person_id=person_id,
            seen=form.seen_ids(),
        ),
        title=f"What is {who.called} called?",
        done="The name is recorded. The earlier one stays on the record.",
        back=_person(view, person_id),
        current=[f"{n.use.label}: {n.words}" for n in who.names if n.held_until is None],
        seen=who.name_ids,
    )


def _person(view: ChildView, person_id: UUID) -> str:
    return reverse("children:person", args=[view.folder_ids[0], person_id])


@page(permission=Permission.WRITE_FOLDER)
def birth(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.birth")
    who, tie = _whom(view, person_id)
    held = who.birth
    form = _form(
        request,
        forms.BirthForm,
        [who.particulars_id],
        initial={
            "born_on": held.born_on,
            "estimated": held.estimated,
            "expected_on": held.expected_on,
            "died_on": held.died_on,
            "sex": held.sex.value,
            "pronouns": held.pronouns,
            "telephone": held.telephone,
        },
    )
    if tie is not None:
        del form.fields["expected_on"]
    return _change(
        request,
        shown,
        form,
        lambda: actions.correct_particulars(
            _folder(view, tie),
            form.birth(),
            form.cleaned_data["why"],
            person_id=person_id,
            seen=form.seen_ids(),
        ),
        title=f"Birth, sex and pronouns of {who.called}",
        done="Recorded. What was there before stays on the record.",
        back=_person(view, person_id),
        current=[who.age, held.sex.label, held.pronouns, held.telephone],
        seen=[who.particulars_id],
    )


@page(permission=Permission.WRITE_FOLDER)
def born(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.born")
    form = _form(request, forms.BornForm, initial={"family": view.child.family})

    def send() -> None:
        got = form.cleaned_data
        names = Names(got["given"], got["family"], got["known_as"])
        actions.born(view.folder_ids[0], got["born_on"], sex=Sex(got["sex"]), names=names)

    return _change(
        request,
        shown,
        form,
        send,
        title="The child has been born",
        done="The birth is recorded.",
        back=_tab(view),
    )


@page(permission=Permission.WRITE_FOLDER)
def identity(request: HttpRequest, folder_id: UUID, person_id: UUID, question: str) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.identity")
    who, tie = _whom(view, person_id)
    try:
        asked = IdentityQuestion(question)
    except ValueError:
        raise NotFound from None
    held = who.answers.get(asked)
    ids = held.ids if held else ()
    form = _form(request, forms.IdentityForm, ids, question=asked, guidance=said_of_identity())
    return _change(
        request,
        shown,
        form,
        lambda: actions.answer_identity(
            _folder(view, tie), form.answer(), person_id=person_id, seen=form.seen_ids()
        ),
        title=f"{asked.label}: {who.called}",
        done="The answer is recorded.",
        back=_person(view, person_id),
        current=[f"{held.said}, recorded by {held.recorded_by or 'an import'}"] if held else [],
        seen=ids,
    )


@page(permission=Permission.WRITE_FOLDER)
def number(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.number")
    who, tie = _whom(view, person_id)
    form = _form(request, forms.NumberForm)
    if form.is_valid() and not form.cleaned_data["although"]:
        scheme = Scheme(form.cleaned_data["scheme"])
        if others := queries.others_with_number(scheme, form.cleaned_data["value"], view.folder_ids):
            form.refuse(Verdict.no(forms.ELSEWHERE.format(scheme.label, in_a_row(others)), "although"))
    if "although" not in form.errors and not form.data.get("although"):
        del form.fields["although"]
    return _change(
        request,
        shown,
        form,
        lambda: actions.give_identifier(
            _folder(view, tie),
            Number(Scheme(form.cleaned_data["scheme"]), form.cleaned_data["value"]),
            person_id=person_id,
        ),
        title=f"Another number that {who.called} is known by",
        done="The number is recorded.",
        back=_person(view, person_id),
        current=[f"{n.scheme.label} {n.shown}" for n in who.numbers if n.withdrawn_at is None],
    )


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, person_id: UUID, number_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.withdraw")
    who, tie = _whom(view, person_id)
    held = next((n for n in who.numbers if n.id == number_id), None)
    if held is None:
        raise NotFound
    form = _form(request, forms.WhyForm)
    return _change(
        request,
        shown,
        form,
        lambda: actions.withdraw_identifier(_folder(view, tie), number_id, form.cleaned_data["why"]),
        title=f"Withdraw the {held.scheme.label} {held.shown}",
        done="The number is withdrawn. It stays on the record with the reason.",
        back=_person(view, person_id),
        button="Withdraw it",
    )


@page(permission=Permission.WRITE_FOLDER)
def address(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.address")
    who, tie = _whom(view, person_id)
    ids = [r.id for r in who.residences if r.held_until is None]
    form = _form(request, forms.AddressForm, ids)
    held = [who.lives.one_line] if who.lives else []
    if not held and who.address_confidential:
        held = ["An address that is confidential"]
    return _change(
        request,
        shown,
        form,
        lambda: actions.move_to(
            _folder(view, tie), form.address(), person_id=person_id, seen=form.seen_ids()
        ),
        title=f"Where does {who.called} live?",
        done="The address is recorded. The one before stays among the past addresses.",
        back=_person(view, person_id) if tie else _tab(view),
        current=held,
        seen=ids,
        hint="The address before ends on the day on which this one begins.",
    )


@page(permission=Permission.WRITE_FOLDER)
def left_address(request: HttpRequest, folder_id: UUID, person_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.left_address")
    who, tie = _whom(view, person_id)
    form = _form(request, forms.EndForm)
    return _change(
        request,
        shown,
        form,
        lambda: actions.leave_address(
            _folder(view, tie), form.cleaned_data["held_until"], person_id=person_id
        ),
        title=f"{who.called} has left, and we do not know where they live",
        done="Recorded. Find out where they live now.",
        back=_person(view, person_id) if tie else _tab(view),
        current=[who.lives.one_line] if who.lives else [],
    )


@page(permission=Permission.WRITE_FOLDER)
def add(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """An adult in the child's life who is not recorded yet."""
    view, shown = open_child(request, folder_id, "children.add")
    form = _form(request, forms.PersonForm)

    def send() -> None:
        got = form.cleaned_data
        adult = NewAdult(
            Names(got["given"], got["family"], got["known_as"]),
            Birth(born_on=got["born_on"], sex=Sex(got["sex"]), telephone=got["telephone"]),
        )
        actions.tie(view.folder_ids[0], form.tie(actions.record_adult(view.folder_ids[0], adult)))

    return _change(
        request,
        shown,
        form,
        send,
        title=f"Add somebody to {view.child.called}’s family and network",
        done="They are recorded.",
        back=_tab(view),
        current=[f"{t.name}, {t.said_as}" for t in view.ties],
    )


@page(permission=Permission.WRITE_FOLDER)
def sibling(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """A child who has a record of their own."""
    view, shown = open_child(request, folder_id, "children.sibling")
    form = _form(request, forms.SiblingForm)

    def send() -> None:
        other = queries.child_of_record(form.cleaned_data["number"])
        if other is None:
            raise Refused(
                "There is no record with this number that you can open. Check the number.", "number"
            )
        actions.tie(view.folder_ids[0], form.tie(other))

    return _change(
        request,
        shown,
        form,
        send,
        title=f"Add a child with a record of their own to {view.child.called}’s family",
        done="They are recorded.",
        back=_tab(view),
        current=[f"{t.name}, {t.said_as}" for t in view.ties if t.is_child],
    )


@page(permission=Permission.WRITE_FOLDER)
def tie(request: HttpRequest, folder_id: UUID, tie_id: UUID) -> HttpResponse:
    """Who somebody is to the child, whether they hold parental responsibility and live with the child."""
    view, shown = open_child(request, folder_id, "children.tie")
    held = _row(view.ties, tie_id)
    form = _form(request, forms.TieForm, [held.id], initial={"words": held.words})
    return _change(
        request,
        shown,
        form,
        lambda: actions.tie(_own(held), form.tie(held.person.id), seen=form.seen_ids()),
        title=f"Who is {held.name} to {view.child.called}?",
        done="Recorded. How it was before stays on the record.",
        back=_tab(view),
        current=[held.said_as, "" if held.parental_responsibility is Known.YES else held.responsibility],
        seen=[held.id],
    )


def _row(rows: Iterable[Any], row_id: UUID) -> Any:
    """The row of the child's that an address names; NotFound for any other."""
    found = next((row for row in rows if row.id == row_id), None)
    if found is None:
        raise NotFound
    return found


def _own(row: Dated) -> UUID:
    assert row.folder_id is not None, "a row about a child has a folder"
    return row.folder_id


@page(permission=Permission.WRITE_FOLDER)
def status(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.status")
    ids = [s.id for s in view.statuses]
    form = _form(request, forms.StatusForm, ids)
    return _change(
        request,
        shown,
        form,
        lambda: actions.set_status(view.folder_ids[0], form.status(), seen=form.seen_ids()),
        title=f"What is {view.child.called} under?",
        done="The status is recorded.",
        back=_tab(view),
        current=[s.words for s in view.statuses],
        seen=ids,
    )


@page(permission=Permission.WRITE_FOLDER)
def provider(request: HttpRequest, folder_id: UUID, kind: str) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.provider")
    try:
        which = ProviderKind(kind)
    except ValueError:
        raise NotFound from None
    held = [p for p in view.providers if p.kind is which]
    form = _form(request, forms.ProviderForm, [p.id for p in held])
    return _change(
        request,
        shown,
        form,
        lambda: actions.set_provider(view.folder_ids[0], form.provider(which), seen=form.seen_ids()),
        title=f"{which.label} of {view.child.called}",
        done="Recorded. The one before stays on the record.",
        back=_tab(view),
        current=_dated_words(held),
        seen=[p.id for p in held],
    )


@page(permission=Permission.WRITE_FOLDER)
def authority(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    view, shown = open_child(request, folder_id, "children.authority")
    held = [view.authority] if view.authority else []
    form = _form(request, forms.AuthorityForm, [a.id for a in held])
    return _change(
        request,
        shown,
        form,
        lambda: actions.record_authority(view.folder_ids[0], form.authority(), seen=form.seen_ids()),
        title=f"Which authority is responsible for {view.child.called}?",
        done="Recorded. The one before stays on the record.",
        back=_tab(view),
        current=_dated_words(held),
        seen=[a.id for a in held],
    )


@page(permission=Permission.WRITE_FOLDER)
def involve(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """First the agency, then who of it: so that the list of people is short and no script is needed."""
    view, shown = open_child(request, folder_id, "children.involve")
    offered = [(str(a.pk), a.name) for a in agencies()]
    chosen = next((pair for pair in offered if pair[0] == request.GET.get("agency")), None)
    if chosen is None:
        first = forms.AgencyForm(request.GET if "agency" in request.GET else None)
        agency: Any = first.fields["agency"]
        agency.set_options(offered)
        return render(
            request,
            "children/form.html",
            shown
            | {
                "form": first,
                "title": f"Who else works with {view.child.called}?",
                "button": "Continue",
                "method": "get",
                "back_href": _tab(view),
            },
        )
    lead = [view.lead.id] if view.lead else []
    form = _form(request, forms.InvolveForm, lead)
    people_there: Any = form.fields["practitioner"]
    people_there.set_options(
        [(str(p.practitioner_id), f"{p.name}, {p.post_title}") for p in practitioners(agency=UUID(chosen[0]))]
    )
    return _change(
        request,
        shown,
        form,
        lambda: actions.involve(
            view.folder_ids[0],
            form.involvement(UUID(chosen[0])),
            seen=form.seen_ids() if form.cleaned_data["lead"] else None,
        ),
        title=f"{chosen[1]} and {view.child.called}",
        done="Recorded. Other agencies see now that they work with the child.",
        back=_tab(view),
        current=[f"Lead professional: {view.lead.practitioner}, {view.lead.agency}"] if view.lead else [],
        seen=lead,
    )


@page(permission=Permission.WRITE_FOLDER)
def end(request: HttpRequest, folder_id: UUID, what: str, row_id: UUID) -> HttpResponse:
    """A relationship, a status, a place at a school or work with the child has ended."""
    view, shown = open_child(request, folder_id, "children.end")
    rows: dict[str, tuple[Sequence[Any], Callable[..., None], str]] = {
        "tie": (view.ties, actions.end_tie, "no longer in the child’s life in this way"),
        "status": (view.statuses, actions.end_status, "has ended"),
        "provider": (view.providers, actions.end_provider, "no longer"),
        "involvement": (view.involvements, actions.end_involvement, "no longer works with the child"),
    }
    if what not in rows:
        raise NotFound
    held, act, words = rows[what]
    row = _row(held, row_id)
    about = (row.practitioner or row.agency) if what == "involvement" else _words(row)
    if what == "tie":
        about = row.name
    form = _form(request, forms.EndForm)
    return _change(
        request,
        shown,
        form,
        lambda: act(_own(row), row.id, form.cleaned_data["held_until"]),
        title=f"{about}: {words}",
        done="The end is recorded. That it was stays on the record.",
        back=_tab(view),
        button="Record the end",
    )
