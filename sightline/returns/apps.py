from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "sightline.returns"
    label = "returns"
