"""What a model is told before it speaks. A brief has no field that could hold a secret of either side.

`SellerBrief` and `BuyerBrief` are all that a narrated prompt is made of; an `llm` mind is told its latitude besides.
"""

from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.preferences import Priority, Style
from negotiation.core.vocabulary import Party
from negotiation.minds.words import BuyerAct, SellerAct


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said in a thread, and the unit price offered with it."""

    by: Party
    round: int
    text: str
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SellerBrief:
    """What a seller is about to do, and what both sides have said in its thread, oldest first.

    `price` is the one it offers or accepts; `rival_price` the verified one the buyer has named this round,
    `like_for_like` if it is a price on this thread's further terms; `draft` how template words would say it;
    `questions` what people asked since it last spoke.
    """

    seller_name: str
    buyer_name: str
    item_name: str
    currency: str
    quantity: int
    round: int
    max_rounds: int
    priority: Priority
    style: Style
    act: SellerAct
    price: Decimal | None
    rival_price: Decimal | None
    talk: tuple[Line, ...]
    questions: tuple[str, ...]
    draft: str
    like_for_like: bool = False


@dataclass(frozen=True, slots=True)
class ThreadBrief:
    """What the buyer is about to say to one seller; `key` names the thread in prompt and reply, such as S1."""

    key: str
    seller_name: str
    act: BuyerAct
    price: Decimal | None
    claim: Decimal | None
    standing: Decimal | None
    talk: tuple[Line, ...]
    draft: str
    like_for_like: bool = False


@dataclass(frozen=True, slots=True)
class BuyerBrief:
    """One message for each thread, asked for in one call."""

    buyer_name: str
    item_name: str
    currency: str
    quantity: int
    round: int
    max_rounds: int
    threads: tuple[ThreadBrief, ...]
