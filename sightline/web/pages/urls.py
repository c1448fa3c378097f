from django.urls import path

from . import child, duty, figures, procedures, public, summary, trail, work

app_name = "web"
urlpatterns = [
    path("", work.home, name="home"),
    path("team/", work.team, name="team"),
    path("supervision/", work.supervision, name="supervision"),
    path("partnership/", work.partnership, name="partnership"),
    path("news/", work.news, name="news"),
    path("trail/", trail.trail, name="trail"),
    path("figures/", figures.figures, name="figures"),
    path("drafts/", work.drafts, name="drafts"),
    path("you/", work.you, name="you"),
    path("child/<uuid:folder_id>/", child.child, name="child"),
    path("child/<uuid:folder_id>/record/", child.record_, name="record"),
    path("child/<uuid:folder_id>/decisions/", child.decisions_, name="decisions"),
    path("child/<uuid:folder_id>/summary/", summary.summary, name="summary"),
    path("child/<uuid:folder_id>/summary/pdf/", summary.summary_pdf, name="summary_pdf"),
    path("child/<uuid:folder_id>/looked/", child.looked, name="looked"),
    path("duty/<uuid:duty_id>/", duty.duty, name="duty"),
    path("procedures/", procedures.procedures, name="procedures"),
    path("procedures/principle/<slug:principle_id>/", procedures.principle, name="principle"),
    path("procedures/definition/<slug:definition_id>/", procedures.definition, name="definition"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("help/", public.help_, name="help"),
]
