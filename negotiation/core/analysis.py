"""How good a negotiation was, judged with both sides' private numbers: for operators and benchmarks, never for a seat.

Of one buyer with limits m and M a unit and sellers with floors: lo_i = max(floor_i, m) is the lowest price at which
seller i may legally close, f1 <= f2 <= ... are those of the sellers that may close at all, lo_i <= M. Such a market is
an assignment game (Shapley and Shubik 1972). Its core, where no two could do better by leaving the others, is: the
seller of f1 wins, at a price from f1 to p* = min(f2, M), where an open auction among the sellers would end too.

Where further terms are bargained over, a price is what it comes to for the buyer with those terms (`core.utility`), and
lo_i is the lowest of all terms that suit both, at a unit price from m to the asking price: the same market, in one
number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from negotiation.core.frontier import common_values
from negotiation.core.preferences import BuyerLimits, Extras, SellerLimits, burden, common_terms
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.terms import CENT, Terms, to_money
from negotiation.core.utility import buyer_price
from negotiation.core.vocabulary import Party

# Parts of the buyer's limit: with less than that at stake, a cent of rounding would decide the shares.
LEAST_SURPLUS = Decimal("0.004")
LEAST_COMPETITION = Decimal("0.01")
# How many combinations of further terms are looked at; of wide ranges evenly spread values then.
MOST_COMBINATIONS = 40_000

# What some further terms take from the seller and from the buyer, in money for each unit.
_Burdens = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Zopa:
    """The zone of possible agreement, lowest and highest unit price at which a deal could legally close."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        """The Nash, Kalai-Smorodinsky and egalitarian price alike, as only one price is bargained over."""
        return to_money((self.low + self.high) / 2)


@dataclass(frozen=True, slots=True)
class Market:
    """What was possible in a room. Both are None where no deal was."""

    zopa: Zopa | None
    competitive_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Path:
    """From the first unit prices of both sides of a thread to the one they met at."""

    first_bid: Decimal
    first_quote: Decimal
    end: Decimal

    @property
    def opening_gap(self) -> Decimal:
        """What both sides together had to give."""
        return self.first_quote - self.first_bid

    @property
    def buyer_part(self) -> Decimal | None:
        """Of the gap, what the buyer gave; the other part is the seller's."""
        return _part(self.end - self.first_bid, self.opening_gap)

    @property
    def seller_part(self) -> Decimal | None:
        return _part(self.first_quote - self.end, self.opening_gap)


@dataclass(frozen=True, slots=True)
class Deal:
    """What was agreed with the winner w, a unit.

    `legal` is the lowest price at which it could legally have closed with the terms agreed, `least` (lo_w) with any.
    """

    winner: str
    unit_price: Decimal
    price: Decimal
    legal: Decimal
    least: Decimal
    ask: Decimal
    best_ask: Decimal
    has_lowest_floor: bool


