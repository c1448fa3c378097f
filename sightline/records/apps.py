from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "sightline.records"
    label = "records"

    def ready(self) -> None:
        from sightline.access import drafts
        from sightline.agencies import leaving
        from sightline.children.pages.printing import printable
        from sightline.documents import subjects

        from .actions import hand_over_drafts
        from .pages.write import draft_lines
        from .queries import entries_to_attach_to, entry_beside, left_part

        drafts.sources.append(draft_lines)
        printable["records:entry"] = "an entry"
        leaving.sources.append(leaving.Source("drafts", left_part, hand_over_drafts))
        subjects.kinds["entry"] = subjects.Kind("Entry", entries_to_attach_to, entry_beside)
