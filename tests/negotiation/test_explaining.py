from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from negotiation.call_log import save_calls
from negotiation.core.events import Accepted, Decided, Offered
from negotiation.core.preferences import Priority, Temperament, Toughness
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, see
from negotiation.core.vocabulary import Party
from negotiation.errors import MoveNotFound
from negotiation.explaining import explain
from negotiation.models import LLMCall, Offer, OfferAdvice, Participant
from negotiation.store import read_history
from tests import bodies
from tests.negotiation.test_call_log import a_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(played):
    return read_history(UUID(played))


def why(caller, room_id, seq, **query):
    return caller.get(f"/negotiation/{room_id}/why/{seq}", **query)


def moves(records, *kinds):
    return [record.seq for record in records if isinstance(record.event, kinds)]


def first(records, party, seller_id):
    return next(
        r.seq
        for r in records
        if isinstance(r.event, Offered) and r.event.party is party and r.event.seller_id == seller_id
    )


def all_told(stored, records, viewer):
    """What the viewer is told of every event, the error's class where it is told nothing."""
    told = []
    for record in records:
        try:
            told.append(explain(stored, records, viewer, record.seq))
        except MoveNotFound as missing:
            told.append(type(missing))
    return told


def with_setup(stored, **changes):
    setup = replace(stored.roster.setup, **changes)
    return replace(stored, log=replace(stored.log, roster=replace(stored.roster, setup=setup)))


def with_other_secrets(seat):
    """As another seller might be that asks the same."""
    limits = replace(seat.limits, cost=Decimal(1), floor=Decimal(2), stock=777, priority=Priority.CUSTOMER_RETENTION)
    return replace(seat, limits=limits, temperament=Temperament.BRISK, toughness=Toughness.TOUGH)


def test_what_the_buyer_is_told_does_not_depend_on_what_sellers_keep_to_themselves(history):
    stored, records = history
    twin = with_setup(stored, sellers=tuple(map(with_other_secrets, stored.roster.setup.sellers)))

    assert all_told(twin, records, BuyerViewer()) == all_told(stored, records, BuyerViewer())


def test_what_a_seller_is_told_does_not_depend_on_the_buyer_and_its_rival(history, seller_ids):
    stored, records = history
    setup, acme = stored.roster.setup, SellerViewer(seller_ids["Acme"])
    sellers = tuple(
        seat if seat.seller_id == seller_ids["Acme"] else with_other_secrets(seat) for seat in setup.sellers
    )
    buyer = replace(setup.buyer, minimum=Decimal(1), maximum=Decimal(9999))
    twin = with_setup(stored, sellers=sellers, buyer=buyer, buyer_temperament=Temperament.BRISK)

    assert all_told(twin, records, acme) == all_told(stored, records, acme)


def test_move_is_explained_to_those_alone_who_see_it(history, seller_ids):
    stored, records = history
    kinds = (Offered, Accepted, Decided)
    viewers = [OperatorViewer(), BuyerViewer(), *map(SellerViewer, seller_ids.values())]

    for viewer in viewers:
        told = [not isinstance(one, type) for one in all_told(stored, records, viewer)]
        assert told == [isinstance(see(record.event, viewer), kinds) for record in records]


def test_each_side_is_told_the_reason_of_its_own_moves_alone(operator, buyer, acme, played, history, seller_ids):
    _, records = history
    bid, quote = (first(records, party, seller_ids["Acme"]) for party in (Party.BUYER, Party.SELLER))
    told = {
        name: [why(caller, played, seq).json()["reason"] for seq in (bid, quote)]
        for name, caller in (("operator", operator), ("buyer", buyer), ("acme", acme))
    }

    assert told == {
        "operator": ["opening", "opening"],
        "buyer": ["opening", "not_told"],
        "acme": ["not_told", "opening"],
    }


def test_answer_names_the_move_and_its_figures_as_numbers(acme, played, history, seller_ids):
    quote = first(history[1], Party.SELLER, seller_ids["Acme"])

    body = why(acme, played, quote).json()

    assert (body["seq"], body["move"], body["basis"]) == (quote, "offer", "strategy")
    assert {"name": "Floor", "value": 452.33, "unit": "money"} in body["figures"]
    assert body["sentences"][0].endswith(".")


