"""What the figures of the analysis page are called, mean and come to, in words and in numbers as people read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from marketplace.templatetags.parley import duration
from negotiation.core.estimates import Estimate
from negotiation.core.samples import Anchoring, Bin, Figure, Position, Study

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
# Parts of what was asked on top that come back in the price; under it nobody would notice.
SLIGHT = 0.05
# Parts of all deals that the first listed wins beyond its merit.
FAINT = 0.02


@dataclass(frozen=True, slots=True)
class Meaning:
    figure: Figure
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as it is shown; `interval` is empty where too few rooms were seen."""

    label: str
    words: str
    value: str
    interval: str
    count: int


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin of the histogram as it is drawn in a box of `CHART_HEIGHT`, its place and width in parts of the whole."""

    label: str
    words: str
    count: int
    x: str
    middle: str
    width: str
    y: int
    height: int
    is_core: bool


CHART_HEIGHT = 130
CHART_TOP = 22

PRICES = (
    Meaning(
        Figure.COMPETITIVE_SHARE,
        "Competitive share",
        "Of what an open auction among the sellers would have saved the buyer against its limit, how much it got.",
    ),
    Meaning(
        Figure.COMPETITIVE_SHARE_OF_MANY,
        "Competitive share, three sellers or more",
        "The same, where three or more could have closed.",
    ),
    Meaning(
        Figure.IDEAL_SHARE,
        "Buyer's share of all there was",
        "Of the range from its limit down to the lowest price that any seller could accept.",
    ),
    Meaning(
        Figure.SELLER_SHARE, "Winner's share", "Of the same range, what the seller that won got above its own lowest."
    ),
    Meaning(Figure.REGRET, "Paid above an auction", "Of the limit; below zero the buyer paid less than an auction."),
    Meaning(Figure.LEFT_ON_THE_TABLE, "Left on the table", "Of the limit: the price above the lowest possible."),
    Meaning(Figure.SAVED_AGAINST_ASK, "Saved against asking", "Of what the winner asked at first."),
    Meaning(Figure.SAVED_AGAINST_LIMIT, "Under the limit", "Of the most that the buyer would have paid."),
)
WINNERS = (
    Meaning(Figure.DEAL_RATE, "Deals where one was possible", "A deal is possible if some floor is within the limit."),
    Meaning(
        Figure.CORE_SELLER_WON,
        "Right seller won",
        "The one that could go lowest, where there was a choice.",
    ),
    Meaning(Figure.LOWEST_FLOOR_WON, "Lowest floor won", "Nobody with enough units had a lower floor."),
    Meaning(
        Figure.IN_CORE,
        "Right seller, price no auction beats",
        "The right seller won, at the auction's price or below it.",
    ),
    Meaning(Figure.EFFICIENCY, "Efficiency", "How much of all there was to share came about, whoever got it."),
)
ALONE = (
    Meaning(Figure.SPLIT_ALONE, "Buyer's part", "Of what lies between the two limits; one half is an even split."),
    Meaning(Figure.NASH_RATIO_ALONE, "Nash ratio", "1 at an even split, 0 where one side has all."),
    Meaning(Figure.JAIN_INDEX_ALONE, "Jain index", "1 where both have the same, 0.5 where one has all."),
)
WAY = (
    Meaning(Figure.OPENING_GAP, "Opening gap", "Between the first bid and the winner's first price, of the limit."),
    Meaning(Figure.BUYER_CONCEDED, "Buyer gave", "Of that gap."),
    Meaning(Figure.SELLER_CONCEDED, "Winner gave", "Of that gap."),
    Meaning(Figure.ROUNDS, "Rounds to a deal", ""),
    Meaning(Figure.SECONDS, "Duration of a room", "From its start to its end, rests and pauses included."),
)
MODELS = (
    Meaning(Figure.TOKENS, "Tokens for a room", "Asked of models and answered by them."),
    Meaning(Figure.COST, "Cost for a room", "By the price table, in US dollars."),
)
HEADLINES = (
    Figure.DEAL_RATE,
    Figure.COMPETITIVE_SHARE,
    Figure.IDEAL_SHARE,
    Figure.CORE_SELLER_WON,
    Figure.SAVED_AGAINST_ASK,
    Figure.ROUNDS,
)


def sections(study: Study) -> list[Section]:
    """Figures that no room defines are left out, and models where none was asked."""
    titled = [
        ("Prices", PRICES),
        ("Deals and winners", WINNERS),
        ("Rooms with one possible seller", ALONE),
        ("The way there", WAY),
    ]
    tokens = study.figures[Figure.TOKENS]
    if tokens is not None and tokens.mean:
        titled.append(("Language models", MODELS))
    found = [Section(title, _lines(study, meanings)) for title, meanings in titled]
    return [section for section in found if section.lines]


def headlines(study: Study) -> list[Line]:
    meanings = {meaning.figure: meaning for meaning in (*PRICES, *WINNERS, *WAY)}
    return [_line(meanings[figure], study.figures[figure]) for figure in HEADLINES]


def bars(bins: Sequence[Bin]) -> list[Bar]:
    most = max((each.count for each in bins), default=0) or 1
    return [_bar(place, each, len(bins), most) for place, each in enumerate(bins)]


def on_spread(bins: Sequence[Bin]) -> str:
    """The histogram in a sentence."""
    rooms = sum(each.count for each in bins)
    if not rooms:
        return "No room had sellers that competed."
    core, low = bins[-1].count, sum(each.count for each in bins if each.high is not None and each.high <= 0.5)
    if rooms == 1:
        more = "no more" if core else "more"
        return f"In the one room with competition the buyer paid {more} than an auction would have come to."
    return (
        f"In {_count(core)} of {rooms:,} rooms with competition the buyer paid no more than an auction would have "
        f"come to; in {_count(low)} it got less than half of what the auction would have saved."
    )


def on_anchoring(anchoring: Anchoring) -> list[str]:
    """A sentence for each way in which it could be measured, and what they come to."""
    found = [
        ("Among rooms that differ in nothing but asking prices", anchoring.twins),
        ("Across rooms with three or more possible sellers", anchoring.contested),
        ("Across rooms with one possible seller", anchoring.alone),
    ]
    slopes = [(where, slope) for where, slope in found if slope is not None]
    if not slopes:
        return []
    told = [_on_slope(where, slope) for where, slope in slopes]
    is_slight = all(abs(slope.mean) <= SLIGHT or _is_chance(slope) for _, slope in slopes)
    verdict = "To ask more brings sellers next to nothing." if is_slight else "Sellers that ask more get more."
    return [*told, verdict]


def on_position(position: Position | None) -> str:
    """Nothing of too few deals."""
    if position is None or position.excess.low is None:
        return ""
    excess = position.excess
    if abs(excess.mean) <= FAINT:
        verdict = "The order of the list decides next to nothing."
    elif _is_chance(excess):
        verdict = "That cannot be told from chance."
    else:
        verdict = f"The first on the list wins {'more' if excess.mean > 0 else 'less'} often than it should."
    return (
        f"The seller listed first won {percent(position.won)} of {excess.count:,} deals with a choice of sellers; by "
        f"its floor it would have won {percent(position.merit)}. "
        f"The difference is {points(excess.mean)} ({interval(excess, points)}). {verdict}"
    )


def percent(part: float) -> str:
    return f"{_signed(part * 100, 1)}{SPACE}%"


def points(part: float) -> str:
    return f"{'+' if part > 0 else ''}{_signed(part * 100, 1)}{SPACE}points"


def ratio(value: float) -> str:
    return _signed(value, 2)


def _count(rooms: int) -> str:
    return f"{rooms:,}" if rooms else "none"


def _signed(value: float, digits: int) -> str:
    """Without a minus before what is nothing at so many digits."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)


