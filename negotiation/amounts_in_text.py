"""Tells what each number of a person's text is: a price, a quantity, a further term, or nothing that is offered."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum, auto

from negotiation.offer_words import (
    ACCEPTS,
    ACTS,
    ALTERNATIVE,
    ASKS_ABOUT,
    AT_PRICE,
    BETWEEN,
    BUYS_AFTER,
    BUYS_BEFORE,
    CENTS,
    DAYS_IN,
    EACH,
    EACH_BEFORE,
    ENDED_AFTER,
    FOR_EACH_PRICE,
    FOR_PRICE,
    HINTS,
    LIMIT_AFTER,
    LIMIT_BEFORE,
    MEASURES,
    MOVES_FROM,
    NEARLY,
    NEEDS_BEFORE,
    NEGATED_AFTER,
    NEGATED_BEFORE,
    NET,
    NOT_NOW,
    NOT_ON_OFFER,
    OWN_BEFORE,
    PER_OTHER,
    RANGE,
    REPORTED_AFTER,
    REPORTED_BEFORE,
    REPORTED_BESIDE,
    TAKEN_AFTER,
    TIME,
    TIMES,
    TIMES_AFTER,
    TOPICS,
    TOTAL,
    TOTAL_BEFORE,
    UNITS,
)
from negotiation.replies.money import CURRENCY_SIGNS
from negotiation.replies.numbers import Mention, MentionKind, numbers_in

MOST_NUMBERS = 24
_AROUND = 60
_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
CODES = "usd|eur|gbp|jpy|cny|inr|krw|chf|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|mxn|brl|sgd|hkd|zar|try|aed"
_MONEY_BEFORE = re.compile(rf"(?:{_SIGNS}|(?<![a-z])(?:{CODES}))\s?$")
_MONEY_AFTER = re.compile(rf"[,.]?-?-?\s?(?:{_SIGNS}|(?:{CODES})(?![a-z]))")
_CLAUSE_END = re.compile(
    r"[!?;\n]|[.,](?=\s|$)|\s-+\s"
    r"|(?<![a-z])(?:but|aber|sondern|mais|pero|sino|however|then|if you|when you|wenn sie|si vous)(?![a-z])"
)
_SENTENCE_END = re.compile(r"[!?;\n]|\.(?=\s|$)")
# So few need no further word to be an offer: "415 then, thanks".
_FEW_WORDS = 5
_EXCLAMATION = 3
_LAST_SENTENCE = re.compile(r"[^!?;\n.]+[!?;\n.]\s?$")
_GLUED_BEFORE = re.compile(r"[a-z][-_/]?$")
_GLUED_AFTER = re.compile(r"[a-z0-9]|[-_/][a-z0-9]")
_OTHER_TIME = re.compile(r"(?:[\s-]?[a-z]{1,12})?(?:\s?-\s?|,?\s(?:to|or|bis|oder|ou|o)\s(?:in\s)?)")
_COMPARED = re.compile(r"(?<![-=])[<>]=?\s?(?:[$€£]\s?)?$")
_LABELLED = re.compile(r"(?<![a-z])(?:qty|quantity|menge|anzahl|quantite|cantidad|aantal)(?: of| is)?[ :.]{1,3}$")
_ONLY, _LEFT = re.compile(r"(?<![a-z])only $"), re.compile(r" (?:left|remaining)(?![a-z])")
_OFF = re.compile(r" off(?![a-z])")
_FOR_ALL = re.compile(r"[a-z ]{0,20}\b(?:for|fur|pour|por)\s(?:[$€£]|[a-z]{3})?\s?")


_COMES_UP_TO = re.compile(r"(?<![a-z])(?:move|come|stretch) (?:all the way )?up to $")
_MOVES_TO, _FROM = re.compile(r"\s(?:up|down) to\s"), re.compile(r"(?<![a-z])from\s")
# "18 months of warranty"
_DIRECT_TOPIC = re.compile(rf"(?:{TIME.pattern})(?:'s?)?\s(?:of\s|de\s)?(?:{TOPICS.pattern})")
_OF_ONE = re.compile(r"(?<![a-z])(?:for|per|fur|je|pour|por|voor)\s(?:just |only )?$")
_AFTER_EACH = re.compile(
    rf"(?:{_MONEY_AFTER.pattern})?(?:{EACH.pattern})(?:\s?(?:x|\*)\s?|,?\s(?:for|fur|pour|por|voor)\s(?:(?:all|those|these|the|die|diese|les|los|las|de)\s)*)"
)


class Cue(IntEnum):
    """What the sentence around a price says of it: that it is offered or taken, or what people say with an offer."""

    NONE = auto()
    HINT = auto()
    ACT = auto()


class Role(Enum):
    """`CHOICE`: one of two prices, or the end of a range of them."""

    PRICE = auto()
    TOTAL = auto()
    CHOICE = auto()
    QUANTITY = auto()
    TERM = auto()
    NOTHING = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what it seems to be. `doubt` takes from the confidence; `is_each`: surely the price of one unit;
    `is_bare`: nothing beside it speaks of money; `is_own`: named as what the writer offers; `cue`:
    what its sentence says of it.
    """

    role: Role
    values: tuple[Decimal, ...]
    doubt: float = 0.0
    is_each: bool = False
    term: tuple[str, int] | None = None
    is_bare: bool = False
    is_own: bool = False
    cue: Cue = Cue.NONE


