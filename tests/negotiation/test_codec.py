import json
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.codec import EVENT_TYPES, decode, encode
from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    Decided,
    Event,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    PaceChanged,
    RoundStarted,
    Said,
    SeatChanged,
    StatusChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.moves import Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import (
    Action,
    ApprovalKind,
    ApprovalState,
    Failure,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
    Voice,
)
from tests.factories import prices, terms

ids = st.text(max_size=12)
numbers = st.integers(1, 999)
short = st.text(max_size=20)
words = st.builds(Words, st.text(max_size=40), st.sampled_from(Voice))
extras = st.dictionaries(st.text(max_size=9), st.integers(0, 99), max_size=3).map(
    lambda named: tuple(sorted(named.items()))
)
some_terms = st.builds(Terms, prices(0), numbers, extras)
parties, reasons, results = st.sampled_from(Party), st.sampled_from(Reason), st.sampled_from(Result)
statuses = st.sampled_from(RoomStatus)


def maybe(strategy):
    return st.none() | strategy


KINDS = {
    StatusChanged: st.builds(StatusChanged, statuses, statuses, st.text(max_size=20)),
    RoundStarted: st.builds(RoundStarted, numbers),
    Said: st.builds(Said, parties, ids, numbers, words),
    Interjected: st.builds(Interjected, st.lists(ids, max_size=3).map(tuple), numbers, words, parties),
    Offered: st.builds(
        Offered, parties, ids, numbers, numbers, some_terms, words, claim=maybe(prices()), is_final=st.booleans()
    ),
    Accepted: st.builds(Accepted, parties, ids, numbers, numbers, some_terms, words),
    OfferChanged: st.builds(OfferChanged, ids, numbers, st.sampled_from(OfferStatus)),
    Answered: st.builds(Answered, parties, ids, numbers, numbers, words, maybe(parties)),
    WalkedAway: st.builds(WalkedAway, parties, ids, numbers, words),
    MindFailed: st.builds(MindFailed, parties, ids, numbers, st.sampled_from(Failure)),
    SeatChanged: st.builds(SeatChanged, parties, ids, st.sampled_from(Holder)),
    PaceChanged: st.builds(PaceChanged, st.none() | prices(0), st.none() | numbers),
    BundleReached: st.builds(BundleReached, ids),
    InputRequested: st.builds(
        InputRequested, parties, ids, st.lists(st.sampled_from(Action), max_size=3).map(tuple), numbers
    ),
    ExpiryWarned: st.builds(ExpiryWarned, parties, ids, numbers),
    InputTimedOut: st.builds(InputTimedOut, parties, ids),
    ThreadExpired: st.builds(ThreadExpired, parties, ids),
    ApprovalRequested: st.builds(
        ApprovalRequested, numbers, st.sampled_from(ApprovalKind), ids, numbers, some_terms, numbers
    ),
    ApprovalDecided: st.builds(ApprovalDecided, numbers, st.sampled_from(ApprovalState), ids, short, short),
    Decided: st.builds(
        Decided, results, reasons, numbers, maybe(ids), maybe(numbers), maybe(some_terms), st.text(max_size=20)
    ),
    Closed: st.builds(Closed, statuses, results, reasons, numbers, maybe(ids), maybe(some_terms), st.text(max_size=20)),
}
some_events = st.one_of(*KINDS.values())


def test_every_kind_of_event_is_tried_here():
    assert set(KINDS) == set(get_args(Event)) == set(EVENT_TYPES.values())


@settings(max_examples=300, deadline=None)
@given(some_events)
def test_event_comes_back_from_the_table_as_it_went_in(event):
    type_name, payload = encode(event)

    assert decode(type_name, json.loads(json.dumps(payload))) == event


@settings(max_examples=100, deadline=None)
@given(some_events)
def test_encoded_event_is_plain_json(event):
    _, payload = encode(event)

    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


@settings(max_examples=50, deadline=None)
@given(some_events)
def test_decoded_event_has_the_types_that_were_stored(event):
    type_name, payload = encode(event)

    assert repr(decode(type_name, payload)) == repr(event)


def test_price_is_stored_as_a_string_that_keeps_its_cents():
    event = Offered(Party.BUYER, "acme", 1, 1, terms("391.20"), Words("Hello."))

    assert encode(event)[1]["terms"] == {"unit_price": "391.20", "quantity": 4, "extras": []}


def test_further_terms_are_stored_as_pairs_of_name_and_value():
    event = Offered(Party.BUYER, "acme", 1, 1, Terms(Decimal(100), 4, (("delivery_days", 14),)), Words("Hello."))

    assert encode(event)[1]["terms"]["extras"] == [["delivery_days", 14]]


def test_event_stored_before_there_were_further_terms_and_turns_to_give_can_still_be_read():
    words = {"text": "No.", "voice": "template", "fallback": None}
    old = {"party": "seller", "seller_id": "acme", "round": 1, "offer_id": 1, "words": words}

    assert decode("Answered", old) == Answered(Party.SELLER, "acme", 1, 1, Words("No."), None)


def test_enumerations_are_stored_as_their_values():
    name, payload = encode(OfferChanged("acme", 3, OfferStatus.WITHDRAWN))

    assert (name, payload) == ("OfferChanged", {"seller_id": "acme", "offer_id": 3, "status": "withdrawn"})


def test_event_stored_before_a_field_with_a_default_existed_can_still_be_read():
    assert decode("StatusChanged", {"old": "pending", "new": "queued"}) == StatusChanged(
        RoomStatus.PENDING, RoomStatus.QUEUED
    )


def test_event_of_an_unknown_type_is_refused():
    with pytest.raises(KeyError):
        decode("Bribed", {"seller_id": "acme"})


@pytest.mark.parametrize(
    ("type_name", "payload"),
    [
        ("OfferChanged", {"seller_id": "acme", "offer_id": 3, "status": "stolen"}),
        ("RoundStarted", {}),
        ("RoundStarted", {"round": 1, "bribe": 5}),
    ],
    ids=["unknown-value", "missing-field", "unknown-field"],
)
def test_event_that_does_not_fit_its_type_is_refused(type_name, payload):
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode(type_name, payload)
