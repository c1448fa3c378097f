from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "sightline.matching"
    label = "matching"
