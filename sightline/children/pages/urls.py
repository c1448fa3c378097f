from django.urls import path

from . import printing, views, wrong

app_name = "children"
_CHILD = "child/<uuid:folder_id>/people/"
_PERSON = _CHILD + "<uuid:person_id>/"
urlpatterns = [
    path("child/<uuid:folder_id>/print/", printing.to_print, name="print"),
    path("child/<uuid:folder_id>/printed/", printing.printed, name="printed"),
    path(_CHILD, views.people, name="people"),
    path(_CHILD + "keep/", views.keep, name="keep"),
    path(_CHILD + "complete/", views.complete, name="complete"),
    path(_CHILD + "add/", views.add, name="add"),
    path(_CHILD + "sibling/", views.sibling, name="sibling"),
    path(_CHILD + "born/", views.born, name="born"),
    path(_CHILD + "status/", views.status, name="status"),
    path(_CHILD + "authority/", views.authority, name="authority"),
    path(_CHILD + "involve/", views.involve, name="involve"),
    path(_CHILD + "provider/<slug:kind>/", views.provider, name="provider"),
    path(_CHILD + "tie/<uuid:tie_id>/", views.tie, name="tie"),
    path(_CHILD + "end/<slug:what>/<uuid:row_id>/", views.end, name="end"),
    path(_CHILD + "wrong/<slug:what>/<uuid:row_id>/", wrong.wrong, name="wrong"),
    path(_PERSON, views.person, name="person"),
    path(_PERSON + "name/", views.name, name="name"),
    path(_PERSON + "birth/", views.birth, name="birth"),
    path(_PERSON + "identity/<slug:question>/", views.identity, name="identity"),
    path(_PERSON + "number/", views.number, name="number"),
    path(_PERSON + "number/<uuid:number_id>/withdraw/", views.withdraw, name="withdraw"),
    path(_PERSON + "address/", views.address, name="address"),
    path(_PERSON + "address/left/", views.left_address, name="left_address"),
]
