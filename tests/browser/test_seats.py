from typing import Any

import pytest

from tests.browser.scripts import (
    ACME,
    BOLT,
    approval_asked,
    asked,
    bid,
    connected,
    deal,
    quote,
    round_start,
    seat_changed,
)
from tests.browser.test_room_state import fold

pytestmark = pytest.mark.browser


def waits(room: dict[str, Any]) -> list[str]:
    return sorted(room["seats"]["waits"])


def notes(room: dict[str, Any]) -> list[str]:
    return [entry["text"] for entry in room["entries"] if entry["kind"] == "note"]


def test_whoever_was_asked_is_waited_for(blank):
    room = fold(blank, connected(), asked(1, ACME), asked(2, BOLT, "buyer"))

    assert waits(room) == [ACME, BOLT]
    assert room["seats"]["waits"][BOLT]["party"] == "buyer"


def test_seller_who_moved_is_not_waited_for(blank):
    room = fold(blank, connected(), round_start(1), bid(2), asked(3, ACME), asked(4, BOLT), quote(5, ACME))

    assert waits(room) == [BOLT]


def test_words_beside_the_turns_are_no_move(blank):
    said = quote(4, ACME, action="say", offer=None, is_interjection=True)

    assert waits(fold(blank, connected(), round_start(1), asked(3, ACME), said)) == [ACME]


def test_buyer_who_bid_is_waited_for_in_the_other_threads_alone(blank):
    frames = [connected(), round_start(1), asked(2, ACME, "buyer"), asked(3, BOLT, "buyer"), bid(4, ACME)]

    assert waits(fold(blank, *frames)) == [BOLT]


def test_buyers_seat_that_changes_hands_ends_its_waits_and_no_sellers(blank):
    room = fold(blank, connected(), asked(1, ACME, "buyer"), asked(2, BOLT), seat_changed(3, "agent", None))

    assert waits(room) == [BOLT]


def test_holder_is_who_took_the_seat_last(blank):
    room = fold(blank, connected(), seat_changed(1, "person"), seat_changed(2, "program", None))

    assert room["seats"]["holders"] == {ACME: "person", "": "program"}
    assert notes(room) == ["A person moves for Acme now.", "A program moves for TechCorp now."]


def test_thread_whose_time_was_up_is_closed(blank):
    expired = {"type": "thread_expired", "seq": 3, "party": "seller", "seller_id": ACME, "name": "Acme"}

    room = fold(blank, connected(), round_start(1), asked(2, ACME), expired)

    assert waits(room) == []
    assert [one["isOpen"] for one in room["sellers"]] == [False, True]


def test_approval_waits_until_it_is_decided(blank):
    frames = [connected(), round_start(1), quote(2, ACME, 590), approval_asked(3)]
    decided = {"type": "approval_decided", "seq": 4, "seller_id": ACME, "state": "rejected", "note": "Too dear."}

    assert fold(blank, *frames)["seats"]["approval"]["number"] == 1
    room = fold(blank, *frames, decided)

    assert room["seats"]["approval"] is None
    assert notes(room) == ["The offer of Acme, 50 × $590.00, waits for an approval.", "Rejected. Too dear."]


@pytest.mark.parametrize(
    ("note", "words"),
    [("", "Lapsed: nobody decided in time."), ("The offer is gone.", "Not needed any more. The offer is gone.")],
)
def test_approval_that_nobody_gave_in_time_is_told_from_one_that_was_overtaken(blank, note, words):
    expired = {"type": "approval_decided", "seq": 4, "seller_id": ACME, "state": "expired", "note": note}

    room = fold(blank, connected(), round_start(1), quote(2, ACME, 590), approval_asked(3), expired)

    assert notes(room)[-1] == words


def test_nobody_is_waited_for_when_the_room_is_over(blank):
    room = fold(blank, connected(), round_start(1), quote(2), asked(3, BOLT), approval_asked(4), deal(5))

    assert room["seats"]["waits"] == {}
    assert room["seats"]["approval"] is None
