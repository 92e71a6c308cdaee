"""Takes out of a reply what a model thought aloud before it spoke, in all the marks that models set around it."""

import re
from collections.abc import Mapping
from enum import StrEnum


class ReasoningFilter:
    """Lets through what is no reasoning, while a reply comes in piece by piece.

    A closing mark without an opening one says that all before it was reasoning: only `text`, never what `feed` has
    already given out, can take that back.
    """

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._blanks: list[str] = []
        self._pending = ""
        self._is_reasoning = False

    @property
    def text(self) -> str:
        return _without_bare_channels("".join(self._shown))

    def feed(self, piece: str) -> str:
        """The new text that is safe to show; it may lag behind by an unfinished mark or by blanks."""
        text = self._pending + piece
        if not any(opener in text for opener in OPENERS):
            return self._show(text)
        shown, position = [], 0
        for mark in MARKS.finditer(text):
            if mark.start() > position:
                shown.append(self._show(text[position : mark.start()]))
            self._obey(MARK_OF_GROUP[mark.lastgroup or ""])
            position = mark.end()
        held_from = _unfinished_mark(text, position)
        self._pending = text[held_from:]
        shown.append(self._show(text[position:held_from]))
        return "".join(shown)

    def finish(self) -> str:
        """The last of the text: nothing more will come."""
        rest, self._pending = self._pending, ""
        return "" if HEADER.match(rest) else self._show(rest)

    def _obey(self, mark: "Mark") -> None:
        was_reasoning, self._is_reasoning = self._is_reasoning, mark is Mark.OPEN
        if mark is Mark.NOISE:
            self._is_reasoning = was_reasoning
        if mark is Mark.FINAL or (mark is Mark.CLOSE and not was_reasoning):
            self._shown.clear()
            self._blanks.clear()

    def _show(self, text: str) -> str:
        """Blanks wait until a word follows them, so that what was shown adds up to a text without blanks around it."""
        if self._is_reasoning or not text:
            return ""
        if text.isspace():
            self._blanks.append(text)
            return ""
        words = text.rstrip()
        told = "".join([*self._blanks, words]) if self._shown else words.lstrip()
        self._blanks = [text[len(words) :]]
        self._shown.append(told)
        return told


class Mark(StrEnum):
    """What a mark says, by the name of its group in MARKS."""

    OPEN = "open"
    CLOSE = "close"
    END = "end"  # closes what is open, and is no surprise where nothing is
    FINAL = "final"  # everything before it was reasoning
    NOISE = "noise"


MARK_OF_GROUP: Mapping[str, Mark] = {mark.value: mark for mark in Mark}
_NAMES = (
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reason",
    "reasoning",
    "reasoning_content",
    "reflection",
    "scratchpad",
)
_NAME = rf"(?:[a-z]{{1,12}}:)?(?:{'|'.join(_NAMES)})"
_ATTRIBUTES = r"(?:\s[^<>]{0,100})?"
# Every repetition is bounded, and what can begin no mark is passed over at once: the search stays linear and quick.
MARKS = re.compile(
    rf"""
    (?=<\|[a-z] | </?(?:[a-z]{{1,12}}:)?[rst] | <channel | \[/?t | ◁)(?:
    (?P<noise><{_NAME}{_ATTRIBUTES}/>
        | <\|start\|>[a-z]{{0,9}}(?=<) | <\|(?:return|call|message)\|>
        | <\|(?:begin|end)_of_solution\|> | <\|(?:start|end)_response\|>)
    | (?P<open><{_NAME}{_ATTRIBUTES}> | \[think(?:ing)?\] | ◁think▷
        | <\|channel\|>\s{{0,3}}(?:analysis|commentary)[^<>]{{0,60}}(?:<\|constrain\|>[^<>]{{0,20}})?<\|message\|>
        | <\|channel>\s{{0,3}}(?:thought|analysis)
        | <\|(?:begin_of_thought|start_thinking)\|>)
    | (?P<close></{_NAME}\s{{0,10}}> | \[/think(?:ing)?\] | ◁/think▷
        | <\|(?:end_of_thought|end_thinking)\|>)
    | (?P<final><\|channel\|>\s{{0,3}}final[^<>]{{0,60}}<\|message\|>)
    | (?P<end><\|end\|> | <channel\|>)
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
LONGEST_MARK = 160
OPENERS = "<[◁"


def _unfinished_mark(text: str, start: int) -> int:
    """Where a mark may have begun whose end has not come yet; the length of the text if nowhere."""
    window = max(start, len(text) - LONGEST_MARK)
    # A header is made of several marks, so the last of them is not where it began.
    if header := UNFINISHED_HEADER.search(text, window):
        return header.start()
    last = max(text.rfind(opener, window) for opener in OPENERS)
    return last if last >= 0 and UNFINISHED_MARK.fullmatch(text, last) else len(text)


UNFINISHED_HEADER = re.compile(
    r"<\|(?:channel|start)\|?>[^<>]{0,60}(?:<\|?[a-z]{0,10}\|?>?[^<>]{0,20}){0,2}\Z", re.IGNORECASE
)
UNFINISHED_MARK = re.compile(
    rf"""</?[a-z:_]{{0,32}} | </?{_NAME}(?:\s[^<>]{{0,100}})?/? | <\|?[a-z_]{{0,20}}\|?
        | \[/?[a-z]{{0,8}} | ◁/?[a-z]{{0,5}}""",
    re.IGNORECASE | re.VERBOSE,
)


HEADER = re.compile(r"<\|(?:channel|start)\|?>", re.IGNORECASE)


def _without_bare_channels(text: str) -> str:
    """Servers that drop control tokens leave the bare names of the channels in the text."""
    if not text.startswith("analysis"):
        return text
    return text.rpartition("assistantfinal")[2].strip()
