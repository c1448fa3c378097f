from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "sightline.matching"
    label = "matching"

    def ready(self) -> None:
        from sightline.agencies.gate import in_its_place
        from sightline.children.actions import pointer_changed
        from sightline.children.queries import number_holders

        from .actions import holding_number, refresh_keys
        from .pages.pointer import of_closed_record

        pointer_changed.append(refresh_keys)
        number_holders.append(holding_number)
        in_its_place.append(of_closed_record)
