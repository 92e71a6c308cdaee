"""One caller of each role, as a program with a key and as a browser, around one room that is at work."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Role
from marketplace.parties import make_party_link
from tests import accounts
from tests.conftest import Api


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