def shown(found: Estimate | None, form: Callable[[float], str] = percent) -> str:
    return NOTHING if found is None else form(found.mean)


def interval(found: Estimate | None, form: Callable[[float], str] = percent) -> str:
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{form(found.low)} to {form(found.high)}"


def _lines(study: Study, meanings: Sequence[Meaning]) -> list[Line]:
    return [_line(each, found) for each in meanings if (found := study.figures[each.figure]) is not None]


def _line(meaning: Meaning, found: Estimate | None) -> Line:
    form = FORMS.get(meaning.figure, percent)
    return Line(meaning.label, meaning.words, shown(found, form), interval(found, form), found.count if found else 0)


def _bar(place: int, each: Bin, places: int, most: int) -> Bar:
    step = 100 / places
    height = round(each.count / most * (CHART_HEIGHT - CHART_TOP))
    low = f"{each.low * 100:.0f}"
    if each.high is None:
        words = f"{low} % and more"
    else:  # the first holds what is below nothing, too
        words = f"{low} to {each.high * 100:.0f} %" if place else f"under {each.high * 100:.0f} %"
    return Bar(
        label=low if each.high is not None else f"{low}+",
        words=words,
        count=each.count,
        x=f"{place * step + step * 0.08:.2f}%",
        middle=f"{(place + 0.5) * step:.2f}%",
        width=f"{step * 0.84:.2f}%",
        y=CHART_HEIGHT - height,
        height=height,
        is_core=each.high is None,
    )


def _on_slope(where: str, found: Estimate) -> str:
    known = f" ({interval(found, ratio)})" if found.low is not None else ""
    return f"{where}, asking 1.00 more moved the price by {ratio(found.mean)}{known}."


def _is_chance(found: Estimate) -> bool:
    return found.low is not None and found.high is not None and found.low <= 0 <= found.high


def _rounds(value: float) -> str:
    return f"{value:.1f}"


def _tokens(value: float) -> str:
    return f"{value:,.0f}"


def _dollars(value: float) -> str:
    return f"${value:.4f}" if value else "$0.00"


FORMS: dict[Figure, Callable[[float], str]] = {
    Figure.NASH_RATIO_ALONE: ratio,
    Figure.JAIN_INDEX_ALONE: ratio,
    Figure.ROUNDS: _rounds,
    Figure.SECONDS: duration,
    Figure.TOKENS: _tokens,
    Figure.COST: _dollars,
}
