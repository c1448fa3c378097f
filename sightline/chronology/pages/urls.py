from django.urls import path

from . import views

app_name = "chronology"
_CHILD = "child/<uuid:folder_id>/chronology/"
urlpatterns = [
    path(_CHILD, views.child, name="child"),
    path(_CHILD + "family/", views.family, name="family"),
    path(_CHILD + "own/", views.own, name="own"),
    path(_CHILD + "own/add/", views.add_own, name="add_own"),
    path(_CHILD + "own/keep/", views.keep_own, name="keep_own"),
    path(_CHILD + "own/<uuid:line_id>/", views.change_own, name="change_own"),
    path(_CHILD + "print/", views.ask_print, name="ask_print"),
    path(_CHILD + "print/<uuid:print_id>/", views.print_, name="print"),
    path(_CHILD + "volume/<uuid:volume_id>/", views.volume, name="volume"),
]
