"""Makes the provider that a name stands for."""

from dataclasses import replace

from llm.builtin import BuiltinProvider
from llm.configuration import LlmEndpoint, LlmSettings
from llm.errors import ProviderDisabledError
from llm.openai_compatible import OpenAICompatibleProvider, Server
from llm.types import Provider


def make_provider(name: str, settings: LlmSettings) -> Provider:
    """Raises ProviderDisabledError for one that is switched off, lacks its key, or does not exist."""
    match name:
        case "lm_studio":
            return lm_studio(settings.lm_studio)
        case "openrouter":
            return _if_enabled(settings.openrouter)
        case "openai_compatible":
            return openai_compatible(settings.openai_compatible)
        case "builtin":
            return BuiltinProvider()
        case _:
            raise ProviderDisabledError(f"there is no provider {name[:40]!r}")


def lm_studio(endpoint: LlmEndpoint) -> OpenAICompatibleProvider:
    return OpenAICompatibleProvider(replace(_server("lm_studio", endpoint), is_local=True))


def openai_compatible(endpoint: LlmEndpoint) -> OpenAICompatibleProvider:
    return OpenAICompatibleProvider(replace(_server("openai_compatible", endpoint), is_local=True))


def openrouter(endpoint: LlmEndpoint) -> OpenAICompatibleProvider:
    """Tells OpenRouter who asks, and asks it for what a call has cost."""
    server = _server("openrouter", endpoint)
    headers = {"HTTP-Referer": "http://localhost", "X-Title": "Parley"}
    return OpenAICompatibleProvider(replace(server, headers=headers, parameters={"usage": {"include": True}}))


def _if_enabled(endpoint: LlmEndpoint) -> OpenAICompatibleProvider:
    if not endpoint.is_enabled:
        raise ProviderDisabledError("OpenRouter is switched off: LLM_ENABLE_OPENROUTER turns it on")
    if not endpoint.api_key:
        raise ProviderDisabledError("OpenRouter needs a key: OPENROUTER_API_KEY")
    return openrouter(endpoint)


def _server(name: str, endpoint: LlmEndpoint) -> Server:
    return Server(
        name=name,
        base_url=endpoint.base_url,
        model=endpoint.model,
        timeout_seconds=endpoint.timeout_seconds,
        api_key=endpoint.api_key,
    )