@dataclass(frozen=True, slots=True)
class Measures:
    """One ended room. Prices are for a unit; what a formula does not define is None.

    `legal_prices` are f1 <= f2 <= ..., p is the price of the deal and S = M - f1 the surplus there is. Where a deal was
    possible and none was made, the buyer is taken to have paid its limit, and nothing of the surplus was used.
    """

    limit: Decimal
    legal_prices: tuple[Decimal, ...]
    quantity: int
    rounds: int
    deal: Deal | None
    path: Path | None = None

    @property
    def is_feasible(self) -> bool:
        return bool(self.legal_prices)

    @property
    def able(self) -> int:
        """How many sellers could legally have closed."""
        return len(self.legal_prices)

    @property
    def is_missed(self) -> bool:
        """A deal was possible and none was made."""
        return self.is_feasible and self.deal is None

    @property
    def is_false_deal(self) -> bool:
        """A deal was made that nobody could legally make: by hand, or by a fault."""
        return self.deal is not None and not self.is_feasible

    @property
    def price(self) -> Decimal | None:
        return self.deal.price if self.deal else None

    @property
    def ideal_price(self) -> Decimal | None:
        """f1: the best that was possible for the buyer."""
        return self.legal_prices[0] if self.legal_prices else None

    @property
    def competitive_price(self) -> Decimal | None:
        """p* = min(f2, M): where an auction among these sellers would end; the limit, if one alone could close."""
        if not self.legal_prices:
            return None
        return self.legal_prices[1] if self.able > 1 else self.limit

    @property
    def surplus(self) -> Decimal:
        """S = M - f1."""
        return self.limit - self.legal_prices[0] if self.legal_prices else Decimal(0)

    @property
    def ideal_share(self) -> Decimal | None:
        """(M - p) / S: the buyer's part of all that was possible; 0 for a missed deal."""
        return _part(self.limit - self._paid, self.surplus)

    @property
    def competitive_share(self) -> Decimal | None:
        """(M - p) / (M - p*) where two or more were able: 1 at the auction's price, above it where p is lower."""
        if self.able < 2:
            return None
        return _part(self.limit - self._paid, self.limit - self.legal_prices[1])

    @property
    def captured(self) -> Decimal | None:
        """The competitive share as it is averaged over rooms: at most 1, and only where there was competition."""
        share = self.competitive_share
        return min(Decimal(1), share) if share is not None and self.has_competition else None

    @property
    def seller_share(self) -> Decimal | None:
        """(p - lo_w) / S."""
        return _part(self.deal.price - self.deal.legal, self.surplus) if self.deal else None

    @property
    def efficiency(self) -> Decimal | None:
        """(M - lo_w) / S: 1 if the seller that could go lowest won, 0 for a missed deal."""
        return _part(self.limit - self.deal.legal if self.deal else Decimal(0), self.surplus)

    @property
    def split(self) -> Decimal | None:
        """(M - p) / (M - lo_w): the buyer's part of what it and the winner had between them."""
        if self.deal is None or not self.is_feasible:
            return None
        return _part(self.limit - self.deal.price, self.limit - self.deal.legal)

    @property
    def nash_ratio(self) -> Decimal | None:
        """4 u_b u_s of the shares of the pair: 1 at the Nash price in the middle, 0 at either end (Nash 1950)."""
        return None if self.split is None else 4 * self.split * (1 - self.split)

    @property
    def jain_index(self) -> Decimal | None:
        """(u_b + u_s)^2 / (2 (u_b^2 + u_s^2)): 1 if both have the same, 0.5 if one has all (Jain et al. 1984)."""
        if self.split is None:
            return None
        return 1 / (2 * (self.split**2 + (1 - self.split) ** 2))

    @property
    def has_core_winner(self) -> bool | None:
        """lo_w = f1: nobody could have gone lower, so no other winner would have left more to share."""
        return self.deal.least <= self.legal_prices[0] if self.deal and self.legal_prices else None

    @property
    def is_in_core(self) -> bool | None:
        """Whether the right seller won at a price that no auction would have beaten: f1 <= p <= p*."""
        if self.deal is None or self.competitive_price is None:
            return None
        return bool(self.has_core_winner) and self.legal_prices[0] <= self.deal.price <= self.competitive_price

    @property
    def regret(self) -> Decimal | None:
        """p - p* where two or more were able: what an auction would have saved; below 0 the buyer did better."""
        return self._paid - self.legal_prices[1] if self.able > 1 else None

    @property
    def cost_of_winner(self) -> Decimal | None:
        """lo_w - f1: how much lower the right seller could have gone than the one that won."""
        return self.deal.least - self.legal_prices[0] if self.deal and self.legal_prices else None

    def left_by(self, party: Party) -> Decimal | None:
        """What that side left on the table, a unit: what it would have had, had it known the other's limits.

        For the buyer p - f1, and S for a missed deal; for the winner min(M, its asking price) - p.
        """
        if party is Party.BUYER:
            return self._paid - self.legal_prices[0] if self.legal_prices else None
        if self.deal is None:
            return None
        return min(self.limit - self.deal.price, self.deal.ask - self.deal.unit_price)

    @property
    def saved_against_ask(self) -> Decimal | None:
        """Over all units, as are the next two."""
        return (self.deal.ask - self.deal.unit_price) * self.quantity if self.deal else None

    @property
    def saved_against_best_ask(self) -> Decimal | None:
        return (self.deal.best_ask - self.deal.unit_price) * self.quantity if self.deal else None

    @property
    def saved_against_limit(self) -> Decimal | None:
        return (self.limit - self.deal.unit_price) * self.quantity if self.deal else None

    @property
    def has_stakes(self) -> bool:
        """Whether there was enough to share for the shares to mean something."""
        return self.is_feasible and self.surplus > LEAST_SURPLUS * self.limit

    @property
    def has_competition(self) -> bool:
        """Whether an auction would have left the buyer enough for the competitive share to mean something."""
        return self.able > 1 and self.limit - self.legal_prices[1] > LEAST_COMPETITION * self.limit

    @property
    def _paid(self) -> Decimal:
        return self.deal.price if self.deal else self.limit


def lowest_legal_price(buyer: BuyerLimits, seller: SellerLimits) -> Decimal | None:
    """The lowest price at which the two may close the whole quantity, None if they may not at all.

    It is not rounded where further terms are worth fractions of a cent.
    """
    return _least(buyer, seller) if seller.stock >= buyer.quantity else None


def survey(setup: Setup) -> Market:
    """What was possible, before anybody has spoken."""
    possible = measure(setup, None, None)
    if possible.ideal_price is None:
        return Market(None, None)
    return Market(Zopa(possible.ideal_price, possible.limit), possible.competitive_price)


