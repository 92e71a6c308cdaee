from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from marketplace.errors import InvalidRequest, NotAllowed, SessionNotFound
from marketplace.identity import Principal, hashed
from marketplace.models import Role, Scope, Seller, SellerInventory, Session
from marketplace.services import clone_session
from negotiation import matches, services
from negotiation.core.vocabulary import Holder, Party, RoomStatus
from negotiation.errors import AlreadyActive, Refused
from negotiation.models import LeftOut, Message, NegotiationRun, Participant
from negotiation.store import read_room
from negotiation.trade_models import MatchToken
from tests import bodies

pytestmark = pytest.mark.django_db

ITEM = "laptop_hp_15"


@pytest.fixture
def standing():
    """Three active standing sellers of the item with 60, 120 and 5000 units, and one each that cannot serve it."""

    def stocked(name, units, **changes):
        seller = Seller.objects.create(name=name, mind="strategy", region=f"{name} region", **changes)
        stock = {"quantity_available": units, "cost_price": 400, "least_price": 450, "selling_price": 590}
        seller.inventory.create(item_id=ITEM, item_name="HP", allowed_terms={"delivery_days": [3, 14]}, **stock)
        return seller

    stocked("Few", 49)
    stocked("Asleep", 500, is_active=False)
    Seller.objects.create(name="Other").inventory.create(
        item_id="mat", item_name="Mat", quantity_available=99, cost_price=1, least_price=2, selling_price=3
    )
    return [stocked("North", 60), stocked("South", 120), stocked("West", 5000)]


@pytest.fixture
def session(open_session, standing):
    return open_session(sellers=[], standing_sellers=[str(standing[0].code)])


@pytest.fixture
def buyer(session):
    return Principal(Role.BUYER, "key/1", frozenset([UUID(session["buyer_id"])]))


@pytest.fixture
def listed(session, buyer):
    def ask(principal=buyer):
        return matches.list_matches(principal, UUID(session["session_id"]), ITEM).matches

    return ask


@pytest.fixture
def token_for(listed):
    """The token of the match with the seller in that region."""

    def find(region, principal=None):
        found = listed(principal) if principal else listed()
        return next(match.token for match in found if match.region == f"{region} region")

    return find


def test_matches_are_the_active_sellers_that_have_enough(listed):
    assert sorted(match.region for match in listed()) == ["North region", "South region", "West region"]


def test_sellers_of_the_session_itself_match_and_those_of_others_do_not(open_session):
    session = open_session(sellers=[bodies.seller("Acme", region="Bavaria")])
    open_session(sellers=[bodies.seller("Bolt", region="Saxony")])
    buyer = Principal(Role.BUYER, "key/1", frozenset([UUID(session["buyer_id"])]))

    found = matches.list_matches(buyer, UUID(session["session_id"]), ITEM).matches

    assert [match.region for match in found] == ["Bavaria"]


def test_match_shows_a_band_of_what_is_free_and_the_public_terms(listed):
    SellerInventory.objects.filter(seller__name="South").update(quantity_reserved=30)

    bands = {match.region: (match.quantity_band, match.terms) for match in listed()}

    ranges = {"delivery_days": [3, 14]}
    assert bands == {
        "North region": ("50-99", ranges),
        "South region": ("50-99", ranges),
        "West region": ("1000+", ranges),
    }


@pytest.mark.parametrize(
    ("free", "band"), [(1, "1-9"), (9, "1-9"), (10, "10-49"), (99, "50-99"), (100, "100-499"), (10**6, "1000+")]
)
def test_band_holds_the_number_and_hides_it(free, band):
    assert matches.quantity_band(free) == band


def test_seller_whose_asking_price_is_under_the_buyers_minimum_is_left_out(listed):
    SellerInventory.objects.filter(seller__name="West").update(cost_price=1, least_price=2, selling_price=400)

    assert "West region" not in {match.region for match in listed()}


def test_tokens_are_random_and_only_their_hashes_are_kept(listed):
    tokens = {match.token for match in listed()}

    assert len(tokens) == 3
    assert set(MatchToken.objects.values_list("token_hash", flat=True)) == {hashed(token) for token in tokens}


def test_order_of_the_list_is_drawn_anew(listed):
    orders = {tuple(match.region for match in listed()) for _ in range(60)}

    assert len(orders) > 1


