"""Tells what each number of a person's text is: a price, a quantity, a further term, or nothing that is offered."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from negotiation.count_words import (
    AT_LEAST,
    AT_LEAST_AFTER,
    AT_PRICE,
    BUYS_AFTER,
    BUYS_BEFORE,
    DAYS_IN,
    FOR_BEFORE,
    FOR_EACH_PRICE,
    FOR_PRICE,
    GOES_UP_TO,
    NEEDS_BEFORE,
    NET,
    NOT_NOW,
    TIME,
    TIMES,
    TOPICS,
    UNITS,
)
from negotiation.offer_words import (
    ACCEPTS,
    ALTERNATIVE,
    ASKS_ABOUT,
    BETWEEN,
    CENTS,
    EACH,
    EACH_BEFORE,
    ENDED_AFTER,
    JUDGED_AFTER,
    LIMIT_AFTER,
    LIMIT_BEFORE,
    MOVES_FROM,
    NEARLY,
    NEGATED_AFTER,
    NEGATED_BEFORE,
    NEWEST,
    NOT_ON_OFFER,
    OWN_BEFORE,
    PER_OTHER,
    RANGE,
    REPORTED_AFTER,
    REPORTED_BEFORE,
    REPORTED_BESIDE,
    TAKEN_AFTER,
    TOTAL,
    TOTAL_BEFORE,
)
from negotiation.replies.numbers import MentionKind, numbers_in
from negotiation.surroundings import AFTER_EACH, Around, Cue, whole_words

MOST_NUMBERS = 24
_CLAUSE_END = re.compile(
    r"[!?;\n]|[.,](?=\s|$)|\s-+\s"
    r"|(?<![a-z])(?:but|aber|sondern|mais(?! de| do que)|pero|sino|however|then|if you|when you|wenn sie"
    r"|si vous)(?![a-z])"
)
_SENTENCE_END = re.compile(r"[!?;\n]|\.(?=\s|$)")
# The end of a range is less than so many times its beginning.
_WIDEST = 5
_OTHER_TIME = re.compile(r"(?:[\s-]?[a-z]{1,12})?(?:\s?-\s?|,?\s(?:to|or|bis|oder|ou|o)\s(?:in\s)?)")
_COMPARED = re.compile(r"(?<![-=])[<>]=?\s?(?:[$€£]\s?)?$")
_OFF = re.compile(r" off(?![a-z])")
_FOR_ALL = re.compile(r"[a-z ]{0,20}\b(?:for|fur|pour|por)\s(?:[$€£]|[a-z]{3})?\s?")


_COMES_UP_TO = re.compile(r"(?<![a-z])(?:move|come|stretch) (?:all the way )?up to $")
_MOVES_TO, _FROM = re.compile(r"\s(?:up|down) to\s"), re.compile(r"(?<![a-z])from\s")
_JOINED = re.compile(r"\s(?:and|und|et|y|en|e)\s")
# "18 months of warranty"
_DIRECT_TOPIC = re.compile(rf"(?:{TIME.pattern})(?:'s?)?\s(?:of\s|de\s)?(?:{TOPICS.pattern})")


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
    `is_bare`: nothing beside it speaks of money, or of units; `is_own`: named as what the writer offers; `cue`:
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
        yield _amount(Around(folded, mention, neighbours, ends, sentences), needed)


def _amount(around: Around, needed: int) -> Amount:
    values = tuple(sorted(around.mention.values))
    nothing = Amount(Role.NOTHING, values)
    if not around.has_money and (term := _term(around)) is not None:
        return term
    if not around.has_money and around.is_labelled:
        return Amount(Role.QUANTITY, values)
    if around.is_glued or around.is_of_one or around.is_measure:
        return nothing
    if _OFF.match(around.rest):
        return nothing
    is_passing = around.mention.kind is MentionKind.PASSING
    if not around.has_money and not (is_passing and values[-1] < 2) and _is_quantity(around, needed):
        return _quantity(around, values, needed)
    return nothing if is_passing else _price(around, values)


def _quantity(around: Around, values: tuple[Decimal, ...], needed: int) -> Amount:
    """A quantity of another time is not what is offered now, nor a limit that what is needed keeps to; half a unit is
    not clear.
    """
    if NOT_NOW.search(around.before) or NOT_NOW.search(around.after) or _is_kept(around, needed):
        return Amount(Role.NOTHING, values)
    is_whole = any(value == value.to_integral_value() for value in values)
    is_bare = not _is_counted(around) or EACH.match(around.rest) is not None  # "412 ea x 45" and "45 ea x 412"
    return Amount(Role.QUANTITY if is_whole else Role.UNCLEAR, values, is_bare=is_bare)


def _is_kept(around: Around, needed: int) -> bool:
    """Whether it is a least or largest number of units, and what is needed is within it."""
    limit = max(around.mention.values)
    if AT_LEAST.search(around.before) or AT_LEAST_AFTER.match(around.rest):
        return limit <= needed
    if GOES_UP_TO.search(around.before) or not LIMIT_BEFORE.search(whole_words(around.before, 25)):
        return False
    return limit >= needed


def _term(around: Around) -> Amount | None:
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
    if unit.startswith(("mo", "mth", "mes", "maa")):
        return DAYS_IN["m"]
    if unit.startswith(("y", "jahr", "jaar", "an")):
        return DAYS_IN["y"]
    return DAYS_IN["w"] if unit.startswith(("week", "wek", "wk", "woche", "sem", "set")) else DAYS_IN["d"]


def _topic(around: Around) -> str | None:
    """Which further term the nearest word is about; None if it is about something else."""
    if direct := _DIRECT_TOPIC.match(around.rest):
        return None if direct.lastgroup == "other" else direct.lastgroup
    before = list(TOPICS.finditer(around.before))
    after = TOPICS.search(_JOINED.split(around.after, maxsplit=1)[0])
    near = [(len(around.before) - before[-1].end(), 1, before[-1].lastgroup)] if before else []
    near += [(after.start() - 4, 0, after.lastgroup)] if after else []
    name = min(near)[2] if near else None
    return None if name == "other" else name


def _is_quantity(around: Around, needed: int) -> bool:
    needs, mention = Decimal(needed), around.mention
    if _is_counted(around) or (_is_for_so_many(around) and max(mention.values) <= needed):
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
    if BUYS_BEFORE.search(around.before):
        return not (REPORTED_BEFORE.search(around.before) or NEGATED_BEFORE.search(around.before))
    return needs in mention.values and bool(NEEDS_BEFORE.search(around.before))


def _is_counted(around: Around) -> bool:
    """Whether what stands right beside it says that it is a number of units."""
    if around.between is not None and AFTER_EACH.fullmatch(around.between):
        return True
    if UNITS.match(around.rest) or BUYS_AFTER.match(around.rest):
        return True
    return FOR_BEFORE.search(around.before) is not None and AT_LEAST_AFTER.match(around.rest) is not None


def _is_for_so_many(around: Around) -> bool:
    """ "For 45 I'd ask 424 each": what a clause begins with, before the price of one."""
    return FOR_BEFORE.fullmatch(around.before.lstrip()) is not None and around.is_each_later


def _price(around: Around, values: tuple[Decimal, ...]) -> Amount:
    if CENTS.match(around.rest) and (not around.has_money or around.rest.lstrip().startswith("¢")):
        values = tuple(value / 100 for value in values)
    if PER_OTHER.match(around.tail) or around.goes_on:
        return Amount(Role.UNCLEAR, values)
    if _is_range(around):
        return Amount(Role.CHOICE, values)
    if _is_not_offered(around):
        return Amount(Role.NOTHING, values)
    is_each = bool(EACH.match(around.tail) or EACH_BEFORE.search(around.lead))
    is_total = not is_each and bool(TOTAL.match(around.tail) or TOTAL_BEFORE.search(around.lead))
    doubt = 0.2 if NEARLY.search(whole_words(around.lead, 25)) else 0.0
    doubt += 0.0 if around.has_money or is_each or is_total else 0.05
    if not (is_each or is_total) and around.between is not None and _FOR_ALL.fullmatch(around.between):
        doubt += 0.25  # "60 for 415" may be for each or for all
    is_bare = not (around.has_money or is_each or is_total or CENTS.match(around.rest))
    role, is_own = Role.TOTAL if is_total else Role.PRICE, OWN_BEFORE.search(around.lead) is not None
    cue = Cue.ACT if is_own else around.cue
    is_own = is_own or NEWEST.search(around.lead) is not None
    return Amount(role, values, doubt, is_each, is_bare=is_bare, is_own=is_own, cue=cue)


def _is_range(around: Around) -> bool:
    """Two prices between which the offer may lie, or of which one may be chosen."""
    if around.between is None or around.earlier is None:
        return False
    if RANGE.fullmatch(around.between) and max(around.mention.values) < _WIDEST * max(around.earlier.values, default=0):
        return not MOVES_FROM.search(around.before[: -len(around.between)].rstrip("0123456789.,$€£ "))
    if OWN_BEFORE.search(around.lead):
        return False
    return bool(BETWEEN.search(around.before)) or ALTERNATIVE.fullmatch(around.between) is not None


def _is_not_offered(around: Around) -> bool:
    """A limit, a refusal, what somebody else said, or what is only asked about."""
    lead, tail = around.lead, around.tail
    if ASKS_ABOUT.match(lead):
        return True
    if NOT_ON_OFFER.search(lead) or ENDED_AFTER.match(_to_clause_end(around)):
        return True
    if NEGATED_BEFORE.search(lead) or NEGATED_AFTER.match(_to_clause_end(around)):
        return True
    own = lead if around.earlier is None else lead[-max(1, around.mention.start - around.earlier.end) :]
    own = whole_words(own, 30)
    if _COMES_UP_TO.search(lead) or (
        around.between is not None and _MOVES_TO.fullmatch(around.between) and _FROM.search(around.before)
    ):
        return False
    if LIMIT_BEFORE.search(own) or LIMIT_AFTER.match(tail) or _COMPARED.search(lead):
        return True
    if ACCEPTS.search(lead) or TAKEN_AFTER.match(tail) or OWN_BEFORE.search(lead):
        return False
    if REPORTED_BEFORE.search(own) or REPORTED_BESIDE.search(lead):
        return True
    return bool(REPORTED_AFTER.match(tail) or JUDGED_AFTER.match(tail))


def _to_clause_end(around: Around) -> str:
    return around.after[around.money_after.end() if around.money_after else 0 :]
