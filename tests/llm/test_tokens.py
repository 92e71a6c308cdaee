import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.tokens import TOKENS_PER_MESSAGE, estimate_messages, estimate_tokens
from llm.types import ChatMessage, Role


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("four", 1),
        ("fives", 2),
        ("I can offer 41.20 per unit.", 7),
        ("très cher", 3),
        ("“fine” – 5 €", 4),
        ("Добрый день", 6),
        ("价格太高", 4),
        ("안녕하세요", 5),
        ("👍👍", 2),
    ],
)
def test_estimate_follows_the_script(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@settings(deadline=None)
@given(st.text(min_size=1))
def test_no_text_is_free_and_none_costs_more_than_a_token_a_character(text: str) -> None:
    assert 1 <= estimate_tokens(text) <= len(text)


@settings(deadline=None)
@given(st.text(), st.text())
def test_two_texts_cost_no_less_than_both_in_one(first: str, second: str) -> None:
    assert estimate_tokens(first + second) <= estimate_tokens(first) + estimate_tokens(second)


def test_each_message_costs_more_than_its_text() -> None:
    messages = (ChatMessage(Role.SYSTEM, "four"), ChatMessage(Role.USER, ""))

    assert estimate_messages(messages) == 1 + 2 * TOKENS_PER_MESSAGE
