"""A trade beside a room that is at work."""

from decimal import Decimal

from negotiation import services
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun, Participant
from negotiation.trade_models import Trade

PRICE = Decimal("512.34")


def trade_beside(thread: Participant) -> Trade:
    """Of 10 units between the thread's buyer and seller, from a direct negotiation that is over."""
    run = thread.run
    direct = NegotiationRun.objects.create(
        session=run.session,
        item=run.item,
        status=RoomStatus.PENDING,
        max_rounds=run.max_rounds,
        seed=run.seed,
        is_bilateral=True,
    )
    columns = ("seller", "inventory", "name", "seller_code", "priority", "speaking_style", "mind", "stock")
    prices = ("cost_price", "least_price", "selling_price")
    Participant.objects.create(run=direct, **{name: getattr(thread, name) for name in (*columns, *prices)})
    services.start(direct.code)
    return services.force_deal(direct.code, str(thread.seller_code), PRICE, 10).trade
