"""The negotiation app: rooms, their event log, and the hub through which this process tells its watchers."""

from typing import Any

from django.apps import AppConfig

from negotiation.hub import Hub


class NegotiationConfig(AppConfig):
    name = "negotiation"
    default_auto_field = "django.db.models.BigAutoField"
    hub: Hub[Any]

    def ready(self) -> None:
        self.hub = Hub()
