"""What a provider of language models is to the rest of the system."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """Whether a provider can be used now; `error` says why not."""

    available: bool
    base_url: str | None
    models: tuple[str, ...]
    error: str | None = None


class Provider(Protocol):
    async def ping(self) -> ProviderStatus: ...
