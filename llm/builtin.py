"""The provider that is always there: no network, no model, template words."""

from llm.types import ProviderStatus

BUILTIN_MODEL = "template-words"


class BuiltinProvider:
    async def ping(self) -> ProviderStatus:
        return ProviderStatus(available=True, base_url=None, models=(BUILTIN_MODEL,))
