"""Turns what the network and its library raise into errors of ours; nothing that a server wrote gets into a message."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from llm.errors import (
    Fault,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    is_retryable,
)


class StatusRefused(Exception):
    """The server answered with a status that is no success."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers = status, headers


# All that can come out of a request: aiohttp's own errors, the network's, and those of values that cannot be sent.
FOREIGN_ERRORS = (StatusRefused, aiohttp.ClientError, OSError, ValueError)


def error_of_request(error: Exception, now: Callable[[], datetime]) -> ProviderError:
    """For what goes wrong before the body of a reply begins."""
    if isinstance(error, StatusRefused):
        return _error_of_status(error.status, error.headers, now)
    if _is_timeout(error):
        return timed_out()
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return ProviderUnavailableError("the server cannot be asked with these settings")
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return ProviderUnavailableError("the server cannot be reached", is_retryable=True)
    return ProviderUnavailableError("the server cannot be asked with these settings")


def error_of_body(error: Exception) -> ProviderError:
    """For what goes wrong while a reply is read."""
    if isinstance(error, TimeoutError):
        return timed_out()
    return ProviderResponseError("the connection broke in the middle of the reply", Fault.TRUNCATED, is_retryable=True)


def timed_out() -> ProviderTimeoutError:
    return ProviderTimeoutError("no whole reply came in time", is_retryable=True)


def _is_timeout(error: Exception) -> bool:
    """A connection that does not come about in time is no slow reply: nobody is there."""
    return isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError)


def _error_of_status(status: int, headers: Mapping[str, str], now: Callable[[], datetime]) -> ProviderError:
    meaning = MEANINGS.get(status)
    message = f"the server answered with status {status}" + (f": {meaning}" if meaning else "")
    if is_retryable(status):
        return ProviderUnavailableError(message, is_retryable=True, retry_after_seconds=_retry_after(headers, now))
    return ProviderResponseError(message, Fault.REFUSED)


MEANINGS: Mapping[int, str] = {
    401: "the key is missing or wrong",
    402: "the credit is used up",
    403: "the key does not allow this",
    404: "there is no such model or address",
    429: "too many requests",
    503: "it is overloaded or still loading",
}


def _retry_after(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """Seconds to wait, from whichever header says so; None if none of them makes sense."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = _number(text)
    return seconds if seconds is not None else _seconds_until(text, now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(text: str, now: Callable[[], datetime]) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())
