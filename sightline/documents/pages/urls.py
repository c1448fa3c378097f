from django.urls import path

from . import body, views

app_name = "documents"
_CHILD = "child/<uuid:folder_id>/documents/"
_ONE = _CHILD + "<uuid:document_id>/"
urlpatterns = [
    path(_CHILD, views.documents, name="list"),
    path(_CHILD + "add/", views.add, name="add"),
    path(_ONE, views.document, name="document"),
    path(_ONE + "file/", views.file, name="file"),
    path(_ONE + "preview/", views.preview, name="preview"),
    path(_ONE + "copy/", views.copy, name="copy"),
    path(_ONE + "withdraw/", views.withdraw, name="withdraw"),
    path(_CHILD + "body-map/", body.draw, name="draw"),
    path(_CHILD + "body-map/<uuid:map_id>/", body.body_map, name="body_map"),
    path(_CHILD + "body-map/<uuid:map_id>/right/", body.put_right, name="put_right"),
    path(_CHILD + "body-map/<uuid:map_id>/withdraw/", body.withdraw, name="withdraw_body_map"),
]
