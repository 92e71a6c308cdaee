"""What can be wrong with a request to the marketplace.

MarketplaceError
    SessionNotFound
    LogNotFound
    TooManySellers
    InvalidRequest        `problems` names each field and what is wrong with it
    ProviderDisabled
    NotAllowed
    KeyReused             an Idempotency-Key came with another request
    StillWorking          the first request with that Idempotency-Key is not finished
"""

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


class StillWorking(MarketplaceError):
    code = "REQUEST_IN_PROGRESS"
