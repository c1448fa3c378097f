"""The gallery and the room's own routes, for the tests of this room."""

from django.urls import include, path

urlpatterns = [
    path("", include("sightline.govuk.pages.gallery")),
    path("look/", include("sightline.govuk.pages.urls")),
]
