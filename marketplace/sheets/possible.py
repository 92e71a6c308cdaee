"""What a buyer and the seller that won could have agreed on over price and further terms, beside what they did.

Of both sides' private numbers: for the deal sheet of operators and auditors alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from marketplace.models import Session
from marketplace.sheets.endings import endings
from marketplace.sheets.pareto import AGREED, EGALITARIAN, KALAI_SMORODINSKY, NASH, Outcome, Picture, draw
from marketplace.templatetags.parley import money
from marketplace.templatetags.trade import terms_words
from negotiation.core.events import Decided
from negotiation.core.frontier import Point, frontier, place
from negotiation.core.preferences import burden
from negotiation.core.room import Setup
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Result
from negotiation.models import NegotiationRun
from negotiation.rosters import roster_of

# More are not drawn; each is worked out anew for the page.
MOST_DRAWN = 12
SOLUTIONS = {
    "nash": (NASH, "the largest product of both gains"),
    "kalai_smorodinsky": (KALAI_SMORODINSKY, "equal parts of what each could have gained at most"),
    "egalitarian": (EGALITARIAN, "equal gains in money"),
}


@dataclass(frozen=True, slots=True)
class Possible:
    """A room's deal against what was possible. `ends` are where the frontier's pieces begin and end."""

    room_id: UUID
    item_name: str
    buyer_name: str
    seller_name: str
    sentence: str
    picture: Picture
    outcomes: Sequence[Outcome]
    ends: Sequence[Outcome]
    combinations: int
    is_coarse: bool


def possible_deals(session: Session) -> list[Possible]:
    """Of the rooms that bargained over further terms and ended with a deal; in as many queries for many as for one."""
    runs = NegotiationRun.objects.filter(session=session, outcome__result=Result.DEAL)
    runs = runs.exclude(item__allowed_terms={}).exclude(outcome__participant__allowed_terms={}).order_by("id")
    rooms = list(runs.with_setup()[:MOST_DRAWN])
    if not rooms:
        return []
    decided = endings(rooms)
    found = (_possible(run, decided.get(run.pk), session.currency) for run in rooms)
    return [each for each in found if each is not None]


def _possible(run: NegotiationRun, decided: Decided | None, currency: str) -> Possible | None:
    if decided is None or decided.seller_id is None or decided.terms is None:
        return None
    setup, seller_id = roster_of(run).setup, decided.seller_id
    found = frontier(setup, seller_id)
    if found is None:
        return None
    agreed = _agreed(setup, seller_id, decided.terms)
    left = place(setup, seller_id, decided.terms).left_per_unit
    outcomes = [agreed, *(_outcome(*words, getattr(found, name)) for name, words in SOLUTIONS.items())]
    return Possible(
        room_id=run.code,
        item_name=setup.item_name,
        buyer_name=setup.buyer_name,
        seller_name=setup.seat(seller_id).name,
        sentence=sentence(left, decided.terms.quantity, currency),
        picture=draw(found, outcomes, left, currency),
        outcomes=outcomes,
        ends=[_outcome("Frontier", "", point) for point in found.points],
        combinations=found.combinations,
        is_coarse=found.is_coarse,
    )


def sentence(left: Decimal, quantity: int, currency: str) -> str:
    if not left:
        return (
            "Between these two nothing was left on the table: any other terms would have been worse for one of them, "
            "or no better for either."
        )
    return (
        f"Between these two {money(left, currency)} a unit was left on the table, {money(left * quantity, currency)} "
        "in all: with other terms they could have gained that much more together, and neither less."
    )


def _agreed(setup: Setup, seller_id: str, terms: Terms) -> Outcome:
    buyer, seller, agenda = setup.buyer, setup.seat(seller_id).limits, setup.agenda(seller_id)
    buyers = buyer.maximum - terms.unit_price - burden(buyer.extras, terms.extras, agenda)
    sellers = terms.unit_price - burden(seller.extras, terms.extras, agenda) - seller.floor
    return Outcome(AGREED, "what was agreed in the end", terms.unit_price, _words(terms.extras), buyers, sellers)


def _outcome(name: str, meaning: str, point: Point) -> Outcome:
    return Outcome(name, meaning, point.unit_price, _words(point.extras), point.buyer_gain, point.seller_gain)


def _words(extras: Iterable[tuple[str, int]]) -> str:
    return terms_words(extras) or "no further terms"
