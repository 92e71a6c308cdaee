"""What can be wrong with a request to the marketplace.

MarketplaceError
    SessionNotFound
    LogNotFound
    TooManySellers
    InvalidRequest        `problems` names each field and what is wrong with it
    ProviderDisabled
    NotAllowed
    KeyReused             an Idempotency-Key came with another request
    RateLimited           too fast; `retry_after_seconds` says when to come again
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    field: str
    reason: str


class MarketplaceError(Exception):
    code = "INTERNAL_ERROR"


class SessionNotFound(MarketplaceError):
    code = "SESSION_NOT_FOUND"


class LogNotFound(MarketplaceError):
    code = "LOG_NOT_FOUND"


class TooManySellers(MarketplaceError):
    code = "MAX_SELLERS_EXCEEDED"


class InvalidRequest(MarketplaceError):
    code = "VALIDATION_ERROR"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("The request breaks a rule.")
        self.problems = problems


class ProviderDisabled(MarketplaceError):
    code = "LLM_PROVIDER_DISABLED"


class NotAllowed(MarketplaceError):
    code = "FORBIDDEN"


class KeyReused(MarketplaceError):
    code = "IDEMPOTENCY_KEY_REUSED"


class RateLimited(MarketplaceError):
    code = "RATE_LIMITED"

    def __init__(self, wait_seconds: float) -> None:
        self.retry_after_seconds = max(1, math.ceil(wait_seconds))
        super().__init__(f"Too fast: come again in {self.retry_after_seconds} s.")
