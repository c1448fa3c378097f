"""A meeting for walking its pages: held, its minutes open, one of the family invited."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sightline.kernel.time import now, today
from sightline.meetings import actions, queries
from sightline.meetings.terms import Came, ChildStage, Purpose
from sightline.voice.actions import WishesIn


def a_meeting(folder_id: UUID, child_id: UUID, mother: UUID) -> dict[str, UUID]:
    """A core group as its chair leads it, and the ids of what hangs on it."""
    met = actions.call(
        Purpose.CORE_GROUP,
        [folder_id],
        now() + timedelta(hours=1),
        place="School",
        agenda="What was done?",
        earlier_why="The plan is kept on paper until the children's records are here.",
    )
    invited = actions.invite(met, actions.Invitee.family(mother, "Mother"))
    actions.tell_child(
        met, folder_id, ChildStage.BEFORE, done=True, words="Told after school by her teacher."
    )
    actions.hold(
        met,
        people=[actions.AttendanceIn(one.id, Came.CAME) for one in queries.meeting(met).invited],
        without_quorum_why="The health visitor is ill and the family is here.",
        unready_why="The family asked for it at once.",
    )
    actions.write_minutes(met, [actions.SaidIn(invited, "I want help in the mornings.")])
    decision = actions.DecisionIn(
        folder_id,
        "The plan goes on",
        "It helps her in the mornings.",
        {invited: "It is too much."},
        wishes=WishesIn(why_not="She was asked twice."),
    )
    decided = actions.decide(met, [decision], knows_family=False)
    (agreed,) = actions.agree_actions(
        met,
        [actions.ActionIn(folder_id, "Ring the clinic", today(), "She needs it before term.", by_whom="Ana")],
    )
    apart = actions.keep_apart(
        folder_id, child_id, mother, in_room=False, address=True, why="The court says so."
    )
    return {
        "meeting_id": met,
        "invitation_id": invited,
        "part_folder_id": folder_id,
        "said_id": queries.meeting(met).children[0].said[0].id,
        "outcome_id": decided[folder_id],
        "action_id": agreed,
        "apart_id": apart,
        "pack_id": actions.ask_pack(met, invited).id,
    }


#: What stands in addresses of meetings beside those ids.
PLACES = {"change_kind": "chair", "record_kind": "given", "letter_id": "invitation"}
