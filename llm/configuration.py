"""What an installation says about its providers: where they are and how they may be used."""

from dataclasses import dataclass, field
from pathlib import Path

from llm.prices import PriceTable
from llm.purse import Budget


@dataclass(frozen=True, slots=True)
class LlmEndpoint:
    """`timeout_seconds` bounds one whole call."""

    base_url: str
    model: str
    timeout_seconds: float
    api_key: str = field(default="", repr=False)
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """`fallback` says what a provider that is down means: `template` words, or `off`, a refusal.

    `turn_seconds` bounds a seat's turn, its retry included, `queue_seconds` the wait for a free place before it.
    `record_to` gets every call, `replay_from` answers every call, without a server.
    """

    provider: str
    fallback: str
    temperature: float
    max_tokens: int
    max_retries: int
    retry_delay_seconds: float
    max_concurrency: int
    turn_seconds: float
    queue_seconds: float
    prices: PriceTable
    room_budget: Budget
    session_budget: Budget
    day_budget: Budget
    record_to: Path | None
    replay_from: Path | None
    lm_studio: LlmEndpoint
    openrouter: LlmEndpoint
    openai_compatible: LlmEndpoint

    def budget_of_session(self, own: Budget) -> Budget:
        """Its own, or the installation's where it has none."""
        return self.session_budget if own == Budget() else own

    def model_of(self, provider: str) -> str:
        """The model that is asked of a provider where nobody names one; empty for a provider without models."""
        match provider:
            case "lm_studio":
                return self.lm_studio.model
            case "openrouter":
                return self.openrouter.model
            case "openai_compatible":
                return self.openai_compatible.model
            case _:
                return ""
