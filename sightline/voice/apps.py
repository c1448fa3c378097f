from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "sightline.voice"
    label = "voice"
