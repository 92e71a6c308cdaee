"""Turns what the SDK and the network raise into errors of ours; nothing that a server wrote gets into a message."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import httpx2
import openai

from llm.errors import Fault, ProviderError, ProviderResponseError, ProviderTimeoutError, ProviderUnavailableError

# All that can come out of the SDK: it lets errors of its HTTP libraries through, and those of values it cannot encode.
FOREIGN_ERRORS = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    httpx2.CookieConflict,
    aiohttp.ClientError,
    OSError,
    ValueError,
)


def error_of_request(error: Exception, now: Callable[[], datetime]) -> ProviderError:
    """For what goes wrong before the body of a reply begins."""
    if isinstance(error, openai.APIStatusError):
        return _error_of_status(error.response.status_code, error.response.headers, now)
    if isinstance(error, (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError)):
        return ProviderResponseError("the reply is not whole", Fault.TRUNCATED)
    if isinstance(error, openai.APIResponseValidationError):
        return ProviderResponseError("the reply does not follow the protocol", Fault.MALFORMED, is_retryable=True)
    if _is_timeout(error):
        return timed_out()
    if isinstance(error, (openai.APIConnectionError, httpx2.TransportError, aiohttp.ClientError, OSError)):
        return ProviderUnavailableError("the server cannot be reached", is_retryable=True)
    return ProviderUnavailableError("the server cannot be asked with these settings")


def error_of_body(error: Exception) -> ProviderError:
    """For what goes wrong while a reply is read."""
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError)):
        return timed_out()
    return ProviderResponseError("the connection broke in the middle of the reply", Fault.TRUNCATED, is_retryable=True)


def timed_out() -> ProviderTimeoutError:
    return ProviderTimeoutError("no whole reply came in time", is_retryable=True)


def _is_timeout(error: Exception) -> bool:
    """A connection that does not come about in time is no slow reply: nobody is there."""
    cause = error.__cause__ if isinstance(error, openai.APITimeoutError) else error
    if isinstance(cause, (httpx2.ConnectTimeout, httpx2.PoolTimeout)):
        return False
    return isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError))


def _error_of_status(status: int, headers: Mapping[str, str], now: Callable[[], datetime]) -> ProviderError:
    meaning = MEANINGS.get(status)
    message = f"the server answered with status {status}" + (f": {meaning}" if meaning else "")
    if status in RETRYABLE_STATUSES or status >= 500:
        return ProviderUnavailableError(message, is_retryable=True, retry_after_seconds=_retry_after(headers, now))
    return ProviderResponseError(message, Fault.REFUSED)


RETRYABLE_STATUSES = (408, 409, 429)
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
