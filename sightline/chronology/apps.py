from django.apps import AppConfig


class ChronologyConfig(AppConfig):
    name = "sightline.chronology"
    label = "chronology"

    def ready(self) -> None:
        from sightline.children.pages import frame
        from sightline.records import chronology

        from . import sources

        chronology.sources += [
            sources.statuses,
            sources.moves,
            sources.workers,
            sources.managers,
        ]
        chronology.paged += sources.paged
        frame.tabs.append(frame.Tab("chronology", "Chronology", "chronology:child", 10))
