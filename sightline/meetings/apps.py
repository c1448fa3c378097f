from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "sightline.meetings"
    label = "meetings"

    def ready(self) -> None:
        from sightline.records import chronology

        from . import queries

        chronology.sources.append(queries.moments)
