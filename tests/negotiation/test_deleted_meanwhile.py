"""Somebody deletes the session while a request about it is answered: before its first query, its second, and so on."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from marketplace.models import Session
from negotiation.models import NegotiationRun, Participant
from negotiation.trade_models import Trade
from tests import accounts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def names(open_session, operator, play):
    """Of a session with a deal, by the words that stand for them in addresses."""
    session = open_session()
    room = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    return {
        "session": session["session_id"],
        "room": room,
        "thread": Participant.objects.filter(run__code=room).first().code,
        "trade": Trade.objects.get().number,
        "run_pk": NegotiationRun.objects.get().pk,
        "session_pk": Session.objects.get().pk,
    }


@pytest.fixture
def staff(db):
    client = Client(raise_request_exception=False)
    client.force_login(accounts.operator("staff"))
    return client


def statuses(ask: Callable[[], int]) -> list[int]:
    """Of the answer, each time the session is deleted before another of its queries."""
    found, count = [], 1
    while True:
        deleting = DeleteBefore(count)
        undo = transaction.savepoint()
        with connection.execute_wrapper(deleting):
            found.append(ask())
        transaction.savepoint_rollback(undo)
        if deleting.left > 0:
            return found
        count += 1


class DeleteBefore:
    """Deletes all sessions before the query of that number."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith(NOT_COUNTED):
            self.left -= 1
            if self.left == 0:
                Session.objects.all().delete()
        return execute(sql, params, many, context)


@pytest.mark.parametrize(
    "address",
    [
        *(f"/negotiation/{{room}}/{part}" for part in ("state", "beliefs", "model-calls", "why/9", "branches")),
        *(
            "/negotiation/{room}/spectator-links",
            "/simulation/{session}",
            "/simulation/{session}/summary",
            "/simulation",
        ),
        *("/logs/{session}/{room}", "/analysis", "/approvals", "/trade-desk/trades", "/trade-desk/trades/{trade}"),
        *(
            "/trade-desk/negotiations",
            "/trade-desk/negotiations/{thread}",
            "/trade-desk/negotiations/{thread}/messages",
        ),
    ],
)
def test_program_reads_what_is_left_or_finds_nothing(operator, names, address):
    assert set(statuses(lambda: operator.get(address.format(**names)).status_code)) <= {200, 404}


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/sessions/", "/sessions/{session}/", "/sessions/{session}/sheet/", "/sessions/{session}/sheet.csv"),
        *("/rooms/{room}/", "/rooms/{room}/replay/", "/rooms/{room}/compare/", "/negotiations/{thread}/", "/waiting/"),
        *("/sessions/new/?from={session}", "/analysis/", "/analysis/rooms.csv", "/trades/", "/trades.csv"),
        *("/trades/{trade}/", "/admin/marketplace/session/", "/admin/negotiation/negotiationrun/"),
        *("/admin/marketplace/session/{session_pk}/change/", "/admin/negotiation/negotiationrun/{run_pk}/change/"),
    ],
)
def test_page_shows_what_is_left_or_that_there_is_nothing(staff, names, address):
    found = set(statuses(lambda: staff.get(address.format(**names)).status_code))

    assert found <= {200, 302, 404}  # the admin leads to its first page from what is not there


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/negotiation/{room}/decide", {}),
        ("/negotiation/{room}/cancel", None),
        ("/negotiation/{room}/message", {"message": "Good morning"}),
        ("/trade-desk/negotiations/{thread}/ai-suggest", {"party": "buyer"}),
        ("/trade-desk/negotiations/{thread}/auto-accept", {"party": "buyer", "enabled": True, "target_price": 300}),
        ("/trade-desk/negotiations/{thread}/offer", {"party": "seller", "price": 455, "quantity": 50}),
        ("/trade-desk/negotiations/{thread}/accept", {"party": "seller"}),
    ],
)
def test_program_changes_what_is_there_or_finds_nothing(operator, open_session, address, body):
    room = open_session()["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    names = {"room": room, "thread": Participant.objects.filter(run__code=room).first().code}

    found = set(statuses(lambda: operator.post(address.format(**names), body).status_code))

    assert found <= {200, 202, 404, 409}


@pytest.mark.parametrize("deed", ["clone", "start", "pause", "resume", "delete"])
def test_operator_in_a_browser_is_led_on_or_finds_nothing(staff, names, deed):
    found = set(statuses(lambda: staff.post(f"/sessions/{names['session']}/{deed}/").status_code))

    assert found <= {302, 404}
