# ruff: noqa: RUF001 - the quotes and marks of other keyboards are what this module is about
"""Reads an object that is almost JSON, as models without an enforced schema write it.

Taken as meant: single and typographic quotes, quotes within a text, keys and words without quotes, Python's True, False
and None, comments, a comma too many or too few, other escapes, and amounts such as $1,234.50 as the text that they are.
What is not closed, and any other number that is not one of JSON, is refused: nothing is guessed. Time is linear.
"""

import re
from collections.abc import Callable
from typing import Any

_QUOTES = {'"': '"', "'": "'", "“": '“”"', "”": "”", "„": "“”", "‘": "‘’'", "’": "’", "「": "」"}
_OPENERS = "".join(_QUOTES)
_COMMENT = r"//[^\n]*+|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/"
_BLANK = re.compile(rf"(?:[\s\ufeff\u200b]|\\[nrt]|{_COMMENT})*+")
# Some blanks ahead; so many that a person would put there.
_AHEAD = r"(?:[\s\ufeff]|\\[nrt]|//[^\n]{0,200}\n|#[^\n]{0,200}\n|/\*[^*]{0,200}\*/){0,60}+"
_WORD = re.compile(r"[A-Za-z_](?:[\w-]|\\_)*+")
_QUOTED_KEY_AHEAD = rf"[{_OPENERS}][^\n{_OPENERS}]{{1,40}}[{_OPENERS}」]{_AHEAD}[:：]"
_KEY_AHEAD = rf"(?:{_QUOTED_KEY_AHEAD}|[A-Za-z_][\w-]{{0,39}}{_AHEAD}[:：])"
_AFTER_KEY = re.compile(rf"{_AHEAD}[:：]")
_AFTER_TEXT = re.compile(
    rf"{_AHEAD}(?:[}}\]]|[,，]{_AHEAD}(?:[}}\]{{\[]|{_KEY_AHEAD}))|(?:\s|\\n){_AHEAD}{_QUOTED_KEY_AHEAD}"
)
_AFTER_TEXT_IN_LIST = re.compile(rf"{_AHEAD}(?:\]|[,，]{_AHEAD}(?:[\]\[{{\d{_OPENERS}-]|(?i:true|false|null|none)\b))")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?P<rest>(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)(?![\w.+$€£%])")
# Grouped, or with its currency; the object goes on behind it.
_AMOUNT = re.compile(
    r"(?:[A-Z]{3} ?|[$€£¥₹] ?)?(?:0|[1-9][0-9]{0,8})(?:,[0-9]{3}){0,3}(?:\.[0-9]{1,4})?(?: ?(?:[A-Z]{3}|[$€£¥₹]))?"
    rf"(?={_AHEAD}(?:}}|[,，]{_AHEAD}(?:}}|{_KEY_AHEAD})))"
)
_MARK = re.compile(rf"\\.|[{_OPENERS}」]", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:[xuU](?P<code>(?<=x)[0-9a-fA-F]{2}|(?<=u)[0-9a-fA-F]{4}|(?<=U)00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(?P<plain>.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_NO_WORDS = {"nan", "infinity", "undefined"}

_CUT_OFF = "the text ends before the object does"

Pairs = list[tuple[str, Any]]


class Relaxed:
    """Reads the object with which a text begins; `place` is where it ends, once it is read.

    `join` makes an object of its pairs, `number` a value of a literal and whether that is whole.
    """

    def __init__(
        self,
        text: str,
        deepest: int,
        join: Callable[[Pairs], dict[str, Any]],
        number: Callable[[str, bool], Any],
    ) -> None:
        self._text, self._deepest, self._join, self._number = text, deepest, join, number
        self.place = 0

    def read(self) -> dict[str, Any]:
        """Raises ValueError if it is none, or is not closed."""
        return self._object(0)

    def _object(self, depth: int) -> dict[str, Any]:
        pairs: Pairs = []
        self._open(depth)
        while not self._closes("}"):
            key = self._key()
            self._pass_over(":：")
            pairs.append((key, self._value(depth + 1, _AFTER_TEXT)))
            self._part("}", needs_comma=False)
        return self._join(pairs)

    def _list(self, depth: int) -> list[Any]:
        values: list[Any] = []
        self._open(depth)
        while not self._closes("]"):
            values.append(self._value(depth + 1, _AFTER_TEXT_IN_LIST))
            self._part("]", needs_comma=not isinstance(values[-1], dict))
        return values

    def _open(self, depth: int) -> None:
        if depth > self._deepest:
            raise ValueError("too deep")
        self.place += 1

    def _closes(self, bracket: str) -> bool:
        if self._next() != bracket:
            return False
        self.place += 1
        return True

    def _part(self, closing: str, *, needs_comma: bool) -> None:
        """Past the comma to the next entry, if there is one."""
        if self._next() in ",，":
            self.place += 1
        elif self._next() != closing and needs_comma:
            raise ValueError("a comma is missing")

    def _key(self) -> str:
        if self._next() in _QUOTES:
            return self._string(_AFTER_KEY)
        word = self._word()
        if word is None:
            raise ValueError("a key is missing")
        return word

    def _value(self, depth: int, after: re.Pattern[str]) -> Any:
        first = self._next()
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._list(depth)
        if first in _QUOTES:
            return self._string(after)
        number = _NUMBER.match(self._text, self.place)
        amount = _AMOUNT.match(self._text, self.place) if after is _AFTER_TEXT else None
        if amount and (number is None or number.end() < amount.end()):
            self.place = amount.end()
            return amount.group()
        if number:
            self.place = number.end()
            return self._number(number.group(), not number["rest"])
        word = self._word()
        if word is None or word.lower() in _NO_WORDS:
            raise ValueError("a value is missing")
        return _WORDS.get(word.lower(), word)

    def _word(self) -> str | None:
        word = _WORD.match(self._text, self.place)
        if word is None:
            return None
        self.place = word.end()
        return word.group().replace("\\", "")

    def _string(self, after: re.Pattern[str]) -> str:
        """Up to the first closing quote after which an object can go on: others are part of what is said."""
        closers, start = _QUOTES[self._text[self.place]], self.place + 1
        for mark in _MARK.finditer(self._text, start):
            if mark.group() in closers and after.match(self._text, mark.end()):
                self.place = mark.end()
                return _ESCAPE.sub(_unescaped, self._text[start : mark.start()])
        raise ValueError(_CUT_OFF)

    def _next(self) -> str:
        blank = _BLANK.match(self._text, self.place)
        self.place = blank.end() if blank else self.place
        if self.place >= len(self._text):
            raise ValueError(_CUT_OFF)
        return self._text[self.place]

    def _pass_over(self, marks: str) -> None:
        if self._next() not in marks:
            raise ValueError("a colon is missing")
        self.place += 1


def _unescaped(escape: re.Match[str]) -> str:
    code, plain = escape["code"], escape["plain"]
    return chr(int(code, 16)) if code else _ESCAPED.get(plain, plain)
