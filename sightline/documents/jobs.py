"""What the worker does with documents: reads them, asks the scanner again, and clears what was left behind."""

from __future__ import annotations

from time import monotonic
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sightline.audit.actions import outer_transaction
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer

from . import actions, queries, scanner
from .terms import EXAMINING, ScanResult

READER = Viewer.for_job(EXAMINING)
#: So many of those in quarantine are read at once.
AT_ONCE = 200
#: So many are scanned anew in one run, and for no longer than so many seconds.
ANEW, LONGEST = 500, 20 * 60


@app.task(name="documents.examine", retry=RetryStrategy(max_attempts=5, wait=10, exponential_wait=4))
def examine(document_id: str) -> None:
    """Make the preview of one document and read its text. May run twice: the second time does nothing."""
    with outer_transaction(READER, "documents.examine"):
        actions.examine(UUID(document_id))


@app.periodic(cron="11 * * * *")
@app.task(name="documents.examine_again", queueing_lock="documents.examine_again")
def examine_again(timestamp: int) -> int:
    """Every hour: what could not be read when it was added, such as while the key of the documents was missing or the
    stored file damaged, is read once it can be. Returns how many were."""
    done, last = 0, None
    while not queries.unusable_keys():
        with outer_transaction(READER, "documents.examine_again"):
            waiting = actions.not_examined(AT_ONCE, after=last)
        if not waiting:
            break
        for document_id in waiting:
            with outer_transaction(READER, "documents.examine_again"):
                done += actions.examine(document_id)
        last = waiting[-1]
    return done


@app.periodic(cron="*/5 * * * *")
@app.task(name="documents.clear_left", queueing_lock="documents.clear_left")
def clear_left(timestamp: int) -> int:
    """Every five minutes, and when a worker starts: what a killed process left in clear is removed."""
    with outer_transaction(READER, "documents.clear_left"):
        return actions.clear_left()


@app.periodic(cron="*/5 * * * *")
@app.task(name="documents.scan_again", queueing_lock="documents.scan_again")
def scan_again(timestamp: int) -> int:
    """Every five minutes: what is in quarantine because nobody scanned it is scanned as soon as somebody can, all of it
    in turn: what cannot be scanned, such as a file that is too large, keeps nothing behind it waiting."""
    done, last = 0, None
    while _scans():
        with outer_transaction(READER, "documents.scan_again"):
            waiting = actions.in_quarantine(AT_ONCE, after=last)
        if not waiting:
            break
        for document_id in waiting:
            with outer_transaction(READER, "documents.scan_again"):
                result = actions.scan_again(document_id)
            done += result not in (None, ScanResult.NOT_SCANNED)
            if result is ScanResult.NOT_SCANNED and not _scans():
                return done
        last = waiting[-1]
    return done


@app.periodic(cron="37 * * * *")
@app.task(name="documents.scan_old", queueing_lock="documents.scan_old")
def scan_old(timestamp: int) -> int:
    """Every hour: what was found clean long ago is scanned with the signatures of today, the longest ago first, so many
    in one run. Returns how many were. What cannot be looked through today keeps nothing behind it waiting."""
    if not _scans():
        return 0
    before = now() - actions.SCANNED_ANEW
    if (signatures_of := scanner.daemon().signatures_of) is not None:
        before = min(before, signatures_of)
    done, begun = 0, monotonic()
    cannot: set[UUID] = set()
    while done < ANEW:
        with outer_transaction(READER, "documents.scan_old"):
            old = queries.scanned_before(before).exclude(document_id__in=cannot).order_by("at", "id")
            waiting = list(old.values_list("document_id", flat=True)[: min(AT_ONCE, ANEW - done)])
        if not waiting:
            break
        for document_id in waiting:
            with outer_transaction(READER, "documents.scan_old"):
                result = actions.scan_anew(document_id)
            if result in (None, ScanResult.NOT_SCANNED):
                cannot.add(document_id)
            else:
                done += 1
            if (result is ScanResult.NOT_SCANNED and not _scans()) or monotonic() - begun > LONGEST:
                return done
    return done


def _scans() -> bool:
    """Whether there is a scanner that answers: one that is down would be asked in vain for each of thousands."""
    if not scanner.configured():
        return False
    try:
        scanner.daemon()
    except scanner.NoAnswer:
        return False
    return True


@app.periodic(cron="41 2 * * *")
@app.task(name="documents.clear_orphans", queueing_lock="documents.clear_orphans")
def clear_orphans(timestamp: int) -> int:
    """Every night: what lies on disk and belongs to nothing is removed."""
    with outer_transaction(READER, "documents.clear_orphans"):
        return actions.clear_orphans()
