import openai
import pytest

from llm.errors import ProviderError
from llm.foreign_errors import FOREIGN_ERRORS, error_of_body, error_of_request
from tests.llm.calling import NOW


def exported_errors() -> list[type[Exception]]:
    exported = [getattr(openai, name) for name in dir(openai)]
    return [found for found in exported if isinstance(found, type) and issubclass(found, Exception)]


@pytest.mark.parametrize("error_class", exported_errors())
def test_no_error_of_the_sdk_slips_through(error_class: type[Exception]) -> None:
    error = error_class.__new__(error_class)
    if isinstance(error, openai.APIStatusError):
        error.response = Response(418)  # type: ignore[assignment]

    assert isinstance(error, FOREIGN_ERRORS)
    assert isinstance(error_of_request(error, lambda: NOW), ProviderError)
    assert isinstance(error_of_body(error), ProviderError)


class Response:
    """As much of a response as an error is told by."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}
