from django.urls import path

from . import notices, people, rota, sign_in

app_name = "agencies"
urlpatterns = [
    path("sign-in/demonstration/", sign_in.demonstration, name="demonstration"),
    path("sign-in/not-sent/", sign_in.not_sent, name="not_sent"),
    path("notices/", notices.waiting, name="notices"),
    path("notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path("people/", people.people, name="people"),
    path("people/ending/", people.ending, name="ending"),
    path("people/appoint/", people.appoint, name="appoint"),
    path("people/agencies/", people.agencies, name="agencies"),
    path("people/agencies/<uuid:agency_id>/", people.agency, name="agency"),
    path("people/roles/", people.roles, name="roles"),
    path("people/rota/", rota.teams, name="rotas"),
    path("people/rota/<uuid:team_id>/", rota.rota, name="rota"),
    path("people/rota/shift/<uuid:shift_id>/remove/", rota.remove, name="remove_shift"),
    path("people/posting/<uuid:posting_id>/end/", people.end, name="end_posting"),
    path("people/posting/<uuid:posting_id>/leaves/", people.leaves, name="leaves"),
    path("people/<uuid:practitioner_id>/", people.person, name="person"),
]
