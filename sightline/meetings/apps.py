from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "sightline.meetings"
    label = "meetings"

    def ready(self) -> None:
        from sightline.access import drafts
        from sightline.agencies import leaving
        from sightline.agencies.terms import Permission
        from sightline.children.pages import frame
        from sightline.documents import subjects
        from sightline.records import chronology, standing

        from . import queries
        from .actions import hand_over_minutes

        frame.tabs.append(frame.Tab("meetings", "Meetings", "meetings:child", 40, Permission.READ_FOLDER))
        chronology.sources.append(queries.moments)
        drafts.sources.append(queries.draft_lines)
        leaving.sources.append(leaving.Source("minutes", queries.left_minutes_part, hand_over_minutes))
        chronology.undone.append(queries.undone)
        standing.sources.append(queries.next_meetings)
        subjects.kinds["report"] = subjects.Kind("Report for a meeting", queries.reports_named)
