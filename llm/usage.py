"""What a call has cost in tokens and money, as far as the server says, and estimated beyond."""

from decimal import Decimal, InvalidOperation

from llm.tokens import estimate_tokens
from llm.types import Usage


class UsageReader:
    """Takes the reports of one reply; the last one counts, and none of them has to make sense."""

    def __init__(self, input_tokens: int) -> None:
        self._estimated_input_tokens = input_tokens
        self._input_tokens: int | None = None
        self._output_tokens: int | None = None
        self._cost: Decimal | None = None

    def take(self, report: object) -> None:
        if not isinstance(report, dict):
            return
        self._input_tokens = _count(report.get("prompt_tokens", report.get("input_tokens")), self._input_tokens)
        self._output_tokens = _count(report.get("completion_tokens", report.get("output_tokens")), self._output_tokens)
        self._cost = _money(report.get("cost"), self._cost)

    def total(self, heard: str) -> Usage:
        """`heard` is all that the model wrote, its reasoning included."""
        return Usage(
            input_tokens=self._input_tokens or self._estimated_input_tokens,
            output_tokens=self._output_tokens or estimate_tokens(heard),
            is_estimated=not self._input_tokens or not self._output_tokens,
            cost=self._cost,
        )


MOST_TOKENS = 100_000_000
MOST_DOLLARS = 999_999


def _count(reported: object, known: int | None) -> int | None:
    is_count = isinstance(reported, int) and not isinstance(reported, bool)
    return reported if is_count and isinstance(reported, int) and 0 <= reported <= MOST_TOKENS else known


def _money(reported: object, known: Decimal | None) -> Decimal | None:
    if isinstance(reported, bool) or not isinstance(reported, int | float | str):
        return known
    try:
        money = Decimal(str(reported)[:40])
    except InvalidOperation:
        return known
    return money if money.is_finite() and 0 <= money <= MOST_DOLLARS else known
