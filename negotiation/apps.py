"""The negotiation app: rooms, their event log, and what this process shares: its watchers' hub, providers' lights."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings

from llm.lights import ProviderLights
from llm.selection import choose_provider
from negotiation.hub import Hub


class NegotiationConfig(AppConfig):
    name = "negotiation"
    default_auto_field = "django.db.models.BigAutoField"
    hub: Hub[Any]
    lights: ProviderLights

    def ready(self) -> None:
        self.hub = Hub()
        self.lights = ProviderLights(lambda name: choose_provider(name, settings.LLM))
