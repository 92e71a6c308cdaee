"""How a provider can let us down. Every error of the SDK and of the network becomes one of these at the border.

ProviderError
    ProviderDisabledError      switched off, or without the key it needs
    ProviderUnavailableError   nobody there, overloaded, or failing: another try may help
    ProviderTimeoutError       no whole reply in time
    ProviderResponseError      a reply came and is no good; `fault` says how
    BudgetSpent                the call might cost more than is left (in `purse`)
"""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a reply."""

    TRUNCATED = "truncated"  # it ended at the limit of tokens, or was cut off
    EMPTY = "empty"  # nothing but blanks and reasoning
    MALFORMED = "malformed"  # not what the protocol says
    ERROR = "error"  # an error object where a reply should be
    FILTERED = "filtered"  # withheld by a content filter
    REFUSED = "refused"  # a 4xx that another try would not change


def is_retryable(status: int) -> bool:
    """Whether another try may help after this HTTP status."""
    return status in (408, 409, 429) or status >= 500


class ProviderError(Exception):
    """`attempts` is how often the server was asked in all, and `seconds` the work that took, without the queue.

    Messages name no key and no address.
    """

    code = "LLM_ERROR"

    def __init__(self, message: str, *, is_retryable: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.is_retryable = is_retryable
        self.retry_after_seconds = retry_after_seconds
        self.attempts = 1
        self.seconds = 0.0


class ProviderDisabledError(ProviderError):
    code = "LLM_PROVIDER_DISABLED"


class ProviderUnavailableError(ProviderError):
    code = "LLM_PROVIDER_UNAVAILABLE"


class ProviderTimeoutError(ProviderError):
    code = "LLM_TIMEOUT"


class ProviderResponseError(ProviderError):
    code = "LLM_BAD_RESPONSE"

    def __init__(
        self,
        message: str,
        fault: Fault,
        *,
        is_retryable: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, is_retryable=is_retryable, retry_after_seconds=retry_after_seconds)
        self.fault = fault
