"""The papers of a meeting that go to one person: the family's letter, and everybody's own copy of the minutes."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.access.leaving import Leaving, leaves
from sightline.agencies.gate import page
from sightline.agencies.queries import partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.print import pdf

from .. import papers
from ..queries import InvitedView, MeetingView
from .meeting import around, arranging, opened

#: The list of copies is open to more people than the meeting is, so it names nobody who was invited.
ADDRESSED = "Whom it is addressed to: the meeting says who"


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def letter(request: HttpRequest, meeting_id: UUID, invitation_id: UUID, letter_id: str) -> HttpResponse:
    """The family's invitation as a page, with what whoever hands it over must know beside it."""
    shown = opened(meeting_id, "meetings.letter", work=True)
    one = shown.person(invitation_id)
    return render(
        request,
        "meetings/letter.html",
        around(
            shown,
            one=one,
            paper=papers.invitation(shown, one, letter_id),
            form_id=letter_id,
            letters=papers.forms_of(shown),
        )
        | {"back_href": reverse("meetings:invited", args=[shown.id, one.id]), "back_text": one.name},
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def letter_pdf(request: HttpRequest, meeting_id: UUID, invitation_id: UUID, letter_id: str) -> HttpResponse:
    """The same as a tagged PDF."""
    shown = opened(meeting_id, "meetings.letter", work=True)
    one = shown.person(invitation_id)
    sent = _sent(request, one, "a letter of a meeting", "To invite whom it is addressed to")
    return _as_pdf(shown, papers.invitation(shown, one, letter_id), "meetings.letter_pdf", sent, "invitation")


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def copies(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Everybody's own copy of the minutes, and whether it reached them."""
    shown = opened(meeting_id, "meetings.copies", "said", "decisions", work=True)
    return render(request, "meetings/copies.html", around(shown, changed_at=shown.minutes_changed_at))


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def copy(request: HttpRequest, meeting_id: UUID, invitation_id: UUID) -> HttpResponse:
    """One reader's copy as it goes to them, with what it leaves out beside it."""
    shown = opened(meeting_id, "meetings.copy", "decisions", "said", "actions", work=True)
    one = shown.person(invitation_id)
    return render(
        request,
        "meetings/copy.html",
        around(shown, one=one, paper=papers.copy_of_minutes(shown, one))
        | {"back_href": reverse("meetings:copies", args=[shown.id]), "back_text": "Copies"},
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def copy_pdf(request: HttpRequest, meeting_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Somebody's own copy of the minutes as a tagged PDF."""
    shown = opened(meeting_id, "meetings.copy", "decisions", "said", "actions", work=True)
    one = shown.person(invitation_id)
    sent = _sent(request, one, "a copy of the minutes of a meeting", "For whoever was invited to it")
    return _as_pdf(shown, papers.copy_of_minutes(shown, one), "meetings.copy_pdf", sent, "minutes")


def _sent(request: HttpRequest, one: InvitedView, what: str, purpose: str) -> Leaving:
    """What somebody takes for one person on one day: taken again, it stands on the list of copies once."""
    taken_by = request.practitioner.practitioner_id  # type: ignore[attr-defined]
    return Leaving(what, purpose, ADDRESSED, uuid5(one.id, f"{what} {today()} {taken_by}"), stays=True)


def _as_pdf(shown: MeetingView, paper: papers.Paper, what: str, leaving: Leaving, name: str) -> HttpResponse:
    """A paper as a PDF in the answer, the printing audited and on the list of copies in each child's record (FIL-06).
    A paper made for one person says by itself what it is for and who has it, so nobody is asked."""
    subject = ("meetings_meeting", shown.id)
    leaves([c.folder_id for c in shown.children], leaving)
    record_many([event(Verb.PRINTED, what, folder_id=c.folder_id, subject=subject) for c in shown.children])
    ours = partnership()
    about = pdf.About(
        title=paper.title, reader=paper.reader, partnership=ours.name if ours else "", lang=paper.lang
    )
    content = pdf.make("meetings/easy" if paper.easy else "print/letter", paper.as_data, about=about)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{shown.starts_at:%Y-%m-%d}.pdf"'
    return answer