def test_asking_again_makes_the_tokens_of_before_void(listed, token_for, buyer):
    before = token_for("South")

    again = token_for("South")

    assert before != again
    assert MatchToken.objects.count() == 3
    with pytest.raises(Refused) as refused:
        matches.start(buyer, before, Holder.PROGRAM)
    assert refused.value.code == "NOT_FOUND"


def test_list_of_one_caller_leaves_the_tokens_of_another(token_for, listed, buyer):
    token = token_for("South")

    listed(Principal(Role.OPERATOR, "user/1"))

    assert matches.start(buyer, token, Holder.PROGRAM)


@pytest.mark.parametrize("reader", [Principal(Role.AUDITOR, "user/2"), Principal(Role.OPERATOR, "k", scope=Scope.READ)])
def test_who_may_only_read_gets_no_tokens_and_leaves_no_trace(listed, reader):
    assert {match.token for match in listed(reader)} == {None}
    assert not MatchToken.objects.exists()


@pytest.mark.parametrize(
    "stranger",
    [
        Principal(Role.BUYER, "key/9", frozenset([uuid4()])),
        Principal(Role.SELLER, "key/9", frozenset([uuid4()])),
        Principal(Role.WATCHER, "key/9"),
    ],
    ids=["other buyer", "seller", "watcher"],
)
def test_session_of_others_is_not_there(listed, stranger):
    with pytest.raises(SessionNotFound):
        listed(stranger)


def test_seller_of_the_session_is_told_no_rivals(session, standing):
    seller = Principal(Role.SELLER, "key/9", frozenset([standing[0].code]))

    with pytest.raises(SessionNotFound):
        matches.list_matches(seller, UUID(session["session_id"]), ITEM)


def test_item_that_is_not_on_the_list_is_not_found(session, buyer):
    with pytest.raises(Refused, match="not on the session's shopping list"):
        matches.list_matches(buyer, UUID(session["session_id"]), "moon")


def test_starting_opens_a_room_of_its_own_with_that_one_seller(token_for, buyer, session):
    code = matches.start(buyer, token_for("South"), Holder.PROGRAM)

    thread = Participant.objects.get(code=code)
    assert (thread.name, thread.run.is_bilateral, thread.run.max_rounds) == ("South", True, 20)
    assert thread.run.participants.count() == 1
    assert str(thread.run.code) != session["negotiation_rooms"][0]["room_id"]
    assert thread.run.status == RoomStatus.QUEUED
    assert not LeftOut.objects.filter(run=thread.run).exists()


@pytest.mark.parametrize(("seat", "principal_name"), [(Holder.PROGRAM, "key/1"), (Holder.PERSON, "user/1")])
def test_buyer_holds_its_seat_as_it_comes(token_for, session, seat, principal_name):
    buyer = Principal(Role.BUYER, principal_name, frozenset([UUID(session["buyer_id"])]))

    code = matches.start(buyer, token_for("South", buyer), seat)

    room = read_room(Participant.objects.get(code=code).run.code).room
    assert room.buyer_holder is seat


def test_room_that_two_agents_play_has_the_rounds_of_the_session(token_for, buyer):
    code = matches.start(buyer, token_for("South"), Holder.AGENT)

    run = Participant.objects.get(code=code).run
    assert (run.max_rounds, read_room(run.code).room.buyer_holder) == (3, Holder.AGENT)


def test_room_with_a_person_for_the_seller_has_many_rounds(token_for, buyer):
    Seller.objects.filter(name="South").update(mind="human")

    code = matches.start(buyer, token_for("South"), Holder.AGENT)

    assert Participant.objects.get(code=code).run.max_rounds == 20


def test_agent_may_take_a_seat_that_the_session_gives_to_a_person(token_for, buyer):
    Session.objects.update(buyer_mind="human")

    code = matches.start(buyer, token_for("South"), Holder.AGENT)

    assert read_room(Participant.objects.get(code=code).run.code).room.buyer_holder is Holder.AGENT


@pytest.mark.parametrize(
    ("name", "seat"), [("key/1", Holder.PERSON), ("user/1", Holder.PROGRAM), ("link/1", Holder.PROGRAM)]
)
def test_party_cannot_seat_what_it_is_not(token_for, session, name, seat):
    buyer = Principal(Role.BUYER, name, frozenset([UUID(session["buyer_id"])]))
    token = token_for("South", buyer)

    with pytest.raises(InvalidRequest):
        matches.start(buyer, token, seat)

    assert MatchToken.objects.get(token_hash=hashed(token)).used_at is None


