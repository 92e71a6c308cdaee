import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from negotiation.models import NegotiationRun
from negotiation.spectator_models import SpectatorLink
from negotiation.spectators import NewLink, make_spectator_link
from tests import accounts, bodies

pytestmark = pytest.mark.django_db

SECRETS = (*bodies.BUYER_SECRETS, *bodies.ACME_SECRETS, *bodies.BOLT_SECRETS)
NAMES = ("Acme", "Bolt", "TechCorp")
# As numbers of their own: the same digits also come up in the room's id and the link's token.
ASKING_PRICES = re.compile(r"(?<![\w-])6[45]0(?:\.0+)?(?![\w-])")


def token_to(room_id, *, shows_talk=False):
    run = NegotiationRun.objects.get(code=room_id)
    return make_spectator_link(run.pk, NewLink(shows_talk, 7), "test")[1]


def opened(token, client=None):
    return (client or Client()).get(reverse("watch", args=[token]))


@pytest.mark.parametrize("shows_talk", [True, False])
def test_page_of_a_room_that_goes_on_names_nobody_and_no_price(midway, shows_talk):
    page = opened(token_to(midway, shows_talk=shows_talk)).content.decode()

    assert "HP 15 Laptop" in page
    assert "2 sellers" in page
    assert [thing for thing in (*NAMES, *SECRETS) if thing in page] == []
    assert ASKING_PRICES.findall(page) == []


@pytest.mark.parametrize(("shows_talk", "names"), [(True, ["TechCorp"]), (False, [])])
def test_buyer_is_named_once_it_is_over_by_a_link_that_shares_the_talk(played, shows_talk, names):
    page = opened(token_to(played, shows_talk=shows_talk)).content.decode()

    assert [thing for thing in (*NAMES, *SECRETS) if thing in page] == names


def test_page_is_kept_by_nobody_listed_nowhere_and_told_to_no_other_site(midway):
    page = opened(token_to(midway))

    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert not page.cookies


def test_page_is_the_same_for_everybody(midway):
    operator = Client()
    operator.force_login(accounts.operator())
    token = token_to(midway)

    assert opened(token).content == opened(token, operator).content


def test_links_that_were_taken_back_have_expired_or_never_were_look_the_same(midway):
    revoked, expired = token_to(midway), token_to(midway)
    newest, oldest = SpectatorLink.objects.order_by("-id")
    SpectatorLink.objects.filter(pk=oldest.pk).update(revoked_at=timezone.now())
    SpectatorLink.objects.filter(pk=newest.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    pages = [opened(token) for token in (revoked, expired, "guessed")]

    assert [page.status_code for page in pages] == [404] * 3
    assert len({page.content for page in pages}) == 1
    assert {page["X-Robots-Tag"] for page in pages} == {"noindex, nofollow"}


def test_link_lets_nobody_in(midway):
    client = Client()

    opened(token_to(midway), client)

    assert client.get("/").status_code == 302
    assert client.get(f"/api/v1/negotiation/{midway}/state").status_code == 401
