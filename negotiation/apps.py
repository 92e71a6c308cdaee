"""The negotiation app: rooms, their event log, and what this process shares: its watchers' hub, its doorbell to
other processes, providers' lights."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings

from llm.lights import ProviderLights
from llm.selection import choose_provider
from negotiation.doorbell import Doorbell
from negotiation.hub import Hub
from negotiation.recent import RecentAnswers, RecentRooms


class NegotiationConfig(AppConfig):
    name = "negotiation"
    default_auto_field = "django.db.models.BigAutoField"
    hub: Hub[Any]
    doorbell: Doorbell
    lights: ProviderLights
    recent: RecentRooms
    answers: RecentAnswers

    def ready(self) -> None:
        self.hub = Hub()
        self.recent = RecentRooms()
        self.answers = RecentAnswers()
        self.doorbell = Doorbell()
        self.lights = ProviderLights(lambda name: choose_provider(name, settings.LLM))
