"""Whether the models that rooms want can be had now."""

from uuid import UUID

from django.apps import apps
from django.conf import settings

from llm.lights import ProviderLights
from negotiation.casting import read_casting
from negotiation.errors import ModelAway


def provider_lights() -> ProviderLights:
    return apps.get_app_config("negotiation").lights  # type: ignore[no-any-return, attr-defined]


def require_model(code: UUID) -> None:
    """Raises ModelAway if the room is to speak by a model that is away, and template words may not stand in."""
    if settings.LLM.fallback == "template":
        return
    casting = read_casting(code)
    provider = casting.provider or settings.LLM.provider
    if casting.uses_model and not provider_lights().status(provider).available:
        raise ModelAway(f"the language models of {provider} cannot be reached")
