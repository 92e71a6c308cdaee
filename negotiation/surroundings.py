"""A number of a person's text with what stands around it: in its clause, in its sentence and right beside it."""

import re
from collections.abc import Sequence
from enum import IntEnum, auto

from negotiation.count_words import (
    MEASURES,
    TIME,
    TIMES_AFTER,
    UNITS,
)
from negotiation.offer_words import (
    ACTS,
    CENTS,
    EACH,
    HINTS,
)
from negotiation.replies.money import CURRENCY_SIGNS
from negotiation.replies.numbers import Mention, MentionKind

_AROUND = 60
_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
CODES = "usd|eur|gbp|jpy|cny|inr|krw|chf|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|mxn|brl|sgd|hkd|zar|try|aed"
_MONEY_BEFORE = re.compile(rf"(?:{_SIGNS}|(?<![a-z])(?:{CODES}))\s?$")
_MONEY_AFTER = re.compile(rf"[,.]?-?-?\s?(?:{_SIGNS}|(?:{CODES})(?![a-z]))")
# So few need no further word to be an offer: "415 then, thanks".
_FEW_WORDS = 5
_EXCLAMATION = 3
_LAST_SENTENCE = re.compile(r"[^!?;\n.]+[!?;\n.]\s?$")
_GLUED_BEFORE = re.compile(r"[a-z][-_/]?$")
_GLUED_AFTER = re.compile(r"[a-z0-9]|[-_/][a-z0-9]")
_LABELLED = re.compile(r"(?<![a-z])(?:qty|quantity|menge|anzahl|quantite|cantidad|aantal)(?: of| is)?[ :.]{1,3}$")
_ONLY, _LEFT = re.compile(r"(?<![a-z])only $"), re.compile(r" (?:left|remaining)(?![a-z])")
_GOES_ON = re.compile(r" (?:and )?(?:[0-9]{3}(?![0-9])|[a-z]+ hundred)")
_OF_ONE = re.compile(r"(?<![a-z])(?:for|per|fur|je|pour|por|voor)\s(?:just |only )?$")
AFTER_EACH = re.compile(
    rf"(?:{_MONEY_AFTER.pattern})?(?:{EACH.pattern})(?:\s?(?:x|\*)\s?|,?\s(?:for|fur|pour|por|voor)\s(?:(?:all|those|these|the|die|diese|les|los|las|de)\s)*)"
)


class Cue(IntEnum):
    """What the sentence around a price says of it: that it is offered or taken, or what people say with an offer."""

    NONE = auto()
    HINT = auto()
    ACT = auto()


class Around:
    """A number with what stands before and after it, in its clause and right beside it."""

    def __init__(
        self,
        folded: str,
        mention: Mention,
        neighbours: tuple[Mention | None, Mention | None],
        ends: Sequence[int],
        sentences: Sequence[int],
    ) -> None:
        self.mention, self.folded = mention, folded
        self._sentence_start = max((end for end in sentences if end <= mention.start), default=0)
        self._sentence_end = min((end for end in sentences if end > mention.start), default=len(folded))
        self.earlier, self.later = earlier, later = neighbours
        start = max((end for end in ends if end <= mention.start), default=0)
        stop = min([len(folded), mention.end + _AROUND, *(end for end in ends if end > mention.end)])
        self.before, self.after = whole_words(folded[start : mention.start], _AROUND), folded[mention.end : stop]
        self.rest = folded[mention.end : mention.end + _AROUND]
        self.between = folded[earlier.end : mention.start] if earlier is not None else None
        self.until_later = folded[mention.end : later.start] if later is not None else ""
        self.money_before = _MONEY_BEFORE.search(folded[max(0, mention.start - 8) : mention.start])
        self.money_after = _MONEY_AFTER.match(self.rest)

    @property
    def has_money(self) -> bool:
        return self.money_before is not None or self.money_after is not None

    @property
    def tail(self) -> str:
        """What follows the number and its currency."""
        return self.rest[self.money_after.end() if self.money_after else 0 :]

    @property
    def lead(self) -> str:
        """What goes before the number and its currency."""
        return self.before[: len(self.before) - len(self.money_before.group())] if self.money_before else self.before

    @property
    def cue(self) -> Cue:
        sentence = self.folded[self._sentence_start : self._sentence_end]
        words = sum(word[0].isalpha() for word in sentence.split())
        lead = _LAST_SENTENCE.search(self.folded[max(0, self._sentence_start - _AROUND) : self._sentence_start])
        if lead and len(lead.group().split()) <= _EXCLAMATION:  # "Deal! 415 each."
            sentence = lead.group() + sentence
        is_short, is_bare = words <= _FEW_WORDS, not words and "?" not in sentence
        if ACTS.search(sentence) or is_bare or (is_short and EACH.match(self.tail)):
            return Cue.ACT
        return Cue.HINT if is_short or HINTS.search(sentence) else Cue.NONE

    @property
    def is_each_later(self) -> bool:
        """Whether the next number is named as the price of one unit."""
        return self.later is not None and EACH.match(self.folded[self.later.end : self.later.end + _AROUND]) is not None

    @property
    def is_measure(self) -> bool:
        """Of another unit than the item's and money: "15 inch", but "415 p.u." and "415 l'unite"."""
        return not self.has_money and not EACH.match(self.rest) and MEASURES.match(self.rest) is not None

    @property
    def is_labelled(self) -> bool:
        """Whether it is called a number of units: "qty 48", "only 45 left"."""
        is_rest = _ONLY.search(self.before) and _LEFT.match(self.rest)
        return bool(_LABELLED.search(self.before) or is_rest)

    @property
    def is_of_one(self) -> bool:
        """Whether a price before it is for this one unit."""
        if self.mention.values != {1} or self.between is None or AFTER_EACH.fullmatch(self.between):
            return False
        return _OF_ONE.search(self.between) is not None

    @property
    def goes_on(self) -> bool:
        """Whether the next number belongs to it: "46 thousand five hundred"."""
        return self.folded[self.mention.end - 1].isalpha() and _GOES_ON.match(self.rest) is not None

    @property
    def is_glued(self) -> bool:
        """Part of a word such as "A4" or "5G"."""
        before = self.folded[max(0, self.mention.start - 2) : self.mention.start]
        if self.mention.kind is not MentionKind.DIGITS:
            return False
        if _GLUED_BEFORE.search(before) and not self.money_before and not before.endswith("x"):
            return True
        if self.money_after or CENTS.match(self.rest) or UNITS.match(self.rest) or TIME.match(self.rest):
            return False
        return bool(_GLUED_AFTER.match(self.rest)) and not TIMES_AFTER.match(self.rest) and not EACH.match(self.rest)


def whole_words(text: str, length: int) -> str:
    """So much of its end, without a word of which only a part is in it: of "mache" the end is somebody else's "he"."""
    return text if len(text) <= length else text[-length - 1 :].partition(" ")[2]
