"""Routes of this room; they hold nothing about anybody."""

from django.urls import path

from . import views

app_name = "govuk"
urlpatterns = [path("colour/<str:digits>.css", views.colour, name="colour")]
