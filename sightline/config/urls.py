"""Every route of the program, room by room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("sightline.web.pages.urls")),
    path("", include("sightline.concerns.pages.urls")),
    path("", include("sightline.matching.pages.urls")),
    path("", include("sightline.children.pages.urls")),
    path("govuk/", include("sightline.govuk.pages.urls")),
    path("", include("sightline.agencies.pages.urls")),
    path("", include("sightline.access.pages.urls")),
    path("sign-in/", include("sightline.agencies.pages.sign_in_urls")),
]

# Asked for by Django under these names, where no page answers.
handler400 = "sightline.web.pages.errors.unreadable"
handler404 = "sightline.web.pages.errors.unknown_address"
handler500 = "sightline.web.pages.errors.failed"
