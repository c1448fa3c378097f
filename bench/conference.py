"""Four brothers and sisters with full records before their initial child protection conference: a strategy discussion
that decided on a joint enquiry, police protection, a medical; then the conference itself, with their mother, who needs
an interpreter, and a report on each child. All of it by the actions, as the client."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from bench.serving import Served

#: How many brothers and sisters it is about.
SIBLINGS = 4


def four_siblings(bench: Served) -> list[UUID]:
    """The four who have a conference, with `conference` entries each."""
    found = bench.owner.execute(
        "SELECT folder_id FROM access_grant ORDER BY folder_id OFFSET 4 LIMIT %s", [SIBLINGS]
    ).fetchall()
    return [folder for (folder,) in found]


def conference(who: UUID, siblings: list[UUID]) -> tuple[UUID, UUID]:
    """An initial conference about the four, called by the client and chaired by somebody who works with none of them;
    its id and the client's invitation."""
    from django.db import transaction

    from sightline.agencies.models import Practitioner
    from sightline.children.queries import child_page
    from sightline.kernel.time import now
    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.meetings import actions, queries
    from sightline.meetings.actions import Invitee
    from sightline.meetings.terms import Purpose

    protected(who, siblings)
    with transaction.atomic(), looking_as(Viewer.practitioner(who)):
        chair = Practitioner.objects.exclude(pk=who).order_by("-id")[0]
        meeting_id = actions.call(
            Purpose.INITIAL_CONFERENCE, siblings, now() + timedelta(days=8), chair_id=chair.pk, place="Civic Centre",
            agenda="Is each child safe at home, and does any of them need a child protection plan?",
        )  # fmt: skip
        actions.invite(meeting_id, Invitee.practitioner(who, opens=False))
        mother = next(one.person for one in child_page([siblings[0]]).ties if one.kinship == "mother")
        actions.invite(
            meeting_id,
            Invitee.family(mother.id, "Mother", needs_interpreter=True, language="Twi"),
        )
        actions.send_report(
            meeting_id, {folder: "What was seen and done since the enquiry began. " * 40 for folder in siblings},
            for_family=True, no_family_why=dict.fromkeys(siblings, "Invented for the bench."),
        )  # fmt: skip
        own = next(i for i in queries.meeting(meeting_id, ()).invited if i.row.practitioner_id == who)
        return meeting_id, own.id


def protected(who: UUID, folders: list[UUID]) -> list[tuple[UUID, dict[str, UUID]]]:
    """In these records: a discussion that decided on an enquiry, police protection, a medical asked for, and in half of
    them a placement. Each with the ids of what there is."""
    from django.db import transaction

    from sightline.children.terms import LivesAt
    from sightline.enquiries.actions import emergency as act
    from sightline.enquiries.actions import looked_after as placing
    from sightline.enquiries.actions import medical
    from sightline.enquiries.actions import protection as protect
    from sightline.enquiries.models import Emergency, Enquiry, LookedAfter, Medical, Strategy
    from sightline.enquiries.terms import EmergencyKind, LegalBasis
    from sightline.kernel.time import now, today
    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.meetings import actions as meetings
    from sightline.meetings import queries
    from sightline.meetings.terms import Came
    from sightline.voice.actions import WishesIn

    found: list[tuple[UUID, dict[str, UUID]]] = []
    for n, folder in enumerate(folders):
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            if not Enquiry.objects.filter(folder_id=folder).exists():
                held = now() - timedelta(hours=2)
                meeting_id = protect.call_strategy(
                    protect.Calling(
                        [folder], held, cause="Two bruises that nobody explains.", chair_id=who,
                        safety_now="At the grandmother's until Monday.", link="01632 960100",
                    )
                )  # fmt: skip
                people = queries.meeting(meeting_id, ()).invited
                meetings.hold(
                    meeting_id, began_at=held, without_quorum_why="Invented for the bench.",
                    people=[meetings.AttendanceIn(i.id, Came.CAME) for i in people],
                )  # fmt: skip
                part = Strategy.objects.get(meeting_id=meeting_id)
                protect.decide_strategy(
                    meeting_id,
                    [
                        protect.StrategyIn(
                            part.id, "section_47_joint", "Two bruises that nobody explains.",
                            "At the grandmother's until Monday.", "What was seen does not fit what was said.",
                            wishes=WishesIn(why_not="Asleep at the time of it."),
                        )
                    ],
                    knows_family=False, worker_id=who,
                )  # fmt: skip
                act.begin_emergency(
                    folder,
                    act.EmergencyIn(
                        EmergencyKind.POLICE, held, "PC 1182", "Found alone at night.", "Nobody could be reached.",
                        "With foster carers.", "Told at the door.",
                    ),
                )  # fmt: skip
                medical.ask_for_medical(
                    folder, reasons="Two bruises that nobody explains.", asked_of="The hospital"
                )
                if n % 2:
                    placing.become_looked_after(
                        folder,
                        placing.LookedAfterIn(
                            began_on=today(), basis=LegalBasis.AGREED, basis_words="Both parents agreed in writing.",
                            network="Both grandmothers were asked.", reasons="Nobody else can care for them now.",
                            lives_at=LivesAt.FOSTER_CARE, placed_with="Foster carers", area="Saltwick",
                            wishes=WishesIn(why_not="Too frightened to say."), knows_family=False,
                        ),
                    )  # fmt: skip
            enquiry = Enquiry.objects.filter(folder_id=folder).latest("began_at")
            ids = {
                "strategy": enquiry.strategy_id,
                "enquiry": enquiry.id,
                "way": enquiry.episode_id,
                "measure": Emergency.objects.filter(folder_id=folder).latest("began_at").id,
                "medical": Medical.objects.filter(folder_id=folder).latest("written_at").id,
            }
            stays = LookedAfter.objects.filter(folder_id=folder).first()
            found.append((folder, ids | ({"stays": stays.id} if stays else {})))
    return found
