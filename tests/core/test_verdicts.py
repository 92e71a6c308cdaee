from decimal import Decimal

from negotiation.core.events import Decided, RoundStarted
from negotiation.core.folding import replay
from negotiation.core.moves import Propose, Words
from negotiation.core.protocol import play
from negotiation.core.reasons import Told
from negotiation.core.room import Setup
from negotiation.core.verdicts import explain_decision
from negotiation.core.vocabulary import Party, Reason, Result
from tests.factories import STARTED, a_buyer, a_seller, a_setup
from tests.rooms_with_terms import a_room_with_terms, terms_of

# Each day of delivery after the first burdens the buyer with 2.00 a unit.
SOON, NEAR, FAR = ({"delivery_days": days, "payment_days": 30} for days in (1, 2, 9))


def told(setup: Setup, *quotes) -> Told:
    """Of a room in which Acme quotes once a round, and the buyer takes its last offer."""
    events = list(STARTED)
    for number, quote in enumerate(quotes, 1):
        if number > 1:
            events.append(RoundStarted(number))
        for party, terms in ((Party.BUYER, bid_of(setup)), (Party.SELLER, quote)):
            events += play(replay(setup, events), party, "acme", Propose(terms, Words("So?")))
    asked = replay(setup, events)
    offer = asked.thread("acme").quote
    decided = Decided(Result.DEAL, Reason.ONLY_OFFER, len(quotes), "acme", offer.offer_id, offer.terms, "Taken.")
    return explain_decision(setup, [*events, decided], asked)


def bid_of(setup):
    return terms_of(60, **(SOON if setup.agenda("acme") else {}))


def figures(told):
    return {figure.name: figure.value for figure in told.figures}


def a_room():
    return a_room_with_terms(sellers=(a_seller(floor=60, ask=120),), buyer=a_buyer(maximum=120))


def test_offer_that_is_dearer_but_suits_the_buyer_better_was_worth_the_wait():
    why = told(a_room(), terms_of(92, **FAR), terms_of(95, **NEAR))

    assert why.sentences[-1] == (
        "Sooner would have been dearer: in round 1 the best offer, with what its further terms take from the buyer, was"
        " 108.00, and as an offer that stands does not get worse, waiting brought 11.00."
    )
    assert figures(why)["Best offer in round 1, with its further terms"] == 108
    assert figures(why)["Price, with its further terms"] == 97
    assert figures(why)["Below the limit"] == 23


def test_offer_that_is_the_same_in_effect_was_there_already():
    why = told(a_room(), terms_of(90, **NEAR), terms_of(90, **NEAR))

    assert why.sentences[-1] == (
        "The best offer, with what its further terms take from the buyer, was 92.00 in round 1 already; waiting brought"
        " nothing more."
    )


def test_where_only_the_price_counts_nothing_is_said_of_further_terms():
    why = told(a_setup(a_seller(floor=60, ask=120)), terms_of(90), terms_of(80))

    assert why.sentences[-1] == (
        "Sooner would have been dearer: in round 1 the best offer was 90.00, and as an offer that stands does not get"
        " worse, waiting brought 10.00."
    )
    assert figures(why) == {"Price": 80, "Limit": 110, "Below the limit": 30, "Best offer in round 1": Decimal(90)}
