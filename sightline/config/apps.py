from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "sightline.config"
    label = "config"
