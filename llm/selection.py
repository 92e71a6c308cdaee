"""The provider that a name stands for on this installation, recorded or played back if it is set so."""

from llm.absent import AbsentProvider
from llm.configuration import LlmSettings
from llm.errors import ProviderDisabledError
from llm.recording import RecordingProvider, ReplayProvider
from llm.types import Provider


def choose_provider(name: str, settings: LlmSettings) -> Provider:
    """One that is switched off is never there, and says so."""
    if settings.replay_from is not None:
        return ReplayProvider(settings.replay_from)
    from llm.factory import make_provider  # with the SDK, which takes a second to load, and most commands ask nobody

    try:
        provider = make_provider(name, settings)
    except ProviderDisabledError as disabled:
        return AbsentProvider(name, str(disabled))
    return provider if settings.record_to is None else RecordingProvider(provider, settings.record_to)
