import aiohttp
import pytest
from aiohttp import client_exceptions

from llm.errors import ProviderError, ProviderUnavailableError
from llm.foreign_errors import FOREIGN_ERRORS, StatusRefused, error_of_body, error_of_request
from tests.llm.calling import NOW


def exported_errors() -> list[type[Exception]]:
    """All but those of websockets."""
    exported = [getattr(client_exceptions, name) for name in client_exceptions.__all__ if not name.startswith("WS")]
    return [found for found in exported if isinstance(found, type) and issubclass(found, Exception)]


@pytest.mark.parametrize("error_class", [StatusRefused, *exported_errors()])
def test_no_error_of_the_library_slips_through(error_class: type[Exception]) -> None:
    error = error_class.__new__(error_class)
    if isinstance(error, StatusRefused):
        error.status, error.headers = 418, {}

    assert isinstance(error, FOREIGN_ERRORS)
    assert isinstance(error_of_request(error, lambda: NOW), ProviderError)
    assert isinstance(error_of_body(error), ProviderError)


def test_connection_that_does_not_come_about_is_nobody_and_no_slow_reply() -> None:
    error = error_of_request(aiohttp.ConnectionTimeoutError(), lambda: NOW)

    assert isinstance(error, ProviderUnavailableError)
    assert error.is_retryable
