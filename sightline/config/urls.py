"""Every route of the program, room by room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("sightline.web.pages.urls")),
    path("", include("sightline.returns.pages.urls")),
    path("", include("sightline.archive.pages.urls")),
    path("", include("sightline.plans.pages.urls")),
    path("", include("sightline.enquiries.pages.urls")),
    path("", include("sightline.concerns.pages.urls")),
    path("", include("sightline.meetings.pages.urls")),
    path("", include("sightline.voice.pages.urls")),
    path("", include("sightline.chronology.pages.urls")),
    path("", include("sightline.records.pages.urls")),
    path("", include("sightline.documents.pages.urls")),
    path("", include("sightline.matching.pages.urls")),
    path("", include("sightline.children.pages.urls")),
    path("govuk/", include("sightline.govuk.pages.urls")),
    path("", include("sightline.agencies.pages.urls")),
    path("", include("sightline.access.pages.urls")),
    path("sign-in/", include("sightline.agencies.pages.sign_in_urls")),
]
