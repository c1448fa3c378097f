from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    name = "sightline.concerns"
    label = "concerns"

    def ready(self) -> None:
        from sightline.access import drafts
        from sightline.records import news

        from . import queries
        from .pages.follow import draft_lines

        drafts.sources.append(draft_lines)
        news.sources.append(queries.news)
