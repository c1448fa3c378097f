from django.urls import path

from . import keeping, own, scans, views, volumes

app_name = "archive"
urlpatterns = [
    path("child/<uuid:folder_id>/paper/", views.paper, name="paper"),
    path("child/<uuid:folder_id>/paper/add/", views.add, name="add"),
    path("child/<uuid:folder_id>/paper/<uuid:paper_id>/", views.volume, name="volume"),
    path("child/<uuid:folder_id>/paper/<uuid:paper_id>/place/", views.place, name="place"),
    path("child/<uuid:folder_id>/paper/<uuid:paper_id>/check/", views.check, name="check"),
    path("child/<uuid:folder_id>/paper/<uuid:paper_id>/ask/", views.ask, name="ask"),
    path("child/<uuid:folder_id>/paper/<uuid:paper_id>/removal/<slug:act>/", views.removal, name="removal"),
    path("child/<uuid:folder_id>/paper/scan/<uuid:document_id>/", scans.check, name="check_scan"),
    path("child/<uuid:folder_id>/copies/", views.copies, name="copies"),
    path("child/<uuid:folder_id>/copies/<uuid:copy_id>/back/", views.copy_back, name="copy_back"),
    path("child/<uuid:folder_id>/told-of-record/", views.told, name="told"),
    path("child/<uuid:folder_id>/keeping/", keeping.keeping, name="keeping"),
    path("child/<uuid:folder_id>/keeping/<slug:act>/", keeping.act, name="keeping_act"),
    path("disposals/", keeping.disposals, name="disposals"),
    path("child/<uuid:folder_id>/access/", views.access, name="access"),
    path("child/<uuid:folder_id>/access/new/", views.receive, name="receive"),
    path("child/<uuid:folder_id>/access/reply/<uuid:reply_id>/", views.answer, name="answer"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/", views.request_, name="request"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/step/<slug:act>/", views.step, name="step"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/items/", views.items, name="items"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/items/<uuid:item_id>/", views.item, name="item"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/copy/", views.copy_pdf, name="copy"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/volumes/", volumes.volumes, name="volumes"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/give/", views.give, name="give"),
    path("child/<uuid:folder_id>/access/<uuid:access_id>/codes/", views.print_codes, name="codes"),
    path(
        "child/<uuid:folder_id>/access/<uuid:access_id>/file/<int:number>/",
        views.file_beside,
        name="file_beside",
    ),
    path(
        "child/<uuid:folder_id>/access/<uuid:access_id>/end/<uuid:shared_id>/",
        views.end_sharing,
        name="end_sharing",
    ),
    path("your-record/", own.start, name="own_start"),
    path("your-record/read/", own.own, name="own"),
    path("your-record/leave/", own.leave, name="leave"),
]
