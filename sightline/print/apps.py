from django.apps import AppConfig


class PrintConfig(AppConfig):
    name = "sightline.print"
    label = "print"
