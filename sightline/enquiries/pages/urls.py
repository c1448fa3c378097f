from django.urls import URLPattern, path

from . import agencies, assessing, child, contact, signing

app_name = "enquiries"

_CHILD = "child/<uuid:folder_id>/enquiries/"
_ONE = f"{_CHILD}assessments/<uuid:assessment_id>/"

urlpatterns: list[URLPattern] = [
    path(_CHILD, child.child, name="child"),
    path(f"{_CHILD}begin/", child.begin, name="begin"),
    path(f"{_CHILD}back/<uuid:episode_id>/", child.take_back, name="take_back"),
    path(f"{_CHILD}ruling/<uuid:decision_id>/", signing.ruling, name="ruling"),
    path(f"{_CHILD}progress/", assessing.progress, name="progress"),
    path(f"{_CHILD}contact/", contact.contact, name="contact"),
    path(f"{_CHILD}contact/decide/", contact.decide, name="non_contact"),
    path(_ONE, assessing.assessment, name="assessment"),
    path(f"{_ONE}read/", assessing.read, name="read"),
    path(f"{_ONE}sections/<slug:section>/", assessing.section, name="section"),
    path(f"{_ONE}sections/<slug:section>/keep/", assessing.keep, name="section_keep"),
    path(f"{_ONE}sections/<slug:section>/earlier/", assessing.earlier, name="earlier"),
    path(f"{_ONE}sections/<slug:section>/evidence/", assessing.evidence, name="evidence"),
    path(f"{_ONE}family/<uuid:person_id>/", assessing.part, name="part"),
    path(f"{_ONE}needs/", assessing.need, name="need"),
    path(f"{_ONE}ask/", agencies.ask, name="ask"),
    path(f"{_ONE}send/", signing.send, name="send"),
    path(f"{_ONE}sign/", signing.sign, name="sign"),
    path(f"{_ONE}return/", signing.send_back, name="return"),
    path(f"{_ONE}update/", signing.update, name="update"),
    path(f"{_ONE}shared/", signing.share, name="shared"),
    path("contributions/<uuid:contribution_id>/", agencies.contribution, name="contribution"),
]
