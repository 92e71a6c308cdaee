"""What a seller gave because the buyer bought more than one item of the session from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.models import Session
from marketplace.summary import Purchase, RoomRow, SessionSummary
from marketplace.templatetags.parley import money
from negotiation.core.events import BundleReached, Offered
from negotiation.core.vocabulary import Party
from negotiation.models import RunEvent


@dataclass(frozen=True, slots=True)
class Bundle:
    """A purchase for which the seller bettered its price, and what else it sold. Prices are for a unit."""

    purchase: Purchase
    others: Sequence[Purchase]
    before: Decimal | None
    after: Decimal

    def words(self, currency: str) -> str:
        items = " and ".join(other.item_name for other in self.others)
        total = sum((each.total_cost for each in self.others), self.purchase.total_cost)
        came = f" from {money(self.before, currency)}" if self.before is not None else ""
        return (
            f"{self.purchase.seller_name} sold {items} as well, and for that came down{came} to "
            f"{money(self.after, currency)} here. Together they cost {money(total, currency)}."
        )


def read_bundles(session: Session, summary: SessionSummary) -> Mapping[int, Bundle]:
    """By room; a query, and another if any seller had sold more than one item."""
    purchases = {purchase.room_id: purchase for purchase in summary.purchases}
    deals = {room.pk: room for room in summary.rooms if room.code in purchases}
    told = RunEvent.objects.filter(run__session=session, type=BundleReached.__name__)
    reached = {
        run_id: seq
        for run_id, seq, payload in told.values_list("run_id", "seq", "payload")
        if run_id in deals and payload["seller_id"] == str(deals[run_id].winner)
    }
    quotes = _quotes({run_id: deals[run_id] for run_id in reached})
    bundles: dict[int, Bundle] = {}
    for run_id, seq in reached.items():
        purchase = purchases[deals[run_id].code]
        others = [each for each in summary.purchases if _is_other_of(each, purchase)]
        before = [price for number, price in quotes.get(run_id, ()) if number < seq]
        after = [price for number, price in quotes.get(run_id, ()) if number > seq]
        if others and after:
            bundles[run_id] = Bundle(purchase, others, before[-1] if before else None, after[0])
    return bundles


def _is_other_of(each: Purchase, purchase: Purchase) -> bool:
    return each.seller_name == purchase.seller_name and each.room_id != purchase.room_id


def _quotes(deals: Mapping[int, RoomRow]) -> Mapping[int, list[tuple[int, Decimal]]]:
    """By room, the numbers and prices of what the winner offered."""
    quotes: dict[int, list[tuple[int, Decimal]]] = {}
    offered = RunEvent.objects.filter(run__in=list(deals), type=Offered.__name__).order_by("run_id", "seq")
    for run_id, seq, payload in offered.values_list("run_id", "seq", "payload"):
        if payload["party"] == Party.SELLER and payload["seller_id"] == str(deals[run_id].winner):
            quotes.setdefault(run_id, []).append((seq, Decimal(payload["terms"]["unit_price"])))
    return quotes
