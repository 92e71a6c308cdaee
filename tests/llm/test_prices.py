from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.prices import Price, PriceTable, parse_prices
from llm.types import Usage

TABLE = parse_prices(
    '{"gpt-4o-mini": {"input": 0.15, "output": 0.60}, "gpt-*": {"input": 3, "output": 10},'
    ' "meta-llama/*": {"input": 0, "output": 1e-1}}'
)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("gpt-4o-mini", "0.450000"),
        ("gpt-5", "8.000000"),
        ("meta-llama/llama-3-8b", "0.050000"),
        ("GPT-5", "0.000000"),
        ("unheard-of", "0.000000"),
        ("", "0.000000"),
    ],
)
def test_first_pattern_that_matches_sets_the_price(model: str, dollars: str) -> None:
    cost = TABLE.cost(model, Usage(1_000_000, 500_000))

    assert str(cost) == dollars


def test_cost_that_the_server_tells_wins() -> None:
    cost = TABLE.cost("gpt-5", Usage(1_000_000, 0, cost=Decimal("0.0123456")))

    assert str(cost) == "0.012346"


@pytest.mark.parametrize("nonsense", ["NaN", "Infinity", "-1", "1e30"])
def test_nonsense_that_the_server_tells_does_not_win(nonsense: str) -> None:
    cost = TABLE.cost("gpt-5", Usage(1_000_000, 0, cost=Decimal(nonsense)))

    assert cost == 3


@pytest.mark.parametrize("text", ["", "  \n", "{}"])
def test_table_may_be_empty(text: str) -> None:
    assert parse_prices(text) == PriceTable()


def test_prices_are_read_to_the_last_digit() -> None:
    assert TABLE.entries[0] == ("gpt-4o-mini", Price(Decimal("0.15"), Decimal("0.60")))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"a": {"input": 1}}', "'a'"),
        ('{"a": {"input": 1, "output": 2, "cached": 3}}', "'a'"),
        ('{"a": 5}', "'a'"),
        ('{"a": {"input": "1", "output": 2}}', "input price of 'a'"),
        ('{"a": {"input": 1, "output": true}}', "output price of 'a'"),
        ('{"a": {"input": 1, "output": null}}', "output price of 'a'"),
        ('{"a": {"input": -0.1, "output": 2}}', "input price of 'a'"),
        ('{"a": {"input": 1e400, "output": 2}}', "input price of 'a'"),
        ('{"a": {"input": 1e99999999999999999999, "output": 2}}', "input price of 'a'"),
        ('{"a": {"input": NaN, "output": 2}}', "NaN"),
        ('{"a": {"input": 1, "output": 2}, "a": {"input": 1, "output": 2}}', "'a' more than once"),
        ('{"": {"input": 1, "output": 2}}', "''"),
        ('{" a": {"input": 1, "output": 2}}', "' a'"),
        ("[]", "object of models"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_nonsense_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_prices(text)


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_cost_is_exact_to_a_millionth(input_tokens: int, output_tokens: int) -> None:
    cost = TABLE.cost("gpt-4o-mini", Usage(input_tokens, output_tokens))

    assert abs(cost - (input_tokens * Decimal("0.15") + output_tokens * Decimal("0.60")) / 10**6) <= Decimal("5e-7")
    assert cost.as_tuple().exponent == -6
