from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "sightline.voice"
    label = "voice"

    def ready(self) -> None:
        from sightline.agencies import leaving
        from sightline.children.pages import frame
        from sightline.children.pages.printing import printable
        from sightline.documents import subjects
        from sightline.records import chronology
        from sightline.records.actions import told_of_decisions
        from sightline.records.queries import also_seen

        from .actions import decided, hand_over_drafts
        from .queries import left_part, moments, named, paged
        from .queries.in_person import met

        frame.tabs.append(frame.Tab("voice", "Voice", "voice:child", 20))
        printable["voice:child"] = "what the child said"
        printable["voice:needs"] = "the eight needs"
        printable["voice:rights"] = "the rights that were explained"
        printable["voice:yours"] = "the page for the child to read"
        chronology.sources.append(moments)
        chronology.paged.append(paged)
        told_of_decisions.append(decided)
        also_seen.append(met)
        subjects.kinds["voice"] = subjects.Kind("What the child said", named)
        leaving.sources.append(leaving.Source("voice", left_part, hand_over_drafts))
