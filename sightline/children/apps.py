from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "sightline.children"
    label = "children"

    def ready(self) -> None:
        from sightline.agencies.actions import following_agencies
        from sightline.print import pdf

        from .actions import refresh_agency
        from .queries import as_page_may_say

        following_agencies.append(refresh_agency)

        pdf.fitting.append(as_page_may_say)
