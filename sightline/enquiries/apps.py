from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "sightline.enquiries"
    label = "enquiries"
