"""An assessment is sent to a manager, sent back, signed and takes effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import ChildView, child_page
from sightline.children.terms import StatusKind
from sightline.kernel.time import day_of, now, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.kept import as_it_was
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.models import Decision
from sightline.records.queries import last_seen
from sightline.records.terms import DecisionKind
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ...models import (
    Assessment,
    SignOff,
)
from ...queries import assessment as queries
from ...rules import assessment as rules
from ...rules import stages
from ...rules.closing import Closing
from ...terms import (
    AFTER_ASSESSMENT,
    Act,
    AssessmentAct,
    AssessmentState,
    Closure,
    Stage,
)
from .. import changes
from .. import episode as way
from ..closing import write_closing
from ..waiting import ruling_owed
from .beginning import DUTY
from .writing import _locked


def _signing(
    row: Assessment, act: AssessmentAct, words: str, *, decision: Decision | None = None, **fields: Any
) -> SignOff:
    """One step in the life of an assessment, by the table, with who and why: whoever decided on it, where it is a
    decision that waited for a ruling."""
    acting = acting_as(way.me())
    row.state = rules.after(AssessmentState(row.state), act).value
    row.version += 1
    if row.state in (AssessmentState.SIGNED.value, AssessmentState.SET_ASIDE.value):
        row.ended_at = now()
    else:
        row.ended_at = None
    row.save(update_fields=["state", "version", "ended_at", "manager"])
    made = SignOff(
        folder_id=row.folder_id,
        assessment=row,
        act=act.value,
        at=now(),
        by_id=decision.maker_id if decision else way.me(),
        by_post=decision.maker_post if decision else acting.post if acting else "",
        words=words.strip(),
        decision=decision,
        **fields,
    )
    made.save(force_insert=True)
    return made


def _view_of(row: Assessment) -> tuple[queries.AssessmentView, ChildView]:
    child = child_page(joined_set(row.folder_id))
    return queries.assessment(row.id, child), child


def _complete(view: queries.AssessmentView) -> None:
    if view.lacks:
        more = f", and {len(view.lacks) - 1} more" if len(view.lacks) > 1 else ""
        raise Refused(f"It is not complete yet. {view.lacks[0].words}{more}.")


@transaction.atomic
def send(
    assessment_id: UUID, manager_id: UUID, *, outcome_id: str, words: str, version: int | None = None
) -> SignOff:
    """The author sends a complete assessment to a manager, with the outcome that they recommend and why."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id, version=version)
    rules.after(AssessmentState(row.state), AssessmentAct.SEND)
    manager = acting_as(manager_id)
    if manager is None or not manager.may(Permission.SIGN_OFF):
        raise Refused("Choose a manager who may sign assessments.", "manager")
    if manager_id in (row.author_id, acting.practitioner_id):
        raise Refused("Nobody signs their own assessment. Choose another manager.", "manager")
    view, _child = _view_of(row)
    _complete(view)
    pack = pack_in_force()
    if outcome_id not in {o.id for o in pack.assessment_outcomes(row.form, today())}:
        raise Refused("Choose the outcome that you recommend.", "outcome_id")
    if not stages.has_words(words):
        raise Refused("Say why you recommend it.", "words")
    row.manager_id = manager_id
    made = _signing(
        row, AssessmentAct.SEND, words, outcome_id=outcome_id, pack=pack.name, pack_version=pack.version
    )
    path = f"/child/{row.folder_id}/enquiries/assessments/{row.id}/sign/"
    way.happened(
        "assessment_sent",
        row.folder_id,
        row.duty_subject,
        path=path,
        owner_id=manager_id,
        team_id=manager.team_id,
    )
    notify(manager_id, text="An assessment waits for your signature", path=path)
    record(Verb.WROTE, "enquiries.send", folder_id=row.folder_id, subject=made)
    return made


