from django.urls import path

from . import common, done, ending, incidents, lists, plan, reviews, write

app_name = "plans"
_CHILD = "child/<uuid:folder_id>/"
_PLAN = "child/<uuid:folder_id>/plan/<uuid:plan_id>/"
_REVIEW = "child/<uuid:folder_id>/review/<uuid:review_id>/"
_INCIDENT = "child/<uuid:folder_id>/incidents/<uuid:incident_id>/"
urlpatterns = [
    path("actions/", lists.agency_actions, name="actions"),
    path("transfers/", lists.transfers, name="transfers"),
    path("services/", lists.directory, name="directory"),
    path("services/new/", lists.new_local, name="new_local"),
    path("services/unmet/", lists.unmet, name="unmet"),
    path("services/<uuid:local_id>/", lists.local, name="local"),
    path(f"{_CHILD}plan/", plan.child, name="child"),
    path(f"{_CHILD}plan/begin/", plan.begin, name="begin"),
    path(f"{_CHILD}plan/receive/", ending.receive, name="receive"),
    path(f"{_CHILD}plan/transfer/<uuid:transfer_id>/", ending.transfer, name="transfer"),
    path(f"{_CHILD}plan/transfer/<uuid:transfer_id>/back/", ending.transfer_back, name="transfer_back"),
    path(f"{_CHILD}plan/action/<uuid:plan_action_id>/", done.action, name="action"),
    path(f"{_CHILD}plan/keep/", common.keep, name="keep"),
    path(f"{_CHILD}outcomes/", plan.outcomes, name="outcomes"),
    path(f"{_CHILD}visits/", plan.visits, name="visits"),
    path(f"{_CHILD}offers/", lists.offers, name="offers"),
    path(f"{_CHILD}offers/new/", lists.new_offer, name="new_offer"),
    path(f"{_CHILD}offers/<uuid:offer_id>/", done.offer, name="offer"),
    path(f"{_CHILD}incidents/", incidents.incidents, name="incidents"),
    path(f"{_CHILD}incidents/new/", incidents.new, name="new_incident"),
    path(f"{_CHILD}incidents/decide/", incidents.decide, name="decide_incidents"),
    path(f"{_INCIDENT}returned/", incidents.returned, name="returned"),
    path(f"{_INCIDENT}talk/", incidents.talk, name="talk"),
    path(f"{_INCIDENT}withdraw/", incidents.withdraw, name="withdraw_incident"),
    path(f"{_INCIDENT}count-again/", incidents.count_again, name="count_incident_again"),
    path(f"{_INCIDENT}talk/<uuid:talk_id>/back/", incidents.talk_back, name="take_talk_back"),
    path(_PLAN, plan.plan, name="plan"),
    path(f"{_PLAN}sign/", plan.sign, name="sign"),
    path(f"{_PLAN}history/", plan.history, name="history"),
    path(f"{_PLAN}version/<int:number>/", plan.version, name="version"),
    path(f"{_PLAN}close/", ending.close, name="close"),
    path(f"{_PLAN}step/", ending.step, name="step"),
    path(f"{_PLAN}back/", ending.take_back, name="take_back"),
    path(f"{_PLAN}not-begun/", ending.withdraw, name="withdraw"),
    path(f"{_PLAN}write/<slug:part>/", write.write, name="write"),
    path(f"{_PLAN}change/<slug:part>/<uuid:text_id>/", write.change, name="change"),
    path(f"{_PLAN}drop/<slug:part>/<uuid:text_id>/", write.drop, name="drop"),
    path(f"{_PLAN}group/<uuid:member_id>/end/", write.end_member, name="end_member"),
    path(_REVIEW, reviews.review, name="review"),
    path(f"{_REVIEW}outcome/<uuid:text_id>/", reviews.outcome, name="review_outcome"),
    path(f"{_REVIEW}service/<uuid:offer_id>/", reviews.offer, name="review_offer"),
    path(f"{_REVIEW}view/", reviews.view_, name="review_view"),
    path(f"{_REVIEW}close/", reviews.close, name="review_close"),
    path(f"{_REVIEW}back/", reviews.take_back, name="review_back"),
    path(f"{_REVIEW}not-opened/", reviews.withdraw, name="review_withdraw"),
]
