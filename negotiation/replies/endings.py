# ruff: noqa: RUF001 - typographic quotation marks are meant
"""Where a sentence ends: not inside 41.20, not after "e.g." or "No."."""

import re

_STOP = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*)")
_NOT_AN_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|no|nr|vs|approx|ca|mr|mrs|ms|dr|st|inc|ltd|co|corp|incl|excl|max|min|qty|pcs|fig|vol)"
    r"|\b[A-Za-z])\.$",
    re.IGNORECASE,
)


def last_sentence_end(text: str) -> int:
    """How much of the text is whole sentences. One that ends with the text might go on, so it does not count."""
    end = 0
    for stop in _STOP.finditer(text):
        if not _NOT_AN_END.search(text, max(0, stop.start() - 8), stop.start() + 1):
            end = stop.end()
    return end
