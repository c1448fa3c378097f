from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "sightline.access"
    label = "access"

    def ready(self) -> None:
        from sightline.agencies import leaving

        from . import actions, drafts, queries

        drafts.sources.append(queries.draft_lines)
        leaving.sources.append(leaving.Source("closing", queries.closing_part))
        leaving.sources.append(leaving.Source("records", queries.answering_part, actions.hand_over_all))
        leaving.sources.append(leaving.Source("forms", queries.left_forms_part, actions.hand_over_forms))