def test_award_is_explained_to_the_buyer_and_to_sellers_as_far_as_they_may_know(buyer, acme, bolt, played, history):
    (end,) = moves(history[1], Decided)
    told = {
        name: why(caller, played, end).json() for name, caller in (("buyer", buyer), ("acme", acme), ("bolt", bolt))
    }

    assert (told["buyer"]["move"], told["buyer"]["basis"]) == ("award", "strategy")
    assert sorted(told[name]["move"] for name in ("acme", "bolt")) == ["award", "no_deal"]
    assert {told[name]["reason"] for name in ("acme", "bolt")} == {"not_told"}


def test_rivals_move_and_what_is_no_move_are_not_there(acme, bolt, operator, played, history, seller_ids):
    _, records = history
    quote = first(records, Party.SELLER, seller_ids["Acme"])
    answers = [why(bolt, played, quote), *(why(operator, played, seq) for seq in (0, 1, len(records), 10**9))]

    assert why(acme, played, quote).status_code == 200
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(404, "MOVE_NOT_FOUND")}


def test_operator_is_told_what_a_party_would_be_and_a_seller_not_what_its_rival_would(
    operator, acme, played, history, seller_ids
):
    _, records = history
    bid = first(records, Party.BUYER, seller_ids["Acme"])
    eyes = {"agent_type": "seller", "agent_id": seller_ids["Acme"]}
    bolts = {"agent_type": "seller", "agent_id": seller_ids["Bolt"]}

    own = why(acme, played, bid).json()

    assert why(operator, played, bid, **eyes).json() == own
    assert why(acme, played, bid, **bolts).json() == own


def test_reasons_are_for_the_parties_of_the_room(watcher, outsiders, anonymous, operator, played):
    assert why(watcher, played, 4).status_code == 403
    assert why(outsiders["buyer"], played, 4).status_code == why(outsiders["seller"], played, 4).status_code == 404
    assert why(anonymous, played, 4).status_code == 401
    assert why(operator, bodies.NO_ID, 4).status_code == 404


def test_price_of_a_model_that_was_moved_is_told_as_moved(operator, played, history, seller_ids):
    stored, records = history
    quote = first(records, Party.SELLER, seller_ids["Acme"])
    spoken = [replace(r, event=in_model_words(r.event)) if r.seq == quote else r for r in records]
    Participant.objects.filter(run=stored.run_id).update(mind="llm")
    keep_choice(stored, seller_ids["Acme"], quote, why="clamped, too_short")

    told = explain(stored, spoken, OperatorViewer(), quote)

    assert told.basis == "model"
    assert "moved to the nearer end" in told.told.sentences[1]


def test_suggestion_that_was_followed_is_told_to_the_side_that_followed_it(history, seller_ids):
    stored, records = history
    quote = first(records, Party.SELLER, seller_ids["Acme"])
    event = records[quote - 1].event
    by_hand = [replace(r, event=in_words_of(r.event, "person")) if r.seq == quote else r for r in records]
    row = Offer.objects.get(run=stored.run_id, number=event.offer_id)
    OfferAdvice.objects.create(offer=row, confidence=0.5, reasoning="A steady step.")

    own = explain(stored, by_hand, SellerViewer(seller_ids["Acme"]), quote)
    buyers = explain(stored, by_hand, BuyerViewer(), quote)

    assert own.told.sentences[-1] == "It followed a suggestion that was 50% sure. A steady step."
    assert (buyers.basis, "steady" in " ".join(buyers.told.sentences)) == (None, False)


def in_words_of(event, voice):
    return replace(event, words=replace(event.words, voice=type(event.words.voice)(voice)))


def in_model_words(event):
    return in_words_of(event, "model")


def keep_choice(stored, seller_id, seq, **changes):
    save_calls(stored.run_id, stored.seats, [a_call(seller_id, **changes)])
    LLMCall.objects.update(seq=seq, purpose="choice", result="ok")
