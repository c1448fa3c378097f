from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "sightline.returns"
    label = "returns"

    def ready(self) -> None:
        from sightline.records import chronology

        from . import timeline

        chronology.sources.append(timeline.moments)
