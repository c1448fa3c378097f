from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "sightline.archive"
    label = "archive"

    def ready(self) -> None:
        from sightline.access import leaving
        from sightline.children import queries as children
        from sightline.children.pages import frame
        from sightline.records import chronology

        from .actions import file_left
        from .queries import moments, on_paper

        frame.tabs.append(frame.Tab("files", "Files and access", "archive:paper", 75))
        chronology.sources.append(moments)
        children.held_elsewhere.append(on_paper)
        leaving.keepers.append(file_left)
