"""How many tokens a text will be, near enough for budgets and for calls whose server does not count."""

import re
from collections.abc import Sequence

from llm.types import ChatMessage

TOKENS_PER_MESSAGE = 4

# From the first script without spaces or capitals on, a character is about a token of its own; marks such as
# dashes, quotes and currency signs, which European texts use as well, are not.
_WIDE = re.compile("[\u0800-\u1fff\u2100-\U0010ffff]")
_HALF = re.compile("[\u0250-\u07ff\u2000-\u20ff]")


def estimate_messages(messages: Sequence[ChatMessage]) -> int:
    """What a server would count as input: the texts and the marks between messages."""
    return sum(estimate_tokens(message.content) + TOKENS_PER_MESSAGE for message in messages)


def estimate_tokens(text: str) -> int:
    """Four Latin characters to a token, two of other alphabets, one of Chinese, Japanese and Korean; rounded up."""
    if text.isascii():
        return _divide_up(len(text), 4)
    wide, half = len(_WIDE.findall(text)), len(_HALF.findall(text))
    return _divide_up(len(text) - wide - half + 2 * half + 4 * wide, 4)


def _divide_up(number: int, by: int) -> int:
    return -(-number // by)
