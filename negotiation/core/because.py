"""Why the strategy chose a price: which of its rules settled it, and the figures of its own side that entered."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Rule(StrEnum):
    """The rule that settled a price, the last one where several had a say."""

    OPENING = "opening"  # a side's first price
    ASPIRATION = "aspiration"  # where its curve is by this round
    RECIPROCITY = "reciprocity"  # what the other side's raise has earned
    COMPETITION = "competition"  # sellers compete, or a rival's price is answered
    CANNOT_BEAT = "cannot_beat"  # a rival's price is out of reach, so its own course goes on
    HELD = "held"  # its own last offer binds: a buyer never bids less, a seller never asks for more
    LIMIT = "limit"  # its own limit, or the least that it means to end at
    ASKING_PRICE = "asking_price"  # nobody pays more than that
    JUST_BELOW = "just_below"  # a bid is below what the seller asks already
    SEARCH = "search"  # no seller has moved, so the bids climb until one takes what it can live with
    LAST_GAMBLE = "last_gamble"  # the last round, and there is something to fall back on
    EXTRAPOLATION = "extrapolation"  # the last round, and the seller has kept coming down
    ALL_THE_WAY = "all_the_way"  # the last round, and nothing acceptable stands
    BUNDLE = "bundle"  # it has sold the buyer another item of the session
    FINAL = "final"  # it called its offer final
    GOOD_BID = "good_bid"  # the bid is as good as its own next price
    LAST_BID = "last_bid"  # after the last round there is nothing


@dataclass(frozen=True, slots=True)
class Because:
    """The rule, and its figures; None where one did not enter.

    The curve leads from `start` to `end`, `share` of that way is gone by now, and `curve` is the price there. `rival`
    is for a seller the rival price that it was told, for a buyer the best standing offer. `given` is what the other
    side's last bid gave over the one before, `forecast` what it is expected to ask next, `wanted` the least good bid
    that is taken. `course` is the rule of its own course where that went on beside a rival's price.
    """

    rule: Rule
    start: Decimal | None = None
    end: Decimal | None = None
    share: Decimal | None = None
    curve: Decimal | None = None
    rival: Decimal | None = None
    given: Decimal | None = None
    forecast: Decimal | None = None
    wanted: Decimal | None = None
    course: Rule | None = None
