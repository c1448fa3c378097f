from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    name = "sightline.concerns"
    label = "concerns"
