"""Knows the chunks of a stream that differ from one before in nothing but their words, and reads those alone.

Servers repeat some hundred bytes around every word; to parse them each time costs more than all else about a chunk.
"""

import re
from typing import Any

_CONTENT = re.compile(rb'"content"\s*:\s*"')
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_OWN_MEANING = {"error", "error_type", "type", "tool_calls", "function_call", "reasoning", "reasoning_content"}


class Repetition:
    def __init__(self) -> None:
        self._before = self._after = b""

    def words(self, data: bytes) -> str | None:
        """Those of a chunk that is otherwise the one learnt; None if it must be parsed."""
        before, after = self._before, self._after
        if not (before and data.startswith(before) and data.endswith(after)):
            return None
        words = data[len(before) : len(data) - len(after)]
        if len(data) < len(before) + len(after) or not _PLAIN.fullmatch(words):
            return None
        try:
            return words.decode()
        except UnicodeDecodeError:
            return None

    def learn(self, data: bytes, document: object) -> None:
        """The chunk, and the document it was parsed to; forgotten if that does more than add words to the reply."""
        self._before = self._after = b""
        found = list(_CONTENT.finditer(data))
        if len(found) == 1 and _only_adds_words(document):
            begin = found[0].end()
            plain = _PLAIN.match(data, begin)
            assert plain is not None
            if data[plain.end() : plain.end() + 1] == b'"':
                self._before, self._after = data[:begin], data[plain.end() :]


def _only_adds_words(document: Any) -> bool:
    match document:
        case {"choices": [{"delta": {"content": str()} as delta} as choice]}:
            says_more = choice.get("finish_reason") or choice.get("index") or document.get("usage")
            is_error = "error" in (document.get("object"), choice.get("object"))
            return not says_more and not is_error and _OWN_MEANING.isdisjoint({*document, *choice, *delta})
        case _:
            return False
