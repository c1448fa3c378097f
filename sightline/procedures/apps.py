from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "sightline.procedures"
    label = "procedures"

    def ready(self) -> None:
        from sightline.agencies import leaving

        from . import actions, queries

        leaving.sources.append(leaving.Source("duties", queries.owed_part, actions.hand_over_all))