@transaction.atomic
def send_back(assessment_id: UUID, words: str, *, version: int | None = None) -> SignOff:
    """The manager returns it with what is still needed, or the author takes it back. Nothing in it is lost."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id, version=version)
    mine = row.author_id == acting.practitioner_id
    if not mine:
        permit(Permission.SIGN_OFF)
    if not stages.has_words(words):
        raise Refused("Say what is still needed." if not mine else "Say why you take it back.", "words")
    made = _signing(row, AssessmentAct.TAKE_BACK if mine else AssessmentAct.RETURN, words)
    way.happened("assessment_returned", row.folder_id, row.duty_subject)
    if not mine:
        notify(
            row.author_id,
            text="An assessment has come back to you",
            path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
        )
    record(Verb.WROTE, "enquiries.send_back", folder_id=row.folder_id, subject=made)
    return made


@dataclass(frozen=True)
class Signing:
    """A manager's decision on an assessment."""

    outcome_id: str
    reasons: str
    knows_family: bool | None
    safe_words: str = ""
    closing: Closing = field(default_factory=Closing)
    """Where the outcome closes the case."""
    family_view: str = ""
    """Where early help is to be stepped up: what the family was told, and says to it."""
    conflict: str = ""
    conflict_resolved: str = ""
    for_the_child: bool | None = None
    wishes: WishesIn = field(default_factory=WishesIn)
    """Early help is no decision under the Act: only an assessment of a child in need asks for them."""


@transaction.atomic
def sign(assessment_id: UUID, signing: Signing, *, version: int | None = None) -> SignOff:
    """A manager signs: the content is fixed with the wording and the pack that it answered; the outcome takes effect.

    Raises NotPermitted, NotFound, or Refused: own assessment, known family, something still missing, an outcome that
    does not fit, a stale page. With a conflict of interests not resolved for the child it waits for another manager.
    """
    acting = permit(Permission.SIGN_OFF)
    row = _locked(assessment_id, version=version)
    rules.after(AssessmentState(row.state), AssessmentAct.SIGN)
    view, child = _view_of(row)
    rules.may_sign(
        author=row.author_id,
        signer=acting.practitioner_id,
        knows_family=signing.knows_family,
        wrote=queries.parts_by(view, acting.practitioner_id),
    ).or_refuse()
    _complete(view)
    died = child.child.birth.died_on is not None
    pack = pack_in_force()
    outcome = next(
        (o for o in pack.assessment_outcomes(row.form, today()) if o.id == signing.outcome_id), None
    )
    if outcome is None:
        raise Refused("Choose the outcome.", "outcome_id")
    stage = Stage(row.episode.stage)
    rules.may_end(
        rules.Ending(
            closes=outcome.closes,
            step=outcome.step,
            protecting=stage in stages.PROTECTING,
            child_seen=outcome.closes and _seen_since(row),
            non_contact_open=view.non_contact_open,
            safe_words=signing.safe_words,
            unborn=child.child.birth.unborn,
            died=died,
        )
    ).or_refuse()
    if outcome.step:
        stages.step(stage, Act(outcome.step)).or_refuse()
    if outcome.step == Act.STEP_UP and not stages.has_words(signing.family_view):
        raise Refused(
            "Say what the family was told and what they say to it, or why they were not told.", "family_view"
        )
    reasons = signing.reasons.strip()
    if outcome.closes and not died:
        reasons = f"{reasons}\nHow the child is known to be safe: {signing.safe_words.strip()}"
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.ASSESSMENT,
                outcome=outcome.title,
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                conflict=signing.conflict,
                conflict_resolved=signing.conflict_resolved,
                for_the_child=signing.for_the_child,
                subject_id=row.id,
            )
        ]
    )
    if outcome.closes:
        said = signing.closing.reason
        if outcome.closure and said in AFTER_ASSESSMENT and said != outcome.closure:
            raise Refused(
                f"With this outcome the case ends as: {Closure(outcome.closure).label}. Select that, or another reason",
                "reason",
            )
        write_closing(row.episode, decision.id, signing.closing)
    if view.form.statutory:
        weigh(decision, Power.SECTION_17, signing.wishes)
    content, wording = (
        snapshot(view) | {"family_view": signing.family_view.strip()},
        view.form.model_dump(mode="json", by_alias=True),
    )
    factors = view.texts["factors"].content.get("factors", []) if "factors" in view.texts else []
    made = _signing(
        row,
        AssessmentAct.SIGN,
        "",
        content=content,
        form=wording,
        factors=factors,
        outcome_id=outcome.id,
        digest=digest_of(content, wording),
        pack=pack.name,
        pack_version=pack.version,
        decision=decision,
    )
    _signed_duties(row)
    if decision.awaits_ruling:
        ruling_owed(decision, pack)
    else:
        take_effect(made)
    notify(
        row.author_id,
        text="An assessment of yours has been signed",
        path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/",
    )
    record(Verb.WROTE, "enquiries.sign", folder_id=row.folder_id, subject=made)
    return made


def _seen_since(row: Assessment) -> bool:
    """Whether anybody has recorded seeing the child since the day on which the assessment began."""
    folders = joined_set(row.folder_id)
    seen = last_seen(folders)
    return seen is not None and day_of(seen.at) >= day_of(row.started_at)


