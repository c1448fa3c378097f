from django.urls import URLPattern, path

from ..terms import EmergencyPart
from . import (
    agencies,
    around,
    assessing,
    changes,
    child,
    contact,
    emergency,
    medical,
    section_47,
    signing,
    strategy,
)

app_name = "enquiries"

_CHILD = "child/<uuid:folder_id>/enquiries/"
_ONE = f"{_CHILD}assessments/<uuid:assessment_id>/"

urlpatterns: list[URLPattern] = [
    path(_CHILD, child.child, name="child"),
    path(f"{_CHILD}keep/", around.keep, name="keep"),
    path(f"{_CHILD}begin/", child.begin, name="begin"),
    path(f"{_CHILD}back/<uuid:episode_id>/", child.take_back, name="take_back"),
    path(f"{_CHILD}close/", child.close, name="close"),
    path(f"{_CHILD}ruling/<uuid:decision_id>/", signing.ruling, name="ruling"),
    path(f"{_CHILD}progress/", assessing.progress, name="progress"),
    path(f"{_CHILD}contact/", contact.contact, name="contact"),
    path(f"{_CHILD}contact/decide/", contact.decide, name="non_contact"),
    path(_ONE, assessing.assessment, name="assessment"),
    path(f"{_ONE}read/", assessing.read, name="read"),
    path(f"{_ONE}sections/<slug:section>/", assessing.section, name="section"),
    path(f"{_ONE}sections/<slug:section>/earlier/", assessing.earlier, name="earlier"),
    path(f"{_ONE}sections/<slug:section>/evidence/", assessing.evidence, name="evidence"),
    path(f"{_ONE}family/<uuid:person_id>/", assessing.part, name="part"),
    path(f"{_ONE}needs/", assessing.need, name="need"),
    path(f"{_ONE}ask/", agencies.ask, name="ask"),
    path(f"{_ONE}send/", signing.send, name="send"),
    path(f"{_ONE}sign/", signing.sign, name="sign"),
    path(f"{_ONE}return/", signing.send_back, name="return"),
    path(f"{_ONE}set-aside/", signing.set_aside, name="set_aside"),
    path(f"{_ONE}take-up/", signing.take_up_again, name="take_up"),
    path(f"{_ONE}hand-over/", signing.hand_over, name="hand_over"),
    path(f"{_ONE}update/", signing.update, name="update"),
    path(f"{_ONE}shared/", signing.share, name="shared"),
    path(f"{_CHILD}strategy/", strategy.call, name="call"),
    path(f"{_CHILD}strategy/<uuid:strategy_id>/", strategy.strategy, name="strategy"),
    path(f"{_CHILD}section-47/<uuid:enquiry_id>/", section_47.enquiry, name="enquiry"),
    path(f"{_CHILD}section-47/<uuid:enquiry_id>/spoken/", section_47.spoken, name="spoken"),
    path(f"{_CHILD}section-47/<uuid:enquiry_id>/hand-over/", section_47.hand_over, name="hand_enquiry"),
    path(f"{_CHILD}section-47/<uuid:enquiry_id>/end/", section_47.end, name="end"),
    path(f"{_CHILD}conference/", section_47.conference, name="conference"),
    path(f"{_CHILD}safe/", emergency.make_safe, name="make_safe"),
    path(f"{_CHILD}safe/<uuid:made_safe_id>/back/", emergency.made_safe_back, name="made_safe_back"),
    path(f"{_CHILD}emergency/", emergency.begin_emergency, name="begin_emergency"),
    path(f"{_CHILD}emergency/<uuid:measure_id>/", emergency.emergency, name="emergency"),
    *(
        path(
            f"{_CHILD}emergency/<uuid:measure_id>/{part.value}/back/",
            emergency.take_emergency_back,
            {"part": part},
            name=f"measure_{part.value}_back",
        )
        for part in EmergencyPart
    ),
    path(f"{_CHILD}medical/", medical.ask_medical, name="ask_medical"),
    path(f"{_CHILD}medical/<uuid:medical_id>/", medical.medical, name="medical"),
    path(f"{_CHILD}looked-after/", emergency.become_looked_after, name="become_looked_after"),
    path(f"{_CHILD}looked-after/<uuid:looked_after_id>/", emergency.looked_after, name="looked_after"),
    path(f"{_CHILD}looked-after/<uuid:looked_after_id>/basis/", emergency.change_basis, name="change_basis"),
    path(
        f"{_CHILD}looked-after/<uuid:looked_after_id>/end/back/",
        emergency.take_end_back,
        name="take_end_back",
    ),
    path(
        f"{_CHILD}looked-after/<uuid:looked_after_id>/back/",
        emergency.take_looked_after_back,
        name="take_looked_after_back",
    ),
    path(f"{_CHILD}step-up/", changes.ask_step_up, name="ask_step_up"),
    path(f"{_CHILD}step-up/<uuid:step_up_id>/", changes.step_up, name="step_up"),
    path(f"{_CHILD}look-again/<uuid:subject_id>/", changes.look_again, name="look_again"),
    path("contributions/<uuid:contribution_id>/", agencies.contribution, name="contribution"),
    path("contributions/<uuid:contribution_id>/keep/", agencies.contribution_keep, name="contribution_keep"),
]