def measure(
    setup: Setup, seller_id: str | None, terms: Terms | None, rounds: int = 0, path: Path | None = None
) -> Measures:
    """Of a room that ended with these terms from that seller, or with neither; `path` is of the winner's thread."""
    deal = _deal(setup, setup.seat(seller_id), terms) if seller_id is not None and terms is not None else None
    return Measures(
        limit=setup.buyer.maximum,
        legal_prices=tuple(_legal_prices(setup)),
        quantity=terms.quantity if terms is not None else setup.buyer.quantity,
        rounds=rounds,
        deal=deal,
        path=path,
    )


def _deal(setup: Setup, seat: SellerSeat, terms: Terms) -> Deal:
    rivals = [rival.limits for rival in setup.sellers if rival.limits.stock >= setup.buyer.quantity]
    legal, least = _lowest_with(setup.buyer, seat.limits, terms.extras), _least(setup.buyer, seat.limits)
    return Deal(
        winner=seat.seller_id,
        unit_price=terms.unit_price,
        price=buyer_price(setup.buyer, terms, setup.agenda(seat.seller_id)),
        legal=legal,
        least=legal if least is None else least,
        ask=seat.limits.ask,
        best_ask=min(rival.limits.ask for rival in setup.sellers),
        has_lowest_floor=all(seat.limits.floor <= rival.floor for rival in rivals),
    )


def _least(buyer: BuyerLimits, seller: SellerLimits) -> Decimal | None:
    """The lowest price of all terms that suit both, None if they may close at none.

    No price is lower than that of the terms which burden the two together least, nor than the buyer's minimum with the
    terms which burden the buyer least; burdens are linear, so both have each term at an end. Only where neither is
    reached are all combinations looked at.
    """
    if not common_terms(buyer.extras, seller.extras):
        return min(_prices(buyer, seller, [_total([])]), default=None)
    values, _ = common_values(buyer, seller, MOST_COMBINATIONS)
    ends = [_burdens(buyer, seller, name, (each[0], each[-1])) for name, each in values]
    together = _total(min(each, key=lambda one: (one[0] + one[1], one[0])) for each in ends)
    buyers = _total(min(each, key=lambda one: (one[1], one[0])) for each in ends)
    bound = max(seller.floor + together[0] + together[1], buyer.minimum + buyers[1])
    if bound > buyer.maximum:
        return None
    if bound in _prices(buyer, seller, (together, buyers)):
        return bound
    terms = [_burdens(buyer, seller, name, each) for name, each in values]
    return min(_prices(buyer, seller, _combined(terms, seller.ask - seller.floor)), default=None)


def _burdens(buyer: BuyerLimits, seller: SellerLimits, name: str, values: Iterable[int]) -> list[_Burdens]:
    return [(burden(seller.extras, ((name, each),)), burden(buyer.extras, ((name, each),))) for each in values]


def _total(burdens: Iterable[_Burdens]) -> _Burdens:
    sellers = buyers = Decimal(0)
    for one, other in burdens:
        sellers, buyers = sellers + one, buyers + other
    return sellers, buyers


def _prices(buyer: BuyerLimits, seller: SellerLimits, burdens: Iterable[_Burdens]) -> list[Decimal]:
    """What the lowest unit price of each comes to for the buyer, of those at which the two may close in whole cents."""
    found = []
    for sellers, buyers in burdens:
        paid = max(seller.floor + sellers, buyer.minimum)
        spoken = paid.quantize(CENT, ROUND_CEILING)
        if spoken <= seller.ask and spoken + buyers <= buyer.maximum:
            found.append(paid + buyers)
    return found


def _combined(terms: Iterable[Sequence[_Burdens]], most: Decimal) -> list[_Burdens]:
    """Of all combinations, with at most so much for the seller, those that no other is as good as for both sides."""
    found = [(Decimal(0), Decimal(0))]
    for each in sorted(map(_undominated, terms), key=len):
        sums = ((sellers + one, buyers + other) for sellers, buyers in found for one, other in each)
        found = _undominated(pair for pair in sums if pair[0] <= most)
    return found


def _undominated(burdens: Iterable[_Burdens]) -> list[_Burdens]:
    kept: list[_Burdens] = []
    for one in sorted(burdens):
        if not kept or one[1] < kept[-1][1]:
            kept.append(one)
    return kept


def _lowest_with(buyer: BuyerLimits, seller: SellerLimits, extras: Extras) -> Decimal:
    agenda = common_terms(buyer.extras, seller.extras)
    paid = max(seller.floor + burden(seller.extras, extras, agenda), buyer.minimum)
    return paid + burden(buyer.extras, extras, agenda)


def _legal_prices(setup: Setup) -> list[Decimal]:
    prices = (lowest_legal_price(setup.buyer, seat.limits) for seat in setup.sellers)
    return sorted(price for price in prices if price is not None)


def _part(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole > 0 else None
