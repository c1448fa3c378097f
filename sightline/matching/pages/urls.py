from django.urls import path

from . import find, pointer

app_name = "matching"
urlpatterns = [
    path("find/", find.find, name="find"),
    path("child/<uuid:folder_id>/pointer/", pointer.pointer, name="pointer"),
    path("child/<uuid:folder_id>/emergency/", pointer.emergency, name="emergency"),
]
