from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "sightline.archive"
    label = "archive"
