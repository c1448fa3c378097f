from django.urls import path

from . import past

app_name = "returns"
urlpatterns = [path("child/<uuid:folder_id>/past/", past.past, name="past")]
