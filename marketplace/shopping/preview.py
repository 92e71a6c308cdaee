"""Who could serve the items of a list that is being written, by the rule that rooms are opened by.

Tells names and public reasons: no stock, no floor and no cost of a seller, whoever asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.text import get_text_list

from marketplace.models import BuyerItem, Seller, SellerInventory
from marketplace.requests import ItemRequest, SellerRequest
from marketplace.services import invite, match_item
from marketplace.templatetags.parley import why_left_out, why_skipped
from negotiation.core.matching import Mismatch

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Preview:
    """Of one item: the names of the chosen sellers that can serve it, and of the others, each with why not."""

    matched: tuple[str, ...]
    left_out: tuple[tuple[str, Mismatch], ...]

    @property
    def is_served(self) -> bool:
        return bool(self.matched)

    @property
    def headline(self) -> str:
        chosen = len(self.matched) + len(self.left_out)
        if not chosen:
            return "No seller is chosen yet."
        if not self.matched:
            return (
                "The chosen seller cannot serve this."
                if chosen == 1
                else f"None of {chosen} chosen sellers can serve this."
            )
        of = "The chosen seller" if chosen == 1 else f"{len(self.matched)} of {chosen} chosen sellers"
        return f"{of} can serve this: {get_text_list(_few(self.matched), 'and')}."

    @property
    def others(self) -> str:
        """Reason by reason; one that holds for all is said once."""
        reasons = list(dict.fromkeys(reason for _, reason in self.left_out))
        if not self.matched and len(reasons) == 1:
            return why_skipped(reasons[0])
        named = {reason: _few([name for name, why in self.left_out if why == reason]) for reason in reasons}
        return " ".join(f"{why_left_out(reason).capitalize()}: {', '.join(names)}." for reason, names in named.items())


def preview_matches(
    items: Mapping[int, ItemRequest], sellers: Sequence[SellerRequest], standing_codes: Sequence[UUID]
) -> dict[int, Preview]:
    """For each item, by its place; nothing is stored, and nothing is reserved."""
    standing = list(Seller.objects.standing().filter(is_active=True, code__in=standing_codes))
    wanted = {item.item_id for item in items.values()}
    stock = list(SellerInventory.objects.filter(seller__in=standing, item_id__in=wanted))
    newcomers = list(_unsaved(sellers))
    stock += [row for _, rows in newcomers for row in rows]
    invited = invite([*(seller for seller, _ in newcomers), *standing], stock)
    names = {code: one.name for code, one in invited.items()}
    previews = {}
    for place, item in items.items():
        found = match_item(_unsaved_item(item), invited)
        left_out = tuple((names[code], reason) for code, reason in found.left_out.items())
        previews[place] = Preview(tuple(names[code] for code in found.matched), left_out)
    return previews


def _unsaved(sellers: Sequence[SellerRequest]) -> Iterator[tuple[Seller, list[SellerInventory]]]:
    """Rows as a session would store them, with keys that nobody has."""
    for number, request in enumerate(sellers, 1):
        seller = Seller(pk=-number, session_id=-1, name=request.name)
        yield (
            seller,
            [
                SellerInventory(
                    seller=seller,
                    item_id=stock.item_id,
                    quantity_available=stock.quantity_available,
                    least_price=stock.least_price,
                    selling_price=stock.selling_price,
                    volume_tiers=list(stock.volume_tiers),
                )
                for stock in request.inventory
            ],
        )


def _unsaved_item(item: ItemRequest) -> BuyerItem:
    return BuyerItem(
        item_id=item.item_id,
        quantity_needed=item.quantity_needed,
        min_price_per_unit=item.min_price_per_unit,
        max_price_per_unit=item.max_price_per_unit,
    )


def _few(names: Sequence[str]) -> list[str]:
    more = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], f"{more} more"] if more > 0 else list(names)
