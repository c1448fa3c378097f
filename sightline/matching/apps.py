from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "sightline.matching"
    label = "matching"

    def ready(self) -> None:
        from sightline.children.actions import pointer_changed

        from .actions import refresh_keys

        pointer_changed.append(refresh_keys)
