"""The front door: the board, one concern, the match, the decision, the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record, record_list
from sightline.audit.terms import Verb
from sightline.govuk.forms import error_items, typed
from sightline.govuk.numbers import whole_number
from sightline.govuk.once import new_key, read_key
from sightline.govuk.paging import page_number
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.matching.queries import Suggestion
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField
from sightline.records.queries import decisions

from .. import actions, links, queries
from ..rules import ChildDecision
from ..terms import AdditionKind, ConcernState
from . import decision_forms, forms

STATES = (
    (None, "All that need something"),
    (ConcernState.WAITING, "Nobody has taken up"),
    (ConcernState.BEING_SCREENED, "Being dealt with"),
    (ConcernState.DECIDED, "Decided, referrer not yet told"),
    (ConcernState.ANSWERED, "Referrer told, not finished"),
    (ConcernState.TAKEN_BACK, "Taken back, to be looked at"),
)


def _board(request: HttpRequest) -> dict[str, Any]:
    wanted = request.GET.get("state", "")
    state = ConcernState(wanted) if wanted in {s.value for s in ConcernState} else None
    number = page_number(request)
    team_ids = request.practitioner.team_ids  # type: ignore[attr-defined]
    board = queries.board(team_ids, state=state, page=number)
    return {
        "board": board,
        "state": state,
        "states": [
            (s, words, sum(board.counts.values()) if s is None else board.counts.get(s, 0))
            for s, words in STATES
        ],
        "page_number": number,
        "pages": max(-(-board.total // board.page_size), 1),
    }


@page(permission=Permission.SEE_BOARD, methods=("GET",))
def board(request: HttpRequest) -> HttpResponse:
    """Concerns by urgency and the time left; what needs nothing more is not on it."""
    found = _board(request)
    record_list("concerns.board", found["board"].shown)
    return render(request, "concerns/board.html", found)


@page(permission=Permission.SEE_BOARD, methods=("GET",))
def board_rows(request: HttpRequest) -> HttpResponse:
    """The same rows alone, for the board that refreshes itself."""
    found = _board(request)
    record_list("concerns.board", found["board"].shown, refreshed=True)
    return render(request, "concerns/board_rows.html", found)


def opened(concern_id: UUID, what: str) -> queries.ConcernView:
    """A concern for one of its forms, its children told to the trail."""
    shown = queries.concern(concern_id)
    record_list(f"concerns.{what}", [part.folder_id for part in shown.parts])
    return shown


def tell_suggested(suggestions: Iterable[Suggestion]) -> None:
    """Tells the trail that it was looked for whom a concern may be about, and which known children the page names."""
    folders = list(dict.fromkeys(child.folder_id for child in suggestions))
    record(Verb.SEARCHED, "concerns.suggested", found=len(folders), folders=folders)


@page(permission=Permission.SEE_BOARD, methods=("GET",))
def concern(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """One concern: what was sent, who the children may be, what is due, what was decided."""
    shown = queries.concern(concern_id)
    for part in shown.parts:
        record(Verb.READ, "concerns.concern", folder_id=part.folder_id, subject=shown.concern)
    return render(
        request, "concerns/concern.html", _concern_context(request, shown) | {"form": forms.WordsForm(None)}
    )


def seen_version(request: HttpRequest) -> int | None:
    """What a form was opened on; None where it does not say."""
    return whole_number(request.POST.get("version", ""))


#: How a concern stands, in words for the front door; while somebody deals with it, their name stands there.
STANDS = {
    ConcernState.WAITING: "Nobody has taken it up yet.",
    ConcernState.BEING_SCREENED: "Somebody at the front door is dealing with it.",
    ConcernState.DECIDED: "It is decided on, and they have not been told yet.",
    ConcernState.ANSWERED: "It is decided on, and they have been told what they may know of it.",
    ConcernState.TAKEN_BACK: "They took it back.",
}


def _stands(shown: queries.ConcernView) -> str:
    if shown.awaits_ruling:
        return "A decision has been made. It waits for a manager's ruling."
    state = ConcernState(shown.concern.state)
    if state is ConcernState.WAITING and any(a.kind == AdditionKind.REOPENED.value for a in shown.additions):
        return "It was opened again, and nobody has taken it up since."
    return STANDS[state]


def _concern_context(request: HttpRequest, shown: queries.ConcernView) -> dict[str, Any]:
    acting = request.practitioner  # type: ignore[attr-defined]
    reopening = decision_forms.ReopenForm(request.POST if request.POST.get("act") == "reopen" else None)
    beneath(reopening, "sooner", pack_in_force(), today(), GuidedField.SOONER)
    return {
        "shown": shown,
        "concern": shown.concern,
        "state": ConcernState(shown.concern.state),
        "stands": _stands(shown),
        "may_decide": acting.may(Permission.SCREEN_CONCERN),
        "may_match": acting.may(Permission.DECIDE_MATCH),
        "may_rule": acting.may(Permission.APPROVE_CONFLICT),
        "needs": {need.value: need.label for need in decision_forms.NEEDS},
        "told_words": forms.TOLD_WORDS,
        "agreed_words": forms.AGREED_WORDS,
        "to_give": {d.subject_id for d in shown.duties if d.kind == "signposting" and d.to_do}
        if acting.may(Permission.WRITE_FOLDER)
        else set(),
        "onward": links.for_child if acting.may(Permission.WRITE_FOLDER) else [],
        "places": [o.label for o in forms.PLACES if o.value in shown.parts[0].part.harm_where],
        "unheard": queries.unheard([shown.concern.id]).get(shown.concern.id, ""),
        "back_href": reverse("concerns:board"),
        "back_text": "Front door",
        "new_key": new_key,
        "reopening": reopening,
        "family": decision_forms.KnowsFamilyForm(
            request.POST if request.POST.get("act") == "close_taken_back" else None
        ),
    }


def _knows(request: HttpRequest) -> bool | None:
    """Whether whoever acts knows the family, as far as that was answered."""
    asked = decision_forms.KnowsFamilyForm(request.POST)
    return asked.cleaned_data["knows_family"] if asked.is_valid() else None


def _sooner(request: HttpRequest) -> tuple[datetime | None, str]:
    """By when a child of a concern that is reopened needs the decision, and why; None where the limit will do. Raises
    Refused where that was not answered."""
    asked = decision_forms.ReopenForm(request.POST)
    if not asked.is_valid():
        raise Refused(next(iter(error_items(asked)))["text"] + ".")
    return asked.cleaned_data["sooner_by"], asked.cleaned_data["sooner_why"]


@page(permission=Permission.SEE_BOARD, methods=("POST",))
def act(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Take up, hand back, act on danger, acknowledge, add, reopen, close what was taken back."""
    name, words = request.POST.get("act", ""), request.POST.get("words", "")
    sent = forms.WordsForm(request.POST)
    if not sent.is_valid() and words.strip():
        return _not_taken(request, concern_id, name, words, str(sent.errors["words"][0]), 400)
    said = sent.cleaned_data.get("words", "")
    version, once = seen_version(request), read_key(request.POST.get("once_key"))
    meanwhile = ""
    done = {
        "take_up": "You are dealing with this concern now.",
        "hand_back": "Handed back: it waits on the board again.",
        "danger": "Recorded. The shortest clock is stopped.",
        "acknowledge": "The referrer has been told that it arrived.",
        "add": "Added to the concern, under your name.",
        "reopen": "Reopened: it waits for a decision again, and its clock runs.",
        "close_taken_back": "Closed: nothing more is owed on it.",
    }
    try:
        match name:
            case "take_up":
                actions.take_up(concern_id, version=version)
            case "hand_back":
                actions.hand_back(concern_id, version=version)
            case "danger":
                actions.danger_acted_on(concern_id, said, version=version, once=once)
            case "acknowledge":
                actions.acknowledge(concern_id, said, once=once)
            case "add":
                meanwhile = actions.add_more(concern_id, AdditionKind.MORE, said, version=version, once=once)
            case "reopen":
                sooner_by, sooner_why = _sooner(request)
                actions.reopen(
                    concern_id, said, sooner_by=sooner_by, sooner_why=sooner_why, version=version, once=once
                )
            case "close_taken_back":
                actions.close_taken_back(
                    concern_id, said, knows_family=_knows(request), version=version, once=once
                )
            case _:
                raise NotFound
    except (NotPermitted, NotFound):
        raise
    except Refused as refused:
        return _not_taken(request, concern_id, name, words, refused.verdict.reason, 409)
    messages.success(request, f"{done[name]} Meanwhile: {meanwhile}" if meanwhile else done[name])
    return HttpResponseRedirect(reverse("concerns:concern", args=[concern_id]))


