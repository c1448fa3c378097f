from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "sightline.children"
    label = "children"

    def ready(self) -> None:
        from sightline.print import pdf

        from .queries import as_page_may_say

        pdf.fitting.append(as_page_may_say)
