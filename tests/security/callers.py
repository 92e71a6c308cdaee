"""One caller of each role, as a program with a key and as a browser, around one room that is at work."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Role
from marketplace.parties import make_party_link
from negotiation.core.events import Offered
from negotiation.core.vocabulary import ApprovalKind
from negotiation.models import Approval, Participant
from negotiation.notification_models import Side
from negotiation.spectators import NewLink, make_spectator_link
from negotiation.store import read_history
from tests import accounts
from tests.arenas import an_arena
from tests.conftest import Api
from tests.told import a_target
from tests.trading import trade_beside


@pytest.fixture
def programs(
    anonymous: Api,
    watcher: Api,
    acme: Api,
    buyer: Api,
    outsiders: dict[str, Api],
    operator: Api,
    api_for: Callable[..., Api],
) -> dict[str, Api]:
    return {
        "nobody": anonymous,
        "watcher": watcher,
        "seller": acme,
        "other seller": outsiders["seller"],
        "buyer": buyer,
        "other buyer": outsiders["buyer"],
        "auditor": api_for(Role.AUDITOR),
        "operator": operator,
    }


@pytest.fixture
def browsers(session: dict[str, Any], seller_ids: dict[str, str], other_session: dict[str, Any]) -> dict[str, Client]:
    auditor, operator = Client(), Client()
    auditor.force_login(accounts.auditor())
    operator.force_login(accounts.operator())
    return {
        "nobody": Client(),
        "seller": visitor(Role.SELLER, seller_ids["Acme"]),
        "other seller": visitor(Role.SELLER, other_session["seller_ids"][0]),
        "buyer": visitor(Role.BUYER, session["buyer_id"]),
        "other buyer": visitor(Role.BUYER, other_session["buyer_id"]),
        "auditor": auditor,
        "operator": operator,
    }


def visitor(role: Role, party: str) -> Client:
    """A browser that came in by a link."""
    _, token = make_party_link(role, UUID(party), "test")
    client = Client()
    assert client.post(reverse("enter", args=[token])).status_code == 302
    return client


def ids_around(session: dict[str, Any], room_id: str) -> dict[str, str]:
    """What routes name, around the room: its thread with Acme, an approval and a trade of that, and a target."""
    thread = Participant.objects.get(run__code=room_id, name="Acme")
    now = timezone.now()
    approval = Approval.objects.create(
        run=thread.run,
        participant=thread,
        number=1,
        offer_number=1,
        kind=ApprovalKind.ABOVE_THRESHOLD,
        unit_price=600,
        quantity=50,
        requested_at=now,
        expires_at=now + timedelta(hours=1),
    )
    return {
        "session_id": session["session_id"],
        "room_id": room_id,
        "negotiation_id": str(thread.code),
        "approval_id": str(approval.code),
        "number": trade_beside(thread).number,
        "target_id": str(a_target(Side.SELLER, str(thread.seller_code)).code),
        "arena_id": str(an_arena().code),
        "seq": first_offer_to(thread),
        "link_id": str(make_spectator_link(thread.run_id, NewLink(False, 1), "test")[0].pk),
    }


def first_offer_to(thread: Participant) -> str:
    """Its number in the room's log, 1 in a room that nothing was said in."""
    _, records = read_history(thread.run.code)
    seller_id = str(thread.seller_code)
    made = (r.seq for r in records if isinstance(r.event, Offered) and r.event.seller_id == seller_id)
    return str(next(made, 1))
