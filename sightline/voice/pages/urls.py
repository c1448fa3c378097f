from django.urls import path

from . import putting_right, views

app_name = "voice"
urlpatterns = [
    path("child/<uuid:folder_id>/voice/", views.child, name="child"),
    path("child/<uuid:folder_id>/voice/hear/", views.hear, name="hear"),
    path("child/<uuid:folder_id>/voice/keep/", views.keep, name="keep"),
    path("child/<uuid:folder_id>/voice/<uuid:view_id>/correct/", views.correct, name="correct"),
    path("child/<uuid:folder_id>/voice/<uuid:view_id>/done/", views.done, name="done"),
    path(
        "child/<uuid:folder_id>/voice/<slug:became>/<uuid:became_id>/put-right/",
        putting_right.put_right,
        name="put_right",
    ),
    path(
        "child/<uuid:folder_id>/voice/<slug:became>/<uuid:became_id>/take-back/",
        putting_right.take_back,
        name="take_back",
    ),
    path("child/<uuid:folder_id>/voice/explain/", views.explain, name="explain"),
    path("child/<uuid:folder_id>/voice/needs/", views.needs, name="needs"),
    path("child/<uuid:folder_id>/voice/told/", views.told, name="told"),
    path("child/<uuid:folder_id>/voice/told/write/", views.tell, name="tell"),
    path("child/<uuid:folder_id>/voice/matters/", views.matters, name="matters"),
    path("child/<uuid:folder_id>/voice/matters/<uuid:matter_id>/end/", views.matters_end, name="matters_end"),
    path("child/<uuid:folder_id>/voice/advocate/", views.advocate, name="advocate"),
    path("child/<uuid:folder_id>/voice/rights/", views.rights, name="rights"),
    path("child/<uuid:folder_id>/voice/for-you/", views.yours, name="yours"),
]
