from uuid import UUID, uuid4

import pytest

from marketplace.errors import NotAllowed
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.access import history_for, room_for, seen_as, steer, viewer_of
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.errors import RoomNotFound
from negotiation.store import read_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(room_id):
    return read_room(UUID(room_id))


@pytest.fixture
def principals(stored, seller_ids):
    return {
        "operator": Principal(Role.OPERATOR, "key/1"),
        "watcher": Principal(Role.WATCHER, "key/2"),
        "buyer": Principal(Role.BUYER, "key/3", frozenset({stored.roster.buyer_id})),
        "seller": Principal(Role.SELLER, "key/4", frozenset({UUID(seller_ids["Acme"])})),
    }


def test_each_role_sees_with_its_own_eyes(stored, principals, seller_ids):
    viewers = {name: viewer_of(principal, stored) for name, principal in principals.items()}

    assert viewers == {
        "operator": OperatorViewer(),
        "watcher": SpectatorViewer(),
        "buyer": BuyerViewer(),
        "seller": SellerViewer(seller_ids["Acme"]),
    }


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
@pytest.mark.parametrize("parties", [frozenset(), frozenset({uuid4()})])
def test_party_of_nothing_here_finds_no_room(stored, role, parties):
    with pytest.raises(RoomNotFound):
        viewer_of(Principal(role, "key/9", parties), stored)


def test_buyer_is_no_seller_of_its_room(stored, principals):
    with pytest.raises(RoomNotFound):
        viewer_of(Principal(Role.SELLER, "key/9", principals["buyer"].parties), stored)


def test_seller_that_was_left_out_of_a_room_finds_it_not(stored, other_session):
    with pytest.raises(RoomNotFound):
        viewer_of(Principal(Role.SELLER, "key/9", frozenset({UUID(other_session["seller_ids"][0])})), stored)


@pytest.mark.parametrize("name", ["operator", "buyer"])
def test_operator_and_buyer_steer(stored, principals, name):
    assert steer(principals[name], stored.roster.room_id) == stored


@pytest.mark.parametrize("name", ["seller", "watcher"])
def test_seller_and_watcher_only_look(stored, principals, name):
    with pytest.raises(NotAllowed):
        steer(principals[name], stored.roster.room_id)


def test_only_operators_borrow_eyes(stored, principals, seller_ids):
    bolt = seller_ids["Bolt"]

    seen = {name: seen_as(principal, stored, "seller", bolt) for name, principal in principals.items()}

    assert seen.pop("operator") == SellerViewer(bolt)
    assert seen == {name: viewer_of(principals[name], stored) for name in seen}


@pytest.mark.parametrize("read", [room_for, history_for, steer])
def test_unknown_room_is_not_found(principals, read):
    with pytest.raises(RoomNotFound):
        read(principals["operator"], uuid4())
