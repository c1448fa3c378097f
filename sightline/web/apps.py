from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sightline.web"
    label = "web"

    def ready(self) -> None:
        from sightline.children.pages import frame

        from .pages.child import agency_role, around

        frame.around.append(around)
        frame.agency_roles.append(agency_role)
