from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "sightline.plans"
    label = "plans"

    def ready(self) -> None:
        from sightline.children.pages import frame
        from sightline.children.pages.printing import printable
        from sightline.concerns import links
        from sightline.enquiries.actions import episode, ruling
        from sightline.enquiries.terms import Waits
        from sightline.meetings import hooks
        from sightline.meetings.needed import needed
        from sightline.meetings.terms import Purpose
        from sightline.records import actions as records
        from sightline.records import chronology, standing
        from sightline.voice.queries import happenings

        from . import actions, queries
        from .pages.at_meeting import in_pack, plans_section

        frame.tabs.append(frame.Tab("plan", "Plan", "plans:child", 50))
        printable["plans:plan"] = "a plan"
        chronology.sources.append(queries.moments)
        chronology.undone.append(queries.undone)
        standing.sources.append(queries.standing)
        happenings.append(queries.categories_changed)
        hooks.earlier.append(queries.before_meeting)
        needed[Purpose.RECEIVING_IN_CONFERENCE] = queries.former_authorities
        hooks.sections.append(plans_section)
        hooks.in_pack.append(in_pack)
        links.for_child.append(links.Link("Offer a local service", "plans:new_offer"))
        hooks.held.append(actions.meeting_held)
        hooks.concluded.append(actions.review_concluded)
        hooks.not_held.append(actions.meeting_not_held)
        episode.moved.append(actions.child_moved)
        records.told_of_entries.append(actions.entries_signed)
        ruling.upheld[Waits.PLAN] = actions.upheld
        ruling.upheld[Waits.INCIDENTS] = actions.incidents_upheld
