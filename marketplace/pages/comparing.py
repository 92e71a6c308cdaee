"""A room beside its what-ifs: how each ended, and the lowest offer round by round."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Min

from marketplace.sheets.endings import endings
from negotiation.core.preferences import Extras
from negotiation.core.utility import buyer_price
from negotiation.core.vocabulary import Party, Result
from negotiation.models import NegotiationRun, Offer
from negotiation.rosters import roster_of

HUES = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One of the rooms; `original` is that of the room that all go back to, None for that room itself.

    `terms` are the further ones agreed, `in_effect` is what the price comes to with them for the buyer.
    """

    run: NegotiationRun
    number: int
    origin: str
    lowest: dict[int, Decimal]
    original: "Column | None"
    terms: Extras = ()
    in_effect: Decimal | None = None

    @property
    def hue(self) -> str:
        """The class of its colour, in the table and in the chart."""
        return "original" if self.original is None else f"seller-{(self.number - 1) % HUES + 1}"

    @property
    def name(self) -> str:
        return f"What if {self.number}" if self.number else "Original"

    @property
    def price(self) -> Decimal | None:
        is_deal = hasattr(self.run, "outcome") and self.run.outcome.result == Result.DEAL
        return self.run.outcome.unit_price if is_deal else None

    @property
    def comes_to(self) -> Decimal | None:
        return self.price if self.in_effect is None else self.in_effect

    @property
    def quantity(self) -> int | None:
        return self.run.outcome.quantity if self.price is not None else None

    @property
    def seller(self) -> str:
        winner = self.run.outcome.participant if self.price is not None else None
        return winner.name if winner else ""

    @property
    def total(self) -> Decimal | None:
        return self.run.outcome.total_cost if self.price is not None else None

    @property
    def saved(self) -> Decimal | None:
        """Against what the winner asked."""
        if self.price is None or self.quantity is None or self.run.outcome.participant is None:
            return None
        return (self.run.outcome.participant.selling_price - self.price) * self.quantity

    @property
    def difference(self) -> Decimal | None:
        """Of what a unit comes to, to the original's; None where one of the two has none."""
        was = None if self.original is None else self.original.comes_to
        return None if was is None or self.comes_to is None else self.comes_to - was


@dataclass(frozen=True)
class Comparison:
    columns: Sequence[Column]

    @cached_property
    def rounds(self) -> list[int]:
        return sorted({number for column in self.columns for number in column.lowest})

    @property
    def rows(self) -> list[tuple[int, list[tuple[Decimal | None, bool]]]]:
        """By round: the lowest offer in each room, and whether it is one of a round taken over from its origin."""
        return [
            (
                number,
                [(column.lowest.get(number), number <= (column.run.branched_after or 0)) for column in self.columns],
            )
            for number in self.rounds
        ]

    def lines(self) -> list[dict[str, Any]]:
        """As the chart draws them."""
        return [
            {
                "name": column.name,
                "hue": column.hue,
                "rounds": column.run.current_round,
                "changes": column.run.branched_with,
                "after": column.run.branched_after or 0,
                "points": [{"round": number, "price": float(price)} for number, price in column.lowest.items()],
                "deal": None if column.price is None else float(column.price),
            }
            for column in self.columns
        ]


def compare_with_branches(run: NegotiationRun) -> Comparison:
    """With the what-ifs of its what-ifs."""
    runs = [run, *_descendants(run)]
    lowest = _lowest(runs)
    names = {one.pk: f"What if {number}" if number else "Original" for number, one in enumerate(runs)}
    agreed = _agreed(runs)
    columns: list[Column] = []
    for number, one in enumerate(runs):
        origin = names.get(one.branched_from_id or 0, "")
        original = columns[0] if columns else None
        columns.append(Column(one, number, origin, lowest.get(one.pk, {}), original, *agreed.get(one.pk, ())))
    return Comparison(columns)


def _agreed(runs: Sequence[NegotiationRun]) -> dict[int, tuple[Extras, Decimal]]:
    """Of the deals over further terms: which, and what a unit comes to with them for the buyer."""
    rooms = NegotiationRun.objects.filter(pk__in=[run.pk for run in runs], outcome__result=Result.DEAL)
    rooms = rooms.exclude(item__allowed_terms={})
    found: dict[int, tuple[Extras, Decimal]] = {}
    decided = endings(rooms)
    for room in rooms.with_setup():
        ending = decided.get(room.pk)
        if ending is not None and ending.terms is not None and ending.seller_id is not None:
            setup = roster_of(room).setup
            in_effect = buyer_price(setup.buyer, ending.terms, setup.agenda(ending.seller_id))
            found[room.pk] = ending.terms.extras, in_effect
    return found


def _descendants(run: NegotiationRun) -> list[NegotiationRun]:
    """Oldest first: what was branched stands before what was branched from it."""
    found: list[NegotiationRun] = []
    parents = [run]
    while parents:
        children = NegotiationRun.objects.filter(branched_from__in=parents)
        parents = list(children.select_related("session", "outcome__participant"))
        found += parents
    return sorted(found, key=lambda child: child.pk)


def _lowest(runs: Sequence[NegotiationRun]) -> dict[int, dict[int, Decimal]]:
    """By room and round, the lowest price that a seller offered."""
    quotes = Offer.objects.filter(run__in=runs, party=Party.SELLER).order_by("run_id", "round")
    lowest: dict[int, dict[int, Decimal]] = {}
    for run_id, number, price in quotes.values_list("run_id", "round").annotate(price=Min("unit_price")):
        lowest.setdefault(run_id, {})[number] = price
    return lowest