def test_first_message_is_said_in_the_thread(token_for, buyer):
    code = matches.start(buyer, token_for("South"), Holder.PROGRAM, "Can you do 500?")

    [message] = Message.objects.filter(participant__code=code)
    assert (message.party, message.voice, message.text) == (Party.BUYER, "program", "Can you do 500?")


def test_token_is_good_for_one_negotiation(token_for, buyer):
    token = token_for("South")
    matches.start(buyer, token, Holder.PROGRAM)

    with pytest.raises(AlreadyActive):
        matches.start(buyer, token, Holder.PROGRAM)

    assert NegotiationRun.objects.filter(is_bilateral=True).count() == 1


def test_token_of_somebody_else_is_not_there(token_for, session):
    token = token_for("South")
    colleague = Principal(Role.BUYER, "key/2", frozenset([UUID(session["buyer_id"])]))

    for stranger in (colleague, Principal(Role.OPERATOR, "user/1")):
        with pytest.raises(Refused, match="no such match"):
            matches.start(stranger, token, Holder.AGENT)

    assert MatchToken.objects.get(token_hash=hashed(token)).used_at is None


@pytest.mark.parametrize("role", [Role.SELLER, Role.WATCHER])
def test_sellers_and_watchers_start_nothing(role):
    with pytest.raises(NotAllowed):
        matches.start(Principal(role, "key/1"), "anything", Holder.AGENT)


def test_expired_token_is_not_there(token_for, buyer):
    token = token_for("South")
    MatchToken.objects.update(expires_at=timezone.now())

    with pytest.raises(Refused, match="its time is over"):
        matches.start(buyer, token, Holder.PROGRAM)

    assert not NegotiationRun.objects.filter(is_bilateral=True).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: SellerInventory.objects.filter(seller__name="South").update(quantity_reserved=71),
        lambda: Seller.objects.filter(name="South").update(is_active=False),
    ],
    ids=["sold meanwhile", "inactive by now"],
)
def test_seller_that_cannot_serve_any_more_leaves_the_token_unused(token_for, buyer, change):
    token = token_for("South")
    change()

    with pytest.raises(Refused) as refused:
        matches.start(buyer, token, Holder.PROGRAM)

    assert refused.value.code == "INSUFFICIENT_INVENTORY"
    assert MatchToken.objects.get(token_hash=hashed(token)).used_at is None
    assert not NegotiationRun.objects.filter(is_bilateral=True).exists()


def test_seller_that_is_talked_to_directly_is_not_listed_until_that_is_over(token_for, listed, buyer):
    code = matches.start(buyer, token_for("South"), Holder.PROGRAM)
    assert "South region" not in {match.region for match in listed()}

    services.cancel(Participant.objects.get(code=code).run.code)

    assert "South region" in {match.region for match in listed()}


def test_seller_of_the_items_own_room_may_be_talked_to_directly_too(token_for, buyer, session):
    code = matches.start(buyer, token_for("North"), Holder.PROGRAM)

    own = session["negotiation_rooms"][0]
    assert own["participating_sellers"][0]["seller_id"] == str(Participant.objects.get(code=code).seller_code)


def test_direct_room_draws_what_the_items_own_room_draws(token_for, buyer):
    code = matches.start(buyer, token_for("South"), Holder.PROGRAM)

    assert len(set(NegotiationRun.objects.values_list("seed", flat=True))) == 1
    assert Participant.objects.get(code=code).run.seed == 7


def test_expired_tokens_are_put_away_and_used_ones_stay(token_for, buyer):
    matches.start(buyer, token_for("South"), Holder.PROGRAM)
    MatchToken.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    assert matches.delete_expired() == 2

    assert MatchToken.objects.get().used_at is not None


def test_clone_of_a_session_invites_nobody_that_was_only_talked_to_directly(token_for, buyer):
    matches.start(buyer, token_for("South"), Holder.PROGRAM)

    clone = clone_session(Session.objects.get())

    assert [run.participants.get().name for run in clone.runs.all()] == ["North"]
