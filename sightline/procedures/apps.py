from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "sightline.procedures"
    label = "procedures"
