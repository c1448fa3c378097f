from django.urls import path

from . import confirm, entry, left, write

app_name = "records"
urlpatterns = [
    path("child/<uuid:folder_id>/write/", write.choose, name="choose"),
    path("child/<uuid:folder_id>/write/<slug:form_id>/", write.write, name="write"),
    path("child/<uuid:folder_id>/write/<slug:form_id>/keep/", write.keep, name="keep"),
    path("child/<uuid:folder_id>/record/<uuid:entry_id>/", entry.entry, name="entry"),
    path("child/<uuid:folder_id>/record/<uuid:entry_id>/correct/", entry.correct, name="correct"),
    path(
        "child/<uuid:folder_id>/record/<uuid:entry_id>/correct/keep/",
        entry.keep_correction,
        name="keep_correction",
    ),
    path("child/<uuid:folder_id>/record/<uuid:entry_id>/own-words/", entry.contribute, name="contribute"),
    path(
        "child/<uuid:folder_id>/record/<uuid:entry_id>/own-words/keep/",
        entry.keep_contribution,
        name="keep_contribution",
    ),
    path("child/<uuid:folder_id>/record/<uuid:entry_id>/ask/<uuid:statement_id>/", entry.ask, name="ask"),
    path("entry-drafts/<uuid:draft_id>/drop/", write.drop, name="drop_draft"),
    path("people/posting/<uuid:posting_id>/drafts/", left.left, name="left_drafts"),
    path("confirm/", confirm.waiting, name="waiting"),
    path("confirm/<uuid:asked_id>/", confirm.confirm, name="confirm"),
]
