import re

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Role
from tests import accounts, bodies
from tests.security.callers import visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def auditor():
    client = Client()
    client.force_login(accounts.auditor())
    return client


def content(client, room_id, eyes=""):
    page = client.get(reverse("room", args=[room_id]), {"as": eyes} if eyes else {})
    assert page.status_code == 200
    return page.content.decode().partition("<main")[2]


def of_the_room(text):
    """The page without the strip that names whose eyes there are, and without what it calls the eyes and itself."""
    text = re.sub(r'<div class="eyes">.*?</div>', "", text, flags=re.DOTALL)
    text = re.sub(r"\?as=[^\"]*|data-as=\"[^\"]*\"|data-borrowed=\"[^\"]*\"", "", text)
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("stage", ["room_id", "midway", "played"])
def test_page_with_a_partys_eyes_is_the_page_of_that_party(staff, session, seller_ids, stage, request):
    room = request.getfixturevalue(stage)
    parties = {
        "buyer": visitor(Role.BUYER, session["buyer_id"]),
        f"seller:{seller_ids['Acme']}": visitor(Role.SELLER, seller_ids["Acme"]),
    }

    for eyes, party in parties.items():
        assert of_the_room(content(staff, room, eyes)) == of_the_room(content(party, room))


def test_auditor_with_the_buyers_eyes_is_offered_nothing_that_changes(auditor, midway):
    page = content(auditor, midway, "buyer")

    assert "data-command" not in page
    assert "data-composer" not in page


def test_page_says_whose_eyes_they_are_and_leads_back(staff, midway, seller_ids):
    page = content(staff, midway, f"seller:{seller_ids['Acme']}")

    assert "You see what Acme sees." in page
    assert 'href="?as=xray"' in page
    assert f'data-socket="/ws/negotiation/{midway}/?as=seller%3A{seller_ids["Acme"]}"' in page
    assert "data-shares" not in page


def test_replay_is_looked_at_with_the_same_eyes(staff, played, seller_ids):
    eyes = f"?as=seller%3A{seller_ids['Acme']}"
    place = reverse("replay", args=[played])
    page = staff.get(f"{place}{eyes}").content.decode().partition("<main")[2]

    assert f'href="{place}{eyes}"' in content(staff, played, f"seller:{seller_ids['Acme']}")
    assert f'data-socket="/ws/negotiation/{played}/{eyes}"' in page
    assert 'data-viewer="seller"' in page
    assert not any(secret in page for secret in (*bodies.BUYER_SECRETS, *bodies.BOLT_SECRETS))


def test_xray_is_what_operators_see_unasked(staff, midway):
    assert content(staff, midway, "xray") == content(staff, midway)
    assert "data-shares" in content(staff, midway)


@pytest.mark.parametrize("eyes", ["nonsense", "seller:", f"seller:{bodies.NO_ID}"])
def test_eyes_of_nobody_in_the_room_are_not_found(staff, midway, eyes):
    assert staff.get(reverse("room", args=[midway]), {"as": eyes}).status_code == 404


def test_parties_see_with_their_own_eyes_whatever_they_ask_for(session, seller_ids, midway):
    parties = [visitor(Role.BUYER, session["buyer_id"]), visitor(Role.SELLER, seller_ids["Acme"])]

    for party in parties:
        own = content(party, midway)
        for eyes in ("xray", "buyer", f"seller:{seller_ids['Bolt']}", "nonsense"):
            assert content(party, midway, eyes) == own
        assert "data-eyes" not in own


def test_seller_that_is_looked_through_has_no_rival_on_the_page(staff, midway, seller_ids):
    page = "\n".join(of_the_room(content(staff, midway, f"seller:{seller_ids['Acme']}")))

    assert "Acme" not in page or "Bolt" not in page
    assert seller_ids["Bolt"] not in page
    assert not any(secret in page for secret in (*bodies.BUYER_SECRETS, *bodies.BOLT_SECRETS))
