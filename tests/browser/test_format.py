from decimal import Decimal
from typing import Any

import pytest

from marketplace.templatetags import parley
from negotiation.core.vocabulary import Reason, RoomStatus
from negotiation.figures import SYMBOLS

pytestmark = pytest.mark.browser

YOUNG = {"XCG"}  # not every browser knows how it is written
AMOUNTS = ["0", "0.5", "9.99", "1234.5", "24000", "-12.3", "9999999999"]


CALL = """async ([name, all]) => {
  const format = await import("/static/js/format.js");
  return all.map((values) => format[name](...values));
}"""


def written(page: Any, name: str, *all_values: tuple[Any, ...]) -> list[str]:
    """What the function of that name makes of each of these arguments."""
    return page.evaluate(CALL, [name, [list(values) for values in all_values]])


def test_scripts_and_templates_write_money_alike(blank):
    currencies = set(blank.evaluate("() => Intl.supportedValuesOf('currency')")) - YOUNG
    assert currencies > SYMBOLS.keys()
    cases = [(amount, currency) for currency in sorted(currencies) for amount in AMOUNTS]

    assert written(blank, "money", *((float(amount), currency) for amount, currency in cases)) == [
        parley.money(Decimal(amount), currency) for amount, currency in cases
    ]


def test_time_of_another_day_is_told_with_its_day(blank):
    told = blank.evaluate(
        """async () => {
          const { shortTime } = await import("/static/js/format.js");
          const now = new Date(2026, 10, 22, 15, 30);
          return [new Date(2026, 10, 22, 9, 5), new Date(2026, 10, 20, 23, 59)].map((date) => shortTime(date, now));
        }"""
    )

    assert told == ["09:05", "20 Nov, 23:59"]


def test_scripts_and_templates_use_the_same_words(blank):
    assert written(blank, "statusWords", *((status,) for status in RoomStatus)) == [
        parley.status_words(status) for status in RoomStatus
    ]


def test_scripts_and_templates_give_the_same_reasons(blank):
    assert written(blank, "reasonWords", *((reason,) for reason in Reason)) == [
        parley.reason_words(reason) for reason in Reason
    ]


def test_scripts_and_templates_write_durations_alike(blank):
    seconds = [0, 0.5, 4.2, 9.9, 10, 59, 61, 200, 3599, 7500]

    assert written(blank, "duration", *((one,) for one in seconds)) == [parley.duration(one) for one in seconds]


def test_changes_carry_their_sign(blank):
    assert written(blank, "change", (-5, "USD"), (5, "USD"), (0, "USD")) == [
        "\N{MINUS SIGN}$5.00",
        "+$5.00",
        "no change",
    ]
