"""The gallery and the room's own routes, for the tests of this room."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from sightline.govuk.forms import typed
from sightline.govuk.pages import gallery

#: The drafts that were kept, the last one last.
KEPT: list[dict[str, list[str]]] = []


def draft(request: HttpRequest) -> HttpResponse:
    """The gallery's own answer, and what was sent is remembered."""
    KEPT.append(typed(request.POST))
    return gallery.draft(request)


urlpatterns = [
    path("gallery/draft/", draft),
    path("", include("sightline.govuk.pages.gallery")),
    path("look/", include("sightline.govuk.pages.urls")),
]
