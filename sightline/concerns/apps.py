from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    name = "sightline.concerns"
    label = "concerns"

    def ready(self) -> None:
        from sightline.access import drafts
        from sightline.agencies import leaving
        from sightline.matching.queries import found_elsewhere
        from sightline.procedures.news import Words, words
        from sightline.records import chronology

        from . import actions, queries
        from .pages.find import found
        from .pages.follow import draft_lines

        drafts.sources.append(draft_lines)
        leaving.sources.append(leaving.Source("concerns", queries.left_part, actions.hand_over_drafts))
        chronology.sources.append(queries.moments)
        found_elsewhere.append(found)
        words["concerns.raise"] = Words("Concern raised")
        words["concerns.add_more"] = Words("Something was added to a concern")
        words["concerns.take_back"] = Words("A concern was taken back")
