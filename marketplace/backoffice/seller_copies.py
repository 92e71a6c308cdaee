"""A standing seller once more, with its stock, under a name that is still free."""

from django.db import transaction

from marketplace.models import Seller, SellerInventory

NOT_COPIED = {"id", "code", "session_id", "name", "is_active"}
NOT_COPIED_OF_STOCK = {"id", "seller_id", "quantity_reserved", "quantity_settled"}


@transaction.atomic
def copy_seller(seller: Seller) -> Seller:
    """The copy is not active before somebody has looked at it; of its stock nothing is promised."""
    copy = Seller(name=_free_name(seller.name), is_active=False, **_values(seller, NOT_COPIED))
    copy.save()
    SellerInventory.objects.bulk_create(
        SellerInventory(seller=copy, **_values(row, NOT_COPIED_OF_STOCK)) for row in seller.inventory.all()
    )
    return copy


def _values(row: Seller | SellerInventory, without: set[str]) -> dict[str, object]:
    fields = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in fields if name not in without}


def _free_name(name: str) -> str:
    longest = Seller._meta.get_field("name").max_length or 0
    for ending in (" (copy)", *(f" (copy {number})" for number in range(2, 1_000_000))):
        tried = f"{name[: longest - len(ending)].rstrip()}{ending}"
        if not Seller.objects.standing().filter(name=tried).exists():
            return tried
    raise AssertionError("there are not as many sellers")