def _not_taken(
    request: HttpRequest, concern_id: UUID, name: str, words: str, why: str, status: int
) -> HttpResponse:
    """The concern's page again, with why it was not taken and what was typed."""
    form = forms.WordsForm(request.POST)
    form.is_valid()
    form.errors.pop("words", None)
    form.add_error(None, why)
    shown = queries.concern(concern_id)
    return render(
        request,
        "concerns/concern.html",
        _concern_context(request, shown) | {"form": form, "act": name, "kept": words},
        status=status,
    )


@page(permission=Permission.SCREEN_CONCERN)
def decide(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """A decision for each child, brothers and sisters in one sitting. Nothing is chosen beforehand."""
    shown = opened(concern_id, "decide_page")
    pack, day = pack_in_force(), today()
    kept = queries.screening_draft(concern_id)
    fields = kept.content.get("screening") if kept else None
    unsaid = [p.part for p in shown.parts if not p.said_whether_known]
    known = queries.suggested(unsaid, leave_out=[p.folder_id for p in shown.parts])
    if unsaid:
        tell_suggested(child for several in known.values() for child in several)
    may_match = request.practitioner.may(Permission.DECIDE_MATCH)  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    family = decision_forms.KnowsFamilyForm(data, draft=fields)
    children = [
        (
            p,
            decision_forms.ChildDecisionForm(
                data,
                draft=fields,
                prefix=f"c{n}",
                pack=pack,
                day=day,
                may_be_known=may_match and p.id in known,
            ),
        )
        for n, p in enumerate(shown.parts)
    ]
    refusal, status = "", 200
    if request.method == "POST":
        # Kept first, so that nothing typed is lost whatever happens next.
        if kept is None:
            kept = actions.start_draft("screening", concern_id=concern_id)
        n = whole_number(request.POST.get("take_over", ""), most=len(shown.parts) - 1)
        if n is not None:
            actions.save_draft(kept.id, "screening", _taken_over(typed(request.POST), n))
            here = reverse("concerns:decide", args=[concern_id])
            return HttpResponseRedirect(f"{here}#child-{n}")
        actions.save_draft(kept.id, "screening", typed(request.POST))
        look = whole_number(request.POST.get("look", ""), most=len(shown.parts) - 1)
        if look is not None:
            part_id = shown.parts[look].id
            return HttpResponseRedirect(
                reverse("concerns:match", args=[concern_id, part_id], query={"then": "decide"})
            )
        valid = family.is_valid() & all([f.is_valid() for _, f in children])
        if valid:
            try:
                actions.screen(
                    concern_id,
                    [_decision(p, f) for p, f in children],
                    knows_family=family.cleaned_data["knows_family"],
                    version=seen_version(request),
                    draft_id=kept.id,
                )
            except actions.Incomplete as incomplete:
                by_part = {p.id: f for p, f in children}
                for (part_id, name), message in incomplete.faults.items():
                    form = by_part[part_id]
                    name = form.named(name)
                    form.add_error(name if name in form.fields else None, message)
            except (NotPermitted, NotFound):
                raise
            except Refused as refused:
                if queries.is_mine_since(concern_id, seen_version(request)):
                    actions.drop_draft(kept.id)  # the same form again: it was decided the first time
                    return _after_deciding(concern_id)
                refusal, status = refused.verdict.reason, 409
            else:
                answer = _after_deciding(concern_id)
                messages.success(
                    request,
                    "Decided. What each decision opens stands in My work."
                    if answer.url == reverse("concerns:answer", args=[concern_id])
                    else "Decided. It has no effect until a manager has ruled on it. That is owed from now on.",
                )
                return answer
    return render(
        request,
        "concerns/decide.html",
        {
            "shown": shown,
            "concern": shown.concern,
            "family": family,
            "children": children,
            "known": known,
            "may_match": may_match,
            "forms": [family, *[f for _, f in children]],
            "refusal": refusal,
            "pack": pack,
            "definition": pack.definition("safeguarding", day),
            "keep_url": reverse("concerns:decide_keep", args=[concern_id]),
            "saved_at": kept.saved_at if kept else None,
            "earlier": decisions([p.folder_id for p in shown.parts]) if shown.history else [],
            "back_href": reverse("concerns:concern", args=[concern_id]),
        },
        status=status,
    )


def _after_deciding(concern_id: UUID) -> HttpResponseRedirect:
    """On to telling the referrer; back to the concern while a manager's ruling is outstanding."""
    follows = "concern" if queries.concern(concern_id).awaits_ruling else "answer"
    return HttpResponseRedirect(reverse(f"concerns:{follows}", args=[concern_id]))


@page(permission=Permission.SCREEN_CONCERN, methods=("POST",))
def decide_keep(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Saves the decisions as they stand, asked for by the page itself; nothing for a concern that is not theirs."""
    kept = queries.screening_draft(concern_id)
    if kept is None:
        kept = actions.start_draft("screening", concern_id=queries.concern(concern_id).concern.id)
    saved = actions.save_draft(kept.id, "screening", typed(request.POST))
    return JsonResponse({"saved": f"{saved.saved_at.astimezone(LONDON):%H:%M}"})


def _taken_over(fields: dict[str, list[str]], n: int) -> dict[str, list[str]]:
    """What was typed, with the first child's words in every field of the nth child that is still empty.

    Only words: what is chosen for one child is never chosen for another.
    """
    fields = {name: values for name, values in fields.items() if name != "take_over"}
    for word in decision_forms.ChildDecisionForm.words:
        if not "".join(fields.get(f"c{n}-{word}", [])).strip() and f"c0-{word}" in fields:
            fields[f"c{n}-{word}"] = fields[f"c0-{word}"]
    return fields


def _decision(part: queries.PartView, form: decision_forms.ChildDecisionForm) -> ChildDecision:
    got = form.cleaned_data
    return ChildDecision(
        part_id=part.id,
        outcome_id=got["outcome_id"],
        level_id=got["level_id"],
        descriptors=form.descriptors(),
        reasons=got["reasons"],
        stands_on=got["stands_on"],
        why_nothing_less=form.answered("why_nothing_less") or "",
        child_told=got["child_told"],
        parents_told=got["parents_told"],
        working_well=got["working_well"],
        advice=form.answered("advice") or "",
        records_referral=form.answered("records_referral"),
        need_code=form.answered("need_code") or "",
        authority=form.answered("authority") or "",
        summary=form.answered("summary") or "",
        conflict=got["conflict"] or "" if got["has_conflict"] else "",
        conflict_resolved=got["conflict_resolved"] or "",
        for_the_child=got["for_the_child"],
        sooner=form.answered("sooner"),
        sooner_by=form.answered("sooner_by"),
        sooner_why=form.answered("sooner_why") or "",
        none_of_these=got.get("none_of_these", False),
    )


@page(permission=Permission.SCREEN_CONCERN)
def answer(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Tell the referrer what became of it: no more than they may know."""
    shown, status = opened(concern_id, "answer_page"), 200
    form = forms.WordsForm(
        request.POST or None,
        label="What do you tell them?",
        hint="They raised it about these children. Say what happens next as far as they may know it, and whom to "
        "ask if they are not satisfied. No addresses, no other people's affairs.",
        ask="Write what the referrer is told",
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(
                concern_id, form.cleaned_data["words"], version=seen_version(request), once=form.once()
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            shown, status = queries.concern(concern_id), 409
        else:
            messages.success(request, "The referrer has been told.")
            return HttpResponseRedirect(reverse("concerns:concern", args=[concern_id]))
    return render(
        request,
        "concerns/answer.html",
        {"shown": shown, "form": form, "back_href": reverse("concerns:concern", args=[concern_id])},
        status=status,
    )


@page(permission=Permission.APPROVE_CONFLICT)
def ruling(request: HttpRequest, concern_id: UUID, decision_id: UUID) -> HttpResponse:
    """A manager decides on a decision made with an unresolved conflict of interests."""
    shown, status = opened(concern_id, "ruling_page"), 200
    # Not only the one that stands now: another may have ruled on it, and the child been decided on anew, meanwhile.
    screening = next((s for s in shown.history if s.decision_id == decision_id), None)
    part = next((p for p in shown.parts if screening is not None and p.id == screening.part_id), None)
    if screening is None or part is None:
        raise NotFound
    form = decision_forms.RulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rule_on(
                decision_id,
                upholds=form.cleaned_data["upholds"] == "yes",
                reasons=form.cleaned_data["reasons"],
                knows_family=form.cleaned_data["knows_family"],
                once=form.once(),
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            messages.success(request, "Your ruling is recorded.")
            return HttpResponseRedirect(reverse("concerns:concern", args=[concern_id]))
    return render(
        request,
        "concerns/ruling.html",
        {
            "shown": shown,
            "part": part,
            "screening": screening,
            "replaced_by": next((s for s in shown.history if s.decision.replaces_id == decision_id), None),
            "form": form,
            "back_href": reverse("concerns:concern", args=[concern_id]),
        },
        status=status,
    )
