from django.apps import AppConfig


class GovukConfig(AppConfig):
    name = "sightline.govuk"
    label = "govuk"
