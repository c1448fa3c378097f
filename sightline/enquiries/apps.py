from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "sightline.enquiries"
    label = "enquiries"

    def ready(self) -> None:
        from sightline.agencies.terms import Permission
        from sightline.children.pages import frame

        frame.tabs.append(frame.Tab("enquiries", "Enquiries", "enquiries:child", 30, Permission.READ_FOLDER))
