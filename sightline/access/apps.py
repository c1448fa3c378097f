from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "sightline.access"
    label = "access"

    def ready(self) -> None:
        from . import drafts, queries

        drafts.sources.append(queries.draft_lines)
