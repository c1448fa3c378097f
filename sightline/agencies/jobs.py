"""What the worker does for this room: e-mails about notices, passing on what nobody acknowledged, old sessions."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sightline.audit.actions import outer_transaction
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer

from . import actions

NOTICES = Viewer.for_job("notices")

#: A page that was left open over a weekend can still be sent.
ENDED_FOR = timedelta(days=3)
#: A mail server that is down must not lose an e-mail: a day and a half of attempts, further and further
#: apart.
AGAIN = RetryStrategy(max_attempts=15, wait=5, exponential_wait=2)


@app.periodic(cron="* * * * *", periodic_id="pass_on_notices")
@app.task(name="agencies.pass_on_notices", queueing_lock="agencies.pass_on_notices", pass_context=False)
def pass_on_notices(timestamp: int) -> None:
    """Each minute: unacknowledged notices go to the next person on the rota."""
    with outer_transaction(NOTICES, "agencies.pass_on_notices"):
        actions.settle_and_pass_on()


@app.periodic(cron="40 2 * * *", periodic_id="clear_ended_sessions")
@app.task(
    name="agencies.clear_ended_sessions", queueing_lock="agencies.clear_ended_sessions", pass_context=False
)
def clear_ended_sessions(timestamp: int) -> None:
    """Each night: what browsers held for people whose sessions ended days ago, which forms were sent, and counts of
    attempts that limit nobody any more."""
    with outer_transaction(NOTICES, "agencies.clear_ended_sessions"):
        actions.clear_ended_sessions(now() - ENDED_FOR)
        actions.forget_sent(now() - actions.AGAIN_WITHIN)
        actions.clear_ended_counts(now())


@app.periodic(cron="20 6 * * *", periodic_id="tell_of_ending_posts")
@app.task(
    name="agencies.tell_of_ending_posts", queueing_lock="agencies.tell_of_ending_posts", pass_context=False
)
def tell_of_ending_posts(timestamp: int) -> None:
    """Each morning: posts that end soon, or have ended, are told to the managers of those who hold them, and to whoever
    ends posts."""
    with outer_transaction(NOTICES, "agencies.tell_of_ending_posts"):
        actions.tell_of_ending_posts()


@app.task(name="agencies.email_notice", retry=AGAIN)
def email_notice(notice_id: str) -> None:
    """Tells somebody by e-mail that a notice waits, and nothing of what it says.

    The mark that it was sent and the sending stand or fall together: when the mail server refuses, the mark
    is rolled back and the job tries again.
    """
    with outer_transaction(NOTICES, "agencies.email_notice"):
        needed = actions.notice_emailed(UUID(notice_id))
        if needed is not None:
            message(needed["to"], bool(needed["urgent"])).send()


def message(to: str, urgent: bool) -> EmailMessage:
    """The e-mail itself: no name, no child, no reason, since e-mail is read by others."""
    subject = "Sightline: something urgent waits for you" if urgent else "Sightline: something waits for you"
    body = (
        "A notice waits for you in Sightline. Sign in to read it and to say that you have it:\n\n"
        f"{settings.BASE_URL}/notices/\n\n"
        "This e-mail says nothing more on purpose, since e-mail is not private. "
        "If a child is in danger now, ring 999.\n"
    )
    return EmailMessage(subject, body, to=[to])


@app.task(name="agencies.send_email", retry=AGAIN)
def send_email(to: list[str], subject: str, body: str, headers: dict[str, str] | None = None) -> None:
    """An e-mail about somebody's own sign-in (a new password, a changed passkey), sent as it stands."""
    EmailMessage(subject, body, to=to, headers=headers).send()
