from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.models import Session
from negotiation import summary
from negotiation.core.analysis import measure
from negotiation.core.terms import Terms
from negotiation.models import Message, NegotiationRun, Offer, Outcome, Participant
from negotiation.store import read_room
from negotiation.summary import Choice, Ending, Kind, collect, rooms_of
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db


def names(**choice):
    return {room.session_name for room in collect(Choice(**choice)).rooms}


@pytest.fixture
def three():
    """Rooms bought at 75 from a seller that could go to 60, of sessions that are called by their number."""
    make_many(3)
    return list(Session.objects.order_by("name"))


def test_played_room_is_measured_as_the_rules_measure_it(played):
    room, outcome = read_room(UUID(played)).room, Outcome.objects.get()
    agreed = Terms(outcome.unit_price, outcome.quantity)

    [found] = collect(Choice()).rooms

    expected = measure(room.setup, str(outcome.participant.seller_code), agreed, outcome.run.current_round)
    assert found.measures.deal == expected.deal
    assert found.measures.ideal_share == expected.ideal_share
    assert found.measures.rounds == expected.rounds
    assert (found.ending, found.item_name) == (Ending.DEAL, "HP 15 Laptop")


def test_way_is_that_of_the_winners_thread(played):
    outcome = Outcome.objects.get()
    thread = outcome.participant.offers.order_by("number")

    path = collect(Choice()).rooms[0].measures.path

    assert path.first_bid == thread.filter(party="buyer").first().unit_price
    assert path.first_quote == thread.filter(party="seller").first().unit_price
    assert path.end == outcome.unit_price


def test_deal_is_measured_with_the_further_terms_that_were_accepted(three):
    Offer.objects.update(status="accepted", extras={"delivery_days": 14})
    Participant.objects.update(allowed_terms={"delivery_days": [0, 14]})
    item = three[0].buyer.items.get()
    item.allowed_terms, item.term_weights = {"delivery_days": [0, 14]}, {"price": 0.5, "delivery_days": -0.5}
    item.save()

    [found] = collect(Choice(session=three[0].code)).rooms

    assert found.measures.deal.unit_price == 75
    assert found.measures.deal.price > 75


def test_what_models_took_is_counted_by_room(three):
    Message.objects.filter(run__session=three[0]).update(fallback="provider_timeout")

    rooms = {room.session_name: room.case for room in collect(Choice()).rooms}

    assert [(case.calls, case.tokens) for case in rooms.values()] == [(1, 110)] * 3
    assert {name: case.stand_ins for name, case in rooms.items()} == {"Session 0": 1, "Session 1": 0, "Session 2": 0}


def test_rooms_are_read_in_as_many_queries_whatever_their_number(three):
    with CaptureQueriesContext(connection) as few:
        collect(Choice(session=three[0].code))
    with CaptureQueriesContext(connection) as many:
        found = collect(Choice())

    assert len(found.rooms) == 3
    assert len(many) == len(few)


def test_rooms_that_were_broken_off_are_counted_but_not_measured(three):
    NegotiationRun.objects.filter(session=three[0]).update(status="cancelled")

    found = collect(Choice())

    assert (len(found.rooms), found.broken_off) == (2, 1)
    assert rooms_of(three[0]) == []


def test_room_where_a_deal_was_possible_and_none_was_made_is_missed(three):
    Outcome.objects.filter(run__session=three[0]).update(result="no_deal", unit_price=None, participant=None)
    Participant.objects.filter(run__session=three[1]).update(least_price=95)

    endings = {room.session_name: room.ending for room in collect(Choice()).rooms}

    assert endings == {"Session 0": Ending.MISSED, "Session 1": Ending.FALSE_DEAL, "Session 2": Ending.DEAL}
    assert names(ending=Ending.MISSED) == {"Session 0"}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.REAL, {"Session 0"}),
        (Kind.WHAT_IF, {"Session 1"}),
        (Kind.ARENA, {"Session 2"}),
        (Kind.ALL, {"Session 0", "Session 1", "Session 2"}),
    ],
)
def test_what_ifs_and_arenas_are_left_out_unless_they_are_asked_for(three, kind, found):
    Session.objects.filter(name="Session 1").update(is_what_if=True)
    Session.objects.filter(name="Session 2").update(is_what_if=True, is_arena=True)

    assert names(kind=kind) == found


def test_session_that_is_named_is_found_whatever_its_kind(three):
    Session.objects.filter(name="Session 1").update(is_what_if=True)

    assert names(session=three[1].code) == {"Session 1"}


def test_days_are_those_of_the_session_both_included(three):
    for day, session in enumerate(three, 1):
        Session.objects.filter(pk=session.pk).update(created_at=datetime(2026, 3, day, 23, 59, tzinfo=UTC))

    assert names(since=date(2026, 3, 2)) == {"Session 1", "Session 2"}
    assert names(until=date(2026, 3, 2)) == {"Session 0", "Session 1"}


@pytest.mark.parametrize(("words", "count"), [("session 1", 1), ("BUYER 2", 1), ("oak", 3), ("nothing", 0)])
def test_rooms_are_found_by_session_buyer_and_item(three, words, count):
    assert len(names(words=words)) == count


def test_mind_is_looked_for_at_every_seat(three):
    Session.objects.filter(name="Session 0").update(buyer_mind="llm")
    Participant.objects.filter(run__session__name="Session 1").update(mind="llm")

    assert names(mind="llm") == {"Session 0", "Session 1"}


def test_older_rooms_than_are_read_are_told(three, monkeypatch):
    monkeypatch.setattr(summary, "MOST_ROOMS", 2)

    found = collect(Choice())

    assert ([room.session_name for room in found.rooms], found.left_out) == (["Session 2", "Session 1"], 1)


def test_groups_are_told_with_the_largest_first(three):
    Session.objects.filter(name="Session 1").update(buyer_mind="llm")

    groups = collect(Choice()).by(lambda room: room.buyer_mind)

    assert [(name, gist.counts.rooms) for name, gist in groups] == [("strategy", 2), ("llm", 1)]
    assert groups[0][1].ideal_share.mean == float(Decimal("0.5"))
