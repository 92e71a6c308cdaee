"""The reference opponents by name, and what each can be given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from negotiation.arena import reference_buyers as buyers
from negotiation.arena import reference_sellers as sellers
from negotiation.arena.reference_buyers import ReferenceBuyer
from negotiation.arena.reference_sellers import ReferenceSeller, Settings
from negotiation.core.vocabulary import Party


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number from `low` to `high`."""

    name: str
    default: Decimal
    low: Decimal
    high: Decimal
    summary: str

    def read(self, text: str) -> Decimal:
        """Raises ValueError if it is no number of the range."""
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise ValueError(f"{self.name} must be a number, not {text!r}") from None
        if not (value.is_finite() and self.low <= value <= self.high):
            raise ValueError(f"{self.name} must be from {self.low} to {self.high}, not {text.strip()}")
        return value


@dataclass(frozen=True, slots=True)
class OpponentKind:
    name: str
    summary: str
    parameters: tuple[Parameter, ...]

    def settings(self, given: Mapping[str, str]) -> Settings:
        """What was given, and the defaults for the rest. Raises ValueError."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise ValueError(f"{self.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}")
        return {
            name: parameter.read(given[name]) if name in given else parameter.default
            for name, parameter in known.items()
        }


def make_seller(kind: str, parameters: Mapping[str, str], seed: int) -> ReferenceSeller:
    """Raises ValueError for a kind, a parameter or a value that there is not."""
    settings = _kind_of(Party.SELLER, kind).settings(parameters)
    return _SELLERS[kind][0](settings, seed)


def make_buyer(kind: str, parameters: Mapping[str, str], seed: int) -> ReferenceBuyer:
    """Raises ValueError for a kind, a parameter or a value that there is not."""
    settings = _kind_of(Party.BUYER, kind).settings(parameters)
    return _BUYERS[kind][0](settings, seed)


def _kind_of(party: Party, kind: str) -> OpponentKind:
    kinds = OPPONENTS[party]
    if kind not in kinds:
        raise ValueError(f"there is no {party} {kind!r}; there are {', '.join(sorted(kinds))}")
    return kinds[kind]


def _parameter(name: str, default: str, low: str, high: str, summary: str) -> Parameter:
    return Parameter(name, Decimal(default), Decimal(low), Decimal(high), summary)


def _exponent(default: str, low: str = "0.1", high: str = "10") -> Parameter:
    return _parameter("exponent", default, low, high, "share of the way given by then: elapsed time to this power")


def _keep(default: str) -> Parameter:
    return _parameter("keep", default, "0", "1", "part of its span that it means to keep")


_OPENING = _parameter("opening", "0.5", "0.05", "1", "first bid as a part of its limit")
_MIRROR = _parameter("mirror", "1", "0", "3", "part of the other side's step that it gives back")
_SHARE = _parameter("share", "0.3", "0", "1", "part of the gap that it gives in a round")
_NOISE = _parameter("noise", "0.1", "0", "0.5", "by how much that part varies")

_SELLERS: Mapping[str, tuple[Callable[[Settings, int], ReferenceSeller], str, tuple[Parameter, ...]]] = {
    "conceder": (sellers.curved_seller, "Gives most of its way early.", (_exponent("0.4", high="1"), _keep("0"))),
    "linear": (sellers.curved_seller, "Gives the same in every round.", (_exponent("1", "1", "1"), _keep("0"))),
    "boulware": (sellers.curved_seller, "Holds out, and gives way late.", (_exponent("4", "1"), _keep("0"))),
    "shading": (
        sellers.shading_seller,
        "Aims at a margin that shrinks with its rivals, below the lowest price it was told of.",
        (_parameter("rivals", "2", "0", "20", "how many rivals it reckons with"),),
    ),
    "tit_for_tat": (sellers.mirroring_seller, "Gives what the buyer gives.", (_MIRROR,)),
    "short_fuse": (
        sellers.short_fused_seller,
        "Leaves early if its offer is not taken.",
        (
            _parameter("fuse", "4", "1", "100", "the last round that it stays for"),
            _parameter("warns", "1", "0", "1", "whether it calls its last offer final; 0 leaves without a word"),
        ),
    ),
    "splitter": (sellers.splitting_seller, "Gives a part of the gap, more or less at random.", (_SHARE, _NOISE)),
    "stubborn": (sellers.stubborn_seller, "Never goes below its aim.", (_keep("0.3"),)),
    "silent": (sellers.silent_seller, "Posts its asking price, and takes a bid that will do.", (_keep("0"),)),
    "mute": (sellers.mute_seller, "Names no price, and takes a bid that will do.", (_keep("0"),)),
    "final_offer": (sellers.final_offer_seller, "One price, to take or to leave.", (_keep("0.3"),)),
    "eager": (
        sellers.eager_seller,
        "Takes what is nearly its next price.",
        (_exponent("1"), _parameter("eager", "0.4", "0", "1", "how near: part of the way down to its floor")),
    ),
    "micro": (sellers.micro_seller, "One step for each different bid it has received.", ()),
}

_BUYERS: Mapping[str, tuple[Callable[[Settings, int], ReferenceBuyer], str, tuple[Parameter, ...]]] = {
    "conceder": (
        buyers.curved_buyer,
        "Gives most of its way early.",
        (_exponent("0.4", high="1"), _OPENING, _keep("0")),
    ),
    "linear": (
        buyers.curved_buyer,
        "Gives the same in every round.",
        (_exponent("1", "1", "1"), _OPENING, _keep("0")),
    ),
    "boulware": (buyers.curved_buyer, "Holds out, and gives way late.", (_exponent("4", "1"), _OPENING, _keep("0"))),
    "ac_next": (
        buyers.ac_next_buyer,
        "Takes what is nearly its next bid.",
        (_exponent("2"), _OPENING, _keep("0"), _parameter("short", "0.1", "0", "1", "how near: part of its span")),
    ),
    "tit_for_tat": (buyers.mirroring_buyer, "Gives what each seller gives.", (_MIRROR, _OPENING)),
    "first_in_range": (
        buyers.first_in_range_buyer,
        "Takes the first offer within its limit.",
        (_exponent("1"), _OPENING, _keep("0")),
    ),
    "hardliner": (buyers.hard_buyer, "Holds its opening and takes no less than it keeps.", (_OPENING, _keep("0.3"))),
    "silent": (buyers.silent_buyer, "Bids once, then waits for the end.", (_OPENING,)),
    "random_walker": (
        buyers.random_buyer,
        "Raises by chance and takes by chance.",
        (
            _OPENING,
            _parameter("step", "0.3", "0", "1", "most of the way to its limit that it raises in a round"),
            _parameter("takes", "0.1", "0", "1", "how often it takes what its limit allows"),
        ),
    ),
    "micro": (buyers.micro_buyer, "One step for each different offer it has received.", (_OPENING,)),
    "splitter": (
        buyers.splitting_buyer,
        "Goes a part of the way to each seller, more or less at random.",
        (_OPENING, _SHARE, _NOISE),
    ),
}

OPPONENTS: Mapping[Party, Mapping[str, OpponentKind]] = {
    Party.SELLER: {name: OpponentKind(name, summary, given) for name, (_, summary, given) in _SELLERS.items()},
    Party.BUYER: {name: OpponentKind(name, summary, given) for name, (_, summary, given) in _BUYERS.items()},
}
