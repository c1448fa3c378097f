"""Seals the trail every ten seconds."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .anchor import seal_and_anchor


# Several workers may each defer it; one lock keeps one waiting, and sealing itself lets only one through.
@app.periodic(cron="* * * * * */10")
@app.task(name="audit.seal", queueing_lock="audit.seal", queue="audit")
def seal_the_trail(timestamp: int) -> int:
    """`timestamp` is the second it was due; returns how many events were sealed."""
    return seal_and_anchor()
