"""A finished reply, told piece by piece as a server would."""

import re
from collections.abc import Iterator

from llm.types import LLMResult, TokenChunk

_WORD = re.compile(r"\s*\S+|\s+")


def in_pieces(result: LLMResult) -> Iterator[TokenChunk]:
    """A chunk for each word with the blanks before it, so that they join to the very same text, and the last one."""
    words = _WORD.findall(result.text)
    for index, word in enumerate(words):
        yield TokenChunk(word, index)
    yield TokenChunk("", len(words), is_end=True, result=result)
