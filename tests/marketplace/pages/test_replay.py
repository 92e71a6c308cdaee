import html
import json
import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from negotiation.branching import Changes, SeatChange, branch
from negotiation.models import NegotiationRun, Outcome
from tests import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def what_if(played, play):
    """Played from round 1 on with a brisk buyer."""
    run = branch(UUID(played), 1, Changes(buyer=SeatChange(temperament="brisk")))
    play(str(run.code))
    return NegotiationRun.objects.get(pk=run.pk)


def page(client, name, code):
    response = client.get(reverse(name, args=[code]))
    assert response.status_code == 200, response
    return response.content.decode()


def test_replay_of_a_room_is_for_whoever_may_see_the_room(staff, played):
    assert "data-slider" in page(staff, "replay", played)
    assert staff.get(reverse("replay", args=[uuid4()])).status_code == 404


def test_replay_offers_what_ifs_with_the_values_of_today(staff, played):
    found = page(staff, "replay", played)

    assert 'value="603.57"' in found
    assert found.count("data-seller=") >= 2


def test_what_if_says_on_its_page_what_it_is(staff, played, what_if):
    found = page(staff, "room", what_if.code)

    assert "brisk buyer" in found
    assert reverse("room", args=[played]) in found
    assert reverse("compare", args=[played]) in found


def test_room_that_really_was_says_nothing_of_what_ifs(staff, played):
    assert "what-if-line" not in page(staff, "room", played)


def test_comparison_shows_how_each_ended(staff, played, what_if):
    found = html.unescape(page(staff, "compare", played))

    for run in (NegotiationRun.objects.get(code=played), what_if):
        assert f"${Outcome.objects.get(run=run).unit_price:,.2f}" in found
    assert "brisk buyer" in found


def test_chart_of_a_comparison_has_a_line_for_each_room(staff, played, what_if):
    found = page(staff, "compare", played)

    lines = json.loads(html.unescape(re.search(r'data-lines="([^"]*)"', found)[1]))
    assert [(line["name"], line["after"]) for line in lines] == [("Original", 0), ("What if 1", 1)]
    assert lines[0]["points"][0] == lines[1]["points"][0]


def test_comparison_of_a_what_if_is_that_of_its_origin(staff, played, what_if):
    response = staff.get(reverse("compare", args=[what_if.code]))

    assert (response.status_code, response["Location"]) == (302, reverse("compare", args=[played]))


def test_comparison_without_what_ifs_says_how_to_make_one(staff, played):
    assert "No what-if yet" in page(staff, "compare", played)


def test_comparison_takes_as_many_queries_for_many_what_ifs(staff, played, what_if, django_assert_max_num_queries):
    for _ in range(3):
        branch(UUID(played), 1, Changes(), is_queued=False)

    with django_assert_max_num_queries(16):
        page(staff, "compare", played)


def test_what_if_is_not_among_the_sessions_of_the_first_page(staff, what_if):
    found = staff.get(reverse("home")).content.decode()

    assert what_if.session.get_absolute_url() not in found