def _signed_duties(row: Assessment) -> None:
    for kind in DUTY.values():
        duties.discharge(kind, row.duty_subject)
    author = acting_as(row.author_id)
    way.happened(
        "assessment_signed",
        row.folder_id,
        row.duty_subject,
        path=f"/child/{row.folder_id}/enquiries/assessments/{row.id}/shared/",
        owner_id=row.author_id,
        team_id=author.team_id if author else None,
    )


def take_effect(signed: SignOff) -> None:
    """The outcome of a signed assessment moves the child on. A step of signing, or of a manager's ruling."""
    row = Assessment.objects.select_related("episode").get(id=signed.assessment_id)
    # What was decided takes effect as it was decided, also where a manager rules on it after the procedures changed.
    then = as_it_was(signed.pack_version).pack
    outcome = then.assessment_outcome(signed.outcome_id, day_of(signed.at))
    assert signed.decision is not None
    episode = way.locked(row.episode_id)
    ends: tuple[StatusKind, ...] = ()
    begins: tuple[StatusKind, ...] = ()
    if outcome.closes:
        ends = (StatusKind.CHILD_IN_NEED, StatusKind.EARLY_HELP)
    elif outcome.step == Act.STEP_DOWN:
        ends, begins = (StatusKind.CHILD_IN_NEED,), (StatusKind.EARLY_HELP,)
    if outcome.step == Act.STEP_UP:
        # Early help never steps up by itself: the front door decides, and the child stays in early help till then.
        words = (signed.content or {}).get("family_view", "")
        changes.ask_step_up(row.folder_id, reasons=signed.decision.reasons, family_view=words)
    elif outcome.step:
        way.move(
            episode,
            Act(outcome.step),
            reasons=signed.decision.reasons,
            decision_id=signed.decision_id,
            outcome_id=outcome.id,
            ends=ends,
            begins=begins,
        )
    else:
        here = Stage(episode.stage)
        way.tell(
            way.Moved(
                row.folder_id,
                episode.id,
                Act.ASSESS_AGAIN,
                here,
                here,
                signed.decision_id,
                outcome.id,
                signed.decision.reasons,
            )  # fmt: skip
        )


def snapshot(view: queries.AssessmentView) -> dict[str, Any]:
    """Everything that stands in an assessment, as plain data: what a signature keeps."""
    return {
        "author": f"{view.row.author.name}, {view.row.author_post}",
        "started_at": view.row.started_at.isoformat(),
        "stands_on": view.row.stands_on,
        "stands_on_words": view.row.stands_on_words,
        "why_nothing_less": view.row.why_nothing_less,
        "texts": {key: dict(text.content) for key, text in view.texts.items()},
        "evidence": [
            {"section": e.section, "entry": str(e.entry_id), "number": e.number, "note": e.note}
            for e in view.evidence
        ],
        "family": [
            {
                "person": str(m.person_id),
                "name": m.name,
                "said": m.said,
                "took_part": m.took_part.value if m.took_part else "",
                "how": m.how,
                "why_not": m.why_not,
                "barrier": m.barrier,
                "adjustment": m.adjustment,
                "acts_for_child": m.acts_for_child.value if m.acts_for_child else "",
                "acts_evidence": m.acts_evidence,
            }
            for m in view.members
        ],
        "contributions": [
            {
                "agency": c.agency,
                "asked_words": c.asked_words,
                "asked_at": c.asked_at.isoformat(),
                "answer": c.answer,
                "declined": c.declined,
                "answered_as": c.answered_as,
                "answered_at": c.answered_at.isoformat() if c.answered_at else "",
            }
            for c in view.contributions
        ],
        "progress": [
            {
                "area": p.area.value,
                "seen_on": p.seen_on.isoformat(),
                "age_months": p.age_months,
                "against_age": p.against_age.value,
                "words": p.words,
                "source": p.source,
            }
            for p in view.progress
        ],
        "needs": [
            {
                "words": n.words,
                "whose": n.whose,
                "service": n.service,
                "agency": n.agency,
                "waiting_since": n.waiting_since.isoformat() if n.waiting_since else "",
                "unmet_why": n.unmet_why,
            }
            for n in view.needs
        ],
    }


def digest_of(content: Mapping[str, Any], form: Mapping[str, Any]) -> str:
    """SHA-256 over content and wording in one fixed spelling."""
    spelled = json.dumps({"content": content, "form": form}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()
