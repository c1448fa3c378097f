from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "sightline.enquiries"
    label = "enquiries"

    def ready(self) -> None:
        from sightline.agencies.terms import Permission
        from sightline.children import actions as recording
        from sightline.children import queries as children
        from sightline.children.pages import frame
        from sightline.children.pages.printing import printable
        from sightline.concerns import links
        from sightline.meetings import hooks
        from sightline.meetings.needed import needed
        from sightline.meetings.terms import Purpose
        from sightline.records import actions as records
        from sightline.records import chronology, standing
        from sightline.records.queries import also_seen

        from .actions import (
            changes,
            conference,
            conference_clock,
            contact,
            protection,
            safe,
            while_looked_after,
        )
        from .pages.section_47 import enquiries_section, meeting_section
        from .pages.strategy import decided_on
        from .pages.weighing import weighing
        from .queries import held, meeting, timeline
        from .queries.protection import referrers
        from .queries.standing import seen_by_enquiries
        from .queries.standing import standing as stands

        frame.tabs.append(frame.Tab("enquiries", "Enquiries", "enquiries:child", 30, Permission.READ_FOLDER))
        printable["enquiries:read"] = "an assessment or enquiry"
        chronology.sources.append(timeline.moments)
        chronology.paged.append(timeline.paged)
        chronology.undone.append(timeline.undone)
        children.held_elsewhere.append(held.held)
        standing.sources.append(stands)
        also_seen.append(seen_by_enquiries)
        records.told_of_decisions.append(changes.decisions_made)
        records.told_of_significant.append(changes.significant_entries)
        records.told_of_entries.append(contact.entries_signed)
        recording.moved.append(while_looked_after.moved)
        recording.never_lived_there.append(while_looked_after.never_lived_there)
        links.in_effect.append(safe.decided)
        links.on_board["decision_on_step_up"] = "Step up from early help"
        hooks.sections.append(enquiries_section)
        hooks.sections.append(meeting_section)
        hooks.earlier.append(meeting.before_meeting)
        needed[Purpose.STRATEGY_DISCUSSION] = referrers
        hooks.added.append(protection.child_added)
        hooks.called_on[Purpose.STRATEGY_DISCUSSION] = ("Call a strategy discussion", "enquiries:call")
        hooks.decided_on[Purpose.STRATEGY_DISCUSSION] = decided_on
        hooks.cancelled.append(protection.meeting_cancelled)
        hooks.not_held.append(protection.meeting_not_held)
        hooks.not_held.append(conference_clock.discussion_not_held)
        hooks.not_held.append(while_looked_after.review_not_held)
        hooks.held.append(conference_clock.discussion_held)
        hooks.weighing = weighing
        hooks.ruled.append(protection.strategy_ruled_on)
        hooks.concluded.append(while_looked_after.review_concluded)
        hooks.concluded.append(conference.conference_held)
