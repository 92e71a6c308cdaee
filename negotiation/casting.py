"""Who plays the seats of a room, and how fast: read from the run's session and participants."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from negotiation.engine import Minds
from negotiation.minds.mind import BuyerMind, SellerMind
from negotiation.minds.strategy import StrategyMind
from negotiation.models import NegotiationRun


@dataclass(frozen=True, slots=True)
class Casting:
    """Names of minds by seat, and the rest before each turn."""

    turn_seconds: float
    buyer_mind: str
    seller_minds: Mapping[str, str]


def read_casting(code: UUID) -> Casting:
    run = NegotiationRun.objects.with_setup().get(code=code)
    return Casting(
        turn_seconds=run.session.turn_seconds,
        buyer_mind=run.session.buyer_mind,
        seller_minds={str(p.seller_code): p.mind for p in run.participants.all()},
    )


def cast(casting: Casting) -> Minds:
    """The built-in minds; `narrated` without a model speaks in template words and decides as `strategy` does."""
    buyers: dict[str, BuyerMind] = {"strategy": StrategyMind(), "narrated": StrategyMind()}
    sellers: dict[str, SellerMind] = {"strategy": StrategyMind(), "narrated": StrategyMind()}
    return Minds(
        buyer=buyers[casting.buyer_mind],
        sellers={seller_id: sellers[name] for seller_id, name in casting.seller_minds.items()},
    )
