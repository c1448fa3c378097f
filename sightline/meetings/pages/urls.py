from django.urls import path

from . import absence, apart, giving, inviting, meeting, minutes, packs, ruling

app_name = "meetings"
urlpatterns = [
    path("child/<uuid:folder_id>/meetings/", meeting.child, name="child"),
    path("child/<uuid:folder_id>/meetings/call/", meeting.call, name="call"),
    path("child/<uuid:folder_id>/meetings/keep/", meeting.keep_form_, name="keep_form"),
    path("child/<uuid:folder_id>/apart/", apart.keep_apart, name="keep_apart"),
    path("child/<uuid:folder_id>/apart/<uuid:apart_id>/end/", apart.end, name="end_apart"),
    path("meetings/", meeting.mine, name="mine"),
    path("meetings/action/<uuid:action_id>/", minutes.action_done, name="action_done"),
    path("meetings/<uuid:meeting_id>/", meeting.meeting, name="meeting"),
    path("meetings/<uuid:meeting_id>/change/<slug:change_kind>/", meeting.change, name="change"),
    path("meetings/<uuid:meeting_id>/told/<uuid:part_folder_id>/", meeting.told, name="told"),
    path("meetings/<uuid:meeting_id>/report/", meeting.report, name="report"),
    path("meetings/<uuid:meeting_id>/invite/", inviting.invite, name="invite"),
    path("meetings/<uuid:meeting_id>/invited/<uuid:invitation_id>/", inviting.invited, name="invited"),
    path(
        "meetings/<uuid:meeting_id>/invited/<uuid:invitation_id>/<slug:record_kind>/",
        inviting.record_,
        name="record",
    ),
    path(
        "meetings/<uuid:meeting_id>/letter/<uuid:invitation_id>/<slug:letter_id>/",
        giving.letter,
        name="letter",
    ),
    path(
        "meetings/<uuid:meeting_id>/letter/<uuid:invitation_id>/<slug:letter_id>/pdf/",
        giving.letter_pdf,
        name="letter_pdf",
    ),
    path("meetings/<uuid:meeting_id>/pack/", packs.packs, name="packs"),
    path("meetings/<uuid:meeting_id>/pack/<uuid:pack_id>/", packs.pack, name="pack"),
    path("meetings/<uuid:meeting_id>/pack/<uuid:pack_id>/pdf/", packs.pack_pdf, name="pack_pdf"),
    path("meetings/<uuid:meeting_id>/hold/", minutes.hold, name="hold"),
    path("meetings/<uuid:meeting_id>/minutes/", minutes.minutes, name="minutes"),
    path("meetings/<uuid:meeting_id>/minutes/keep/", minutes.keep, name="keep"),
    path("meetings/<uuid:meeting_id>/minutes/decide/", minutes.decide, name="decide"),
    path("meetings/<uuid:meeting_id>/minutes/action/", minutes.action, name="action"),
    path("meetings/<uuid:meeting_id>/minutes/conclude/", minutes.conclude, name="conclude"),
    path("meetings/<uuid:meeting_id>/minutes/<uuid:said_id>/correct/", minutes.correct, name="correct"),
    path("meetings/<uuid:meeting_id>/decision/<uuid:outcome_id>/dissent/", minutes.dissent, name="dissent"),
    path("meetings/<uuid:meeting_id>/decision/<uuid:outcome_id>/ruling/", ruling.ruling, name="ruling"),
    path("meetings/<uuid:meeting_id>/stayed-away/", absence.stayed_away, name="stayed_away"),
    path("meetings/<uuid:meeting_id>/copies/", giving.copies, name="copies"),
    path("meetings/<uuid:meeting_id>/copies/<uuid:invitation_id>/", giving.copy, name="copy"),
    path("meetings/<uuid:meeting_id>/copies/<uuid:invitation_id>/read/", apart.read, name="read_copy"),
    path("meetings/<uuid:meeting_id>/copies/<uuid:invitation_id>/pdf/", giving.copy_pdf, name="copy_pdf"),
]
