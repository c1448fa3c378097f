from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "sightline.config"
    label = "config"

    def ready(self) -> None:
        from .lean_state import install

        install()
