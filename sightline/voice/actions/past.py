"""What children said in the past, written as it would have been: for the named jobs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import day_of
from sightline.procedures import actions as duties

from .. import rules
from ..models import Done, ExplainedView, Explanation, View
from .writing import Explaining, Said, _page


@dataclass(frozen=True)
class PastVoice:
    """Something that a child said in the past, by whom it was written down, what was done and told."""

    folder_id: UUID
    said: Said
    author_id: UUID
    author_post: str
    author_name: str
    done: str = ""
    explained: Explaining | None = None


def record_past_voices(voices: Sequence[PastVoice]) -> list[UUID]:
    """What `hear`, `acted` and `explain` would have written by now, dated back; for the named jobs alone."""
    ids = []
    for past in voices:
        acting = {
            "folder_id": past.folder_id, "author_id": past.author_id, "author_post": past.author_post,
            "written_at": past.said.heard_at,
        }  # fmt: skip
        said = past.said
        key = uuid7()
        view = View.objects.create(
            id=key, first=key, **acting, said=said.said, heard=said.heard.value, worries=said.worries, good=said.good,
            dreams=said.dreams, language=said.language,
            heard_by=said.heard_by or f"{past.author_name}, {past.author_post}", heard_at=said.heard_at,
            place=said.place, alone=bool(said.alone), others=said.others, why_not_alone=said.why_not_alone,
            wants=said.wants, keep_from=said.keep_from,
        )  # fmt: skip
        ids.append(view.id)
        told = past.explained
        if past.done:
            day = day_of(told.explained_at if told else said.heard_at)
            Done.objects.create(**acting, view=view, words=past.done, done_on=day)
        if told is not None and told.answer is not None:
            explanation = Explanation.objects.create(
                **(acting | {"written_at": told.explained_at}), answer=told.answer.value, words=told.words,
                why_no=told.why_no, explained_at=told.explained_at,
                explained_by=told.explained_by or f"{past.author_name}, {past.author_post}", how=told.how.value,
                child_said=told.child_said,
            )  # fmt: skip
            ExplainedView.objects.create(folder_id=past.folder_id, explanation=explanation, view=view)
        if rules.awaits_answer(said.heard, said.wants):
            duties.record_duties_bulk(
                [
                    duties.PastDuty(
                        duties.Opening(
                            folder_id=past.folder_id, kind="answer_to_child", started_at=said.heard_at,
                            subject_id=view.id, path=_page(past.folder_id), owner_id=past.author_id,
                        ),
                        opened_at=said.heard_at, opened_by_id=past.author_id,
                        done_at=told.explained_at if told else None,
                        done_by_id=past.author_id if told else None,
                    )
                ]
            )  # fmt: skip
        record(Verb.WROTE, "voice.hear", folder_id=past.folder_id, subject=view)
    return ids
