from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "sightline.enquiries"
    label = "enquiries"

    def ready(self) -> None:
        from sightline.agencies.terms import Permission
        from sightline.children.pages import frame
        from sightline.concerns import links
        from sightline.meetings import hooks
        from sightline.records import actions as records
        from sightline.records import chronology, standing

        from .actions import changes, contact, emergency, protection
        from .pages.protection import meeting_section
        from .queries import meeting, timeline
        from .queries import protection as queries

        frame.tabs.append(frame.Tab("enquiries", "Enquiries", "enquiries:child", 30, Permission.READ_FOLDER))
        chronology.sources.append(timeline.moments)
        chronology.paged.append(timeline.paged)
        chronology.undone.append(timeline.undone)
        standing.sources.append(queries.standing)
        records.told_of_decisions.append(changes.decisions_made)
        records.told_of_significant.append(changes.significant_entries)
        records.told_of_entries.append(contact.entries_signed)
        links.on_board["decision_on_step_up"] = "Step up from early help"
        hooks.sections.append(meeting_section)
        hooks.earlier.append(meeting.before_meeting)
        hooks.cancelled.append(protection.meeting_cancelled)
        hooks.concluded.append(emergency.meeting_concluded)