def amounts_in(folded: str, needed: int) -> Iterator[Amount]:
    mentions = [mention for mention in numbers_in(folded) if mention.kind is not MentionKind.ROMAN][:MOST_NUMBERS]
    ends = [match.end() for match in _CLAUSE_END.finditer(folded)]
    sentences = [match.end() for match in _SENTENCE_END.finditer(folded)]
    for place, mention in enumerate(mentions):
        if not mention.values or mention.kind in (MentionKind.LOOK_ALIKE, MentionKind.HAN):
            continue
        neighbours = mentions[place - 1] if place else None, next(iter(mentions[place + 1 :]), None)
        yield _amount(_Around(folded, mention, neighbours, ends, sentences), needed)


class _Around:
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
        start = max([0, mention.start - _AROUND, *(end for end in ends if end <= mention.start)])
        stop = min([len(folded), mention.end + _AROUND, *(end for end in ends if end > mention.end)])
        self.before, self.after = folded[start : mention.start], folded[mention.end : stop]
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
        lead = _LAST_SENTENCE.search(self.folded[max(0, self._sentence_start - _AROUND) : self._sentence_start])
        if lead and len(lead.group().split()) <= _EXCLAMATION:  # "Deal! 415 each."
            sentence = lead.group() + sentence
        words = sum(word[0].isalpha() for word in sentence.split())
        is_short, is_bare = words <= _FEW_WORDS, not words and "?" not in sentence
        if ACTS.search(sentence) or is_bare or (is_short and EACH.match(self.tail)):
            return Cue.ACT
        return Cue.HINT if is_short or HINTS.search(sentence) else Cue.NONE

    @property
    def is_each_later(self) -> bool:
        """Whether the next number is named as the price of one unit."""
        return self.later is not None and EACH.match(self.folded[self.later.end : self.later.end + _AROUND]) is not None

    @property
    def is_labelled(self) -> bool:
        """Whether it is called a number of units: "qty 48", "only 45 left"."""
        is_rest = _ONLY.search(self.before) and _LEFT.match(self.rest)
        return bool(_LABELLED.search(self.before) or is_rest)

    @property
    def is_of_one(self) -> bool:
        """Whether a price before it is for this one unit."""
        if self.mention.values != {1} or self.between is None or _AFTER_EACH.fullmatch(self.between):
            return False
        return _OF_ONE.search(self.between) is not None

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


def _amount(around: _Around, needed: int) -> Amount:
    values = tuple(sorted(around.mention.values))
    nothing = Amount(Role.NOTHING, values)
    if not around.has_money and (term := _term(around)) is not None:
        return term
    if not around.has_money and around.is_labelled:
        return Amount(Role.QUANTITY, values)
    if around.is_glued or around.is_of_one or (not around.has_money and MEASURES.match(around.rest)):
        return nothing
    if _OFF.match(around.rest):
        return nothing
    is_passing = around.mention.kind is MentionKind.PASSING
    if not around.has_money and not (is_passing and values[-1] < 2) and _is_quantity(around, needed):
        return _quantity(around, values)
    return nothing if is_passing else _price(around, values)


def _quantity(around: _Around, values: tuple[Decimal, ...]) -> Amount:
    """A least quantity, or one of another time, is not what is offered now; half a unit is not clear."""
    if LIMIT_BEFORE.search(around.before[-25:]) or NOT_NOW.search(around.before) or NOT_NOW.search(around.after):
        return Amount(Role.NOTHING, values)
    is_whole = any(value == value.to_integral_value() for value in values)
    return Amount(Role.QUANTITY if is_whole else Role.UNCLEAR, values)


def _term(around: _Around) -> Amount | None:
    """A time to deliver or to pay, or of warranty; None if the number is no time."""
    values, span = tuple(sorted(around.mention.values)), TIME.match(around.rest)
    count = values[-1]
    if NET.search(around.before[-6:]) and span is None and count in (7, 8, 10, 14, 15, 21, 30, 45, 60, 75, 90, 120):
        return Amount(Role.TERM, values, term=("payment_days", int(count)))
    if span is None:
        return None
    if around.between is not None and _OTHER_TIME.fullmatch(around.between):
        return Amount(Role.UNCLEAR, values)
    name = _topic(around)
    if name is None or count != count.to_integral_value() or not 0 <= count <= 10_000:
        return Amount(Role.NOTHING, values)
    unit = span.group("unit")
    days = math.ceil(int(count) / 24) if unit[0] == "h" and unit != "heute" else int(count) * _days_in(unit)
    if name == "warranty_months":
        months = int(count) if _days_in(unit) == 30 else max(1, round(days / 30.4))
        return Amount(Role.TERM, values, term=(name, months))
    return Amount(Role.TERM, values, term=(name, days))


