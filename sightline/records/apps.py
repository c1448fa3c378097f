from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "sightline.records"
    label = "records"

    def ready(self) -> None:
        from sightline.access import drafts
        from sightline.documents import subjects

        from .pages.write import draft_lines
        from .queries import entries_to_attach_to

        drafts.sources.append(draft_lines)
        subjects.kinds["entry"] = subjects.Kind("Entry", entries_to_attach_to)
