import logging
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from marketplace.identity import hashed
from marketplace.logging_setup import hide_secrets
from marketplace.models import IdempotentReply, Role
from negotiation.core.visibility import SpectatorViewer
from negotiation.errors import RoomNotFound
from negotiation.models import NegotiationRun
from negotiation.spectator_models import SpectatorLink
from negotiation.spectators import (
    NewLink,
    eyes_of,
    link_with,
    links_of,
    make_spectator_link,
    onlooker_with,
    revoke_spectator_link,
)
from tests import bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(room_id):
    return NegotiationRun.objects.get(code=room_id)


def link_to(run, *, shows_talk=False):
    return make_spectator_link(run.pk, NewLink(shows_talk, 7), "test")


def revoke(link):
    revoke_spectator_link(link.run.code, link.pk)


def let_expire(link):
    SpectatorLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_link_leads_to_its_room_and_is_kept_as_a_hash(run):
    link, token = link_to(run)

    assert link_with(token).run == run
    assert link.token_hash == hashed(token)
    assert onlooker_with(token).role == Role.WATCHER


@pytest.mark.parametrize("end", [revoke, let_expire])
def test_link_that_has_ended_leads_nowhere(run, end):
    link, token = link_to(run)

    end(link)

    assert onlooker_with(token) is None
    assert list(links_of(run.code)) == []
    with pytest.raises(RoomNotFound) as ended:
        link_with(token)
    with pytest.raises(RoomNotFound) as unknown:
        link_with("guessed")
    assert str(ended.value) == str(unknown.value)


@pytest.mark.parametrize("shows_talk", [True, False])
def test_talk_is_for_a_link_that_shares_it_and_a_room_that_is_over(played, other_session, shows_talk):
    going_on = NegotiationRun.objects.get(code=other_session["negotiation_rooms"][0]["room_id"])
    over = NegotiationRun.objects.get(code=played)

    eyes = [eyes_of(link_with(link_to(run, shows_talk=shows_talk)[1])) for run in (going_on, over)]

    assert eyes == [SpectatorViewer(True, False), SpectatorViewer(True, shows_talk)]


def test_operator_makes_lists_and_takes_back_a_link(operator, room_id):
    place = f"/negotiation/{room_id}/spectator-links"

    made = operator.post(place, {"shows_talk": True, "days": 30})

    told = made.json()
    token = told["address"].rstrip("/").rpartition("/")[2]
    assert made.status_code == 201
    assert link_with(token).run.code == UUID(room_id)
    listed = operator.get(place).json()
    assert listed["links"] == [{name: value for name, value in told.items() if name != "address"}]
    assert operator.delete(f"{place}/{told['link_id']}").json() == {"revoked": True, "link_id": told["link_id"]}
    assert operator.get(place).json() == {"total": 0, "links": []}
    assert onlooker_with(token) is None
    assert operator.delete(f"{place}/{told['link_id']}").status_code == 404


def test_repeated_request_makes_no_second_link_and_its_token_is_kept_nowhere(operator, room_id):
    place = f"/negotiation/{room_id}/spectator-links"

    first, again = (operator.post(place, {}, Idempotency_Key="one") for _ in range(2))

    token = first.json()["address"].rstrip("/").rpartition("/")[2]
    assert again.json() == first.json() | {"address": None}
    assert SpectatorLink.objects.count() == 1
    assert token not in IdempotentReply.objects.get(key="one").body


def test_link_of_another_room_is_not_taken_back(operator, run, other_session):
    link, token = link_to(run)
    other = other_session["negotiation_rooms"][0]["room_id"]

    assert operator.delete(f"/negotiation/{other}/spectator-links/{link.pk}").status_code == 404
    assert onlooker_with(token) is not None


@pytest.mark.parametrize("days", [0, 2, 365, "soon", True])
def test_link_lasts_one_of_three_times(operator, room_id, days):
    assert operator.post(f"/negotiation/{room_id}/spectator-links", {"days": days}).status_code == 400


def test_only_operators_let_others_look_on_and_auditors_read_who_did(api_for, buyer, acme, watcher, anonymous, room_id):
    place = f"/negotiation/{room_id}/spectator-links"
    auditor = api_for(Role.AUDITOR)

    assert [one.post(place, {}).status_code for one in (buyer, acme, watcher, auditor)] == [403] * 4
    assert [one.get(place).status_code for one in (buyer, acme, watcher, auditor)] == [403, 403, 403, 200]
    assert anonymous.post(place, {}).status_code == 401
    assert SpectatorLink.objects.count() == 0


def test_room_that_is_not_there_has_no_links(operator, outsiders, room_id):
    assert operator.get(f"/negotiation/{bodies.NO_ID}/spectator-links").status_code == 404
    assert outsiders["buyer"].get(f"/negotiation/{room_id}/spectator-links").status_code == 404


def test_trail_says_who_let_others_look_on_and_not_by_what_token(operator, room_id, caplog):
    with caplog.at_level(logging.INFO, "audit"):
        made = operator.post(f"/negotiation/{room_id}/spectator-links", {}).json()
        operator.delete(f"/negotiation/{room_id}/spectator-links/{made['link_id']}")

    lines = [record.getMessage() for record in caplog.records if record.name == "audit"]
    assert [line.split(" ", 1)[1].split(" link=")[0] for line in lines] == [
        "made spectators' link",
        "revoked spectators' link",
    ]
    assert made["address"].rstrip("/").rpartition("/")[2] not in "\n".join(lines)


@pytest.mark.parametrize("path", ["/watch/TOKEN/", "/ws/watch/TOKEN/", "/api/v1/watch/TOKEN/stream"])
def test_log_lines_hide_the_token(path):
    assert "TOKEN" not in hide_secrets(f"Not Found: {path}")
