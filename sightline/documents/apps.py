from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "sightline.documents"
    label = "documents"

    def ready(self) -> None:
        from sightline.agencies.terms import Permission
        from sightline.children.pages import frame

        frame.tabs.append(frame.Tab("documents", "Documents", "documents:list", 70, Permission.READ_FOLDER))
