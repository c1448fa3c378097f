from django.urls import path

from . import emergencies, folder, left

app_name = "access"
urlpatterns = [
    path("access/emergencies/", emergencies.waiting, name="emergencies"),
    path("access/emergencies/<uuid:emergency_id>/", emergencies.emergency, name="emergency"),
    path("access/left/", left.left, name="left"),
    path("access/grant/<uuid:grant_id>/end/", folder.end, name="end"),
    path("access/<uuid:folder_id>/", folder.who, name="who"),
    path("access/<uuid:folder_id>/give/", folder.give, name="give"),
    path("access/<uuid:folder_id>/hand-over/", folder.hand_over, name="hand_over"),
    path("access/<uuid:folder_id>/seal/", folder.seal, name="seal"),
]
