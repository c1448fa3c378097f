from django.urls import path

from . import allocation, follow, front_door, match, passing_on, raising, without_account

app_name = "concerns"
urlpatterns = [
    path("concerns/", follow.mine, name="mine"),
    path("concerns/raise/", raising.start, name="raise"),
    path("concerns/raise/<uuid:draft_id>/drop/", raising.drop, name="drop"),
    path("concerns/raise/<uuid:draft_id>/<slug:step>/", raising.step, name="step"),
    path("concerns/raise/<uuid:draft_id>/<slug:step>/keep/", raising.keep, name="keep"),
    path("concerns/raise/<uuid:draft_id>/<slug:step>/<int:n>/", raising.step, name="item"),
    path("concerns/raise/<uuid:draft_id>/<slug:step>/<int:n>/keep/", raising.keep, name="keep_item"),
    path("concerns/<uuid:concern_id>/", follow.own, name="own"),
    path("concerns/<uuid:concern_id>/sent/", raising.sent, name="sent"),
    path("worried/", without_account.worried, name="worried"),
    path("worried/leave/", without_account.leave, name="leave"),
    path("worried/later/", without_account.later, name="later"),
    path("worried/return/", follow.come_back, name="come_back"),
    path("worried/yours/", follow.worried_own, name="worried_own"),
    path("worried/sent/", without_account.worried_sent, name="worried_sent"),
    path("worried/<slug:step>/", without_account.worried_step, name="worried_step"),
    path("worried/<slug:step>/keep/", without_account.worried_keep, name="worried_keep"),
    path("worried/<slug:step>/<int:n>/", without_account.worried_step, name="worried_item"),
    path("worried/<slug:step>/<int:n>/keep/", without_account.worried_keep, name="worried_keep_item"),
    path("team/unallocated/", allocation.unallocated, name="unallocated"),
    path("child/<uuid:folder_id>/allocate/", allocation.allocate, name="allocate"),
    path("front-door/", front_door.board, name="board"),
    path("front-door/rows/", front_door.board_rows, name="board_rows"),
    path("front-door/<uuid:concern_id>/", front_door.concern, name="concern"),
    path("front-door/<uuid:concern_id>/act/", front_door.act, name="act"),
    path("front-door/<uuid:concern_id>/match/<uuid:part_id>/", match.match, name="match"),
    path("front-door/<uuid:concern_id>/decide/", front_door.decide, name="decide"),
    path("front-door/<uuid:concern_id>/decide/keep/", front_door.decide_keep, name="decide_keep"),
    path("front-door/<uuid:concern_id>/answer/", front_door.answer, name="answer"),
    path("front-door/<uuid:concern_id>/ruling/<uuid:decision_id>/", front_door.ruling, name="ruling"),
    path("front-door/<uuid:concern_id>/received/<uuid:screening_id>/", passing_on.received, name="received"),
    path("front-door/<uuid:concern_id>/accepted/<uuid:screening_id>/", passing_on.accepted, name="accepted"),
]