def _days_in(unit: str) -> int:
    if unit.startswith(("mon", "moi", "mes", "maa")):
        return DAYS_IN["m"]
    if unit.startswith(("year", "yr", "jahr", "jaar", "an")):
        return DAYS_IN["y"]
    return DAYS_IN["w"] if unit.startswith(("week", "wek", "wk", "woche", "sem")) else DAYS_IN["d"]


def _topic(around: _Around) -> str | None:
    """Which further term the nearest word is about; None if it is about something else."""
    if direct := _DIRECT_TOPIC.match(around.rest):
        return None if direct.lastgroup == "other" else direct.lastgroup
    before = list(TOPICS.finditer(around.before))
    after = TOPICS.search(around.after)
    near = [(len(around.before) - before[-1].end(), 1, before[-1].lastgroup)] if before else []
    near += [(after.start() - 4, 0, after.lastgroup)] if after else []
    name = min(near)[2] if near else None
    return None if name == "other" else name


def _is_quantity(around: _Around, needed: int) -> bool:
    needs, mention = Decimal(needed), around.mention
    if around.between is not None and _AFTER_EACH.fullmatch(around.between):
        return True
    if UNITS.match(around.rest) or BUYS_AFTER.match(around.rest):
        return True
    if around.between is not None and TIMES.fullmatch(around.between):
        return around.earlier is not None and needs in mention.values and needs not in around.earlier.values
    if TIMES.fullmatch(around.until_later) and around.later is not None:
        return needs in mention.values or needs not in around.later.values
    if AT_PRICE.fullmatch(around.until_later) or (
        around.is_each_later and FOR_EACH_PRICE.fullmatch(around.until_later)
    ):
        return max(mention.values) == max(mention.values).to_integral_value()
    if needs in mention.values and FOR_PRICE.fullmatch(around.until_later):
        return True
    if EACH.match(around.tail) or TOTAL.match(around.tail):
        return False
    if BUYS_BEFORE.search(around.before) and not REPORTED_BEFORE.search(around.before):
        return True
    return needs in mention.values and bool(NEEDS_BEFORE.search(around.before))


def _price(around: _Around, values: tuple[Decimal, ...]) -> Amount:
    if CENTS.match(around.rest) and (not around.has_money or around.rest.lstrip().startswith("¢")):
        values = tuple(value / 100 for value in values)
    if PER_OTHER.match(around.tail):
        return Amount(Role.UNCLEAR, values)
    if _is_range(around):
        return Amount(Role.CHOICE, values)
    if _is_not_offered(around):
        return Amount(Role.NOTHING, values)
    is_each = bool(EACH.match(around.tail) or EACH_BEFORE.search(around.lead))
    is_total = not is_each and bool(TOTAL.match(around.tail) or TOTAL_BEFORE.search(around.lead))
    doubt = 0.2 if NEARLY.search(around.lead[-25:]) else 0.0
    doubt += 0.0 if around.has_money or is_each or is_total else 0.05
    if not (is_each or is_total) and around.between is not None and _FOR_ALL.fullmatch(around.between):
        doubt += 0.25  # "60 for 415" may be for each or for all
    is_bare = not (around.has_money or is_each or is_total or CENTS.match(around.rest))
    role, is_own = Role.TOTAL if is_total else Role.PRICE, OWN_BEFORE.search(around.lead) is not None
    cue = Cue.ACT if is_own else around.cue
    return Amount(role, values, doubt, is_each, is_bare=is_bare, is_own=is_own, cue=cue)


def _is_range(around: _Around) -> bool:
    """Two prices between which the offer may lie, or of which one may be chosen."""
    if around.between is None or around.earlier is None:
        return False
    if RANGE.fullmatch(around.between):
        return not MOVES_FROM.search(around.before[: -len(around.between)].rstrip("0123456789.,$€£ "))
    if OWN_BEFORE.search(around.lead):
        return False
    return bool(BETWEEN.search(around.before)) or ALTERNATIVE.fullmatch(around.between) is not None


def _is_not_offered(around: _Around) -> bool:
    """A limit, a refusal, what somebody else said, or what is only asked about."""
    lead, tail = around.lead, around.tail
    if ASKS_ABOUT.match(lead):
        return True
    if NOT_ON_OFFER.search(lead) or ENDED_AFTER.match(_to_clause_end(around)):
        return True
    if NEGATED_BEFORE.search(lead) or NEGATED_AFTER.match(_to_clause_end(around)):
        return True
    own = lead[-30:] if around.earlier is None else lead[-min(30, max(1, around.mention.start - around.earlier.end)) :]
    if _COMES_UP_TO.search(lead) or (
        around.between is not None and _MOVES_TO.fullmatch(around.between) and _FROM.search(around.before)
    ):
        return False
    if LIMIT_BEFORE.search(own) or LIMIT_AFTER.match(tail) or _COMPARED.search(lead):
        return True
    if ACCEPTS.search(lead) or TAKEN_AFTER.match(tail) or OWN_BEFORE.search(lead):
        return False
    return bool(REPORTED_BEFORE.search(own) or REPORTED_BESIDE.search(lead) or REPORTED_AFTER.match(tail))


def _to_clause_end(around: _Around) -> str:
    return around.after[around.money_after.end() if around.money_after else 0 :]
