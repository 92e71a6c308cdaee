"""Odd numbers and names, planted as everything private, reach nobody they are hidden from, by whatever way."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from marketplace.api import api
from negotiation.models import Participant
from negotiation.store import read_room
from negotiation.trade_models import Trade
from tests import bodies
from tests.conftest import Api
from tests.negotiation.test_consumers import read_to, socket
from tests.negotiation.test_desk_consumers import desk_socket
from tests.negotiation.test_sse import get as get_stream
from tests.security.callers import browsers, programs  # noqa: F401  # fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BUYER = bodies.BUYER_SECRETS
ACME = bodies.ACME_SECRETS
BOLT = (*bodies.BOLT_SECRETS, "640.91")
FLOORS_AND_COSTS = (*ACME, *bodies.BOLT_SECRETS)
EVERYTHING = (*BUYER, *ACME, *BOLT, "Acme", "Bolt", "Harbour")
HIDDEN_FROM = {
    "nobody": EVERYTHING,
    "watcher": (*BUYER, *ACME, *BOLT),
    "seller": (*BUYER, *BOLT, "Bolt"),
    "other seller": (*BUYER, *ACME, *BOLT, "Bolt", "Harbour"),
    "buyer": FLOORS_AND_COSTS,
    "other buyer": (*BUYER, *ACME, *BOLT, "Bolt", "Harbour"),
}
# Of what there is none in these rooms.
KNOWN_IDS = {**dict.fromkeys(("approval_id", "target_id", "arena_id"), str(UUID(int=0))), "seq": "1"}
DESK_MOVES = {
    "offer": {"price": 1, "quantity": 50},
    "accept": {},
    "reject": {"counter_offer": {"price": 9999, "quantity": 50}},
    "withdraw": {},
    "messages": {"message": "Hello"},
    "seat": {"holder": "program"},
    "auto-accept": {"enabled": True},
    "ai-suggest": {},
}
REFUSED = ({"decision_type": "deal"}, {"decision_type": "deal", "final_price_per_unit": 1}, {"decision_type": "x"})


@pytest.fixture
def session(open_session: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    acme, bolt = bodies.two_sellers()
    bolt["inventory"][0]["selling_price"] = 640.91
    # Else the best offer, which may be an asking price, is told to the other seller on purpose.
    return open_session(
        buyer=bodies.buyer(name="Harbour"), sellers=[acme, bolt], disclose_best_offer=False, **bodies.LIMIT_IS_KEPT
    )


@pytest.fixture
def other_session(open_session: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    stock = bodies.stock(cost_price=10, least_price=20, selling_price=30)
    item = bodies.item(min_price_per_unit=5, max_price_per_unit=40)
    return open_session(buyer=bodies.buyer(item, name="Elsewhere"), sellers=[bodies.seller("Acme", stock)])


def over_http(caller: Api, session: dict[str, Any], room_id: str) -> str:
    """Every address of the API that can be read, with each disguise one may ask for."""
    places = [path for path, calls in api.get_openapi_schema()["paths"].items() if "get" in calls]
    number = "".join(Trade.objects.filter(outcome__run__code=room_id).values_list("number", flat=True)) or "none"
    ids = {**KNOWN_IDS, "session_id": session["session_id"], "room_id": room_id, "number": number}
    threads = [str(code) for code in Participant.objects.filter(run__code=room_id).values_list("code", flat=True)]
    shown = [place.format(**ids, negotiation_id=thread) for place in places for thread in threads]
    eyes = [f"?agent_type=seller&agent_id={code}" for code in session["seller_ids"]] + ["?agent_type=buyer"]
    moves = range(1, read_room(UUID(room_id)).last_seq + 1)
    shown += [f"/api/v1/negotiation/{room_id}/why/{seq}" for seq in moves]
    disguised = [f"/api/v1/negotiation/{room_id}/{part}{query}" for part in ("state", "beliefs") for query in eyes]
    disguised += [
        f"/api/v1/trade-desk/negotiations{place}?party={party}"
        for party in ("buyer", "seller")
        for place in ("", *(f"/{thread}{part}" for thread in threads for part in ("", "/messages")))
    ]
    shown.append(f"/api/v1/trade-desk/matches?session_id={session['session_id']}&item_id=laptop_hp_15")
    return "\n".join(caller.get(place.removeprefix("/api/v1")).content.decode() for place in shown + disguised)


def as_errors(caller: Api, session: dict[str, Any], room_id: str) -> str:
    answers = [caller.post(f"/negotiation/{room_id}/decide", body) for body in REFUSED]
    answers += [
        caller.post(f"/negotiation/{room_id}/message", {"message": ""}),
        caller.post("/simulation/initialize", {}),
    ]
    return "\n".join(answer.content.decode() for answer in answers)


def in_threads(caller: Api, session: dict[str, Any], room_id: str) -> str:
    """What moves are answered with, taken or refused, in the room's own threads and again when the seat is taken."""
    answers = [
        caller.post(f"/trade-desk/negotiations/{thread}/{act}", {**body, **side})
        for thread in Participant.objects.filter(run__code=room_id).values_list("code", flat=True)
        for act, body in (*DESK_MOVES.items(), *DESK_MOVES.items())
        for side in ({}, {"party": "buyer"}, {"party": "seller"})
    ]
    return "\n".join(answer.content.decode() for answer in answers)


def over_desk_sockets(caller: Api, session: dict[str, Any], room_id: str) -> str:
    threads = [str(code) for code in Participant.objects.filter(run__code=room_id).values_list("code", flat=True)]

    async def listen(thread: str, party: str) -> str:
        communicator = desk_socket(thread, caller.key, party=party)
        await communicator.connect(timeout=20)
        for kind in ("offer", "accept"):
            await communicator.send_json_to({"type": kind, **DESK_MOVES[kind]})
        told = []
        while (message := await communicator.receive_output(timeout=20))["type"] != "websocket.close":
            told.append(message["text"])
        return "\n".join(told)

    return "\n".join(async_to_sync(listen)(thread, party) for thread in threads for party in ("", "buyer", "seller"))


def over_sse(caller: Api, session: dict[str, Any], room_id: str) -> str:
    return str(async_to_sync(get_stream)(room_id, caller.key)[2])


def over_websocket(caller: Api, session: dict[str, Any], room_id: str) -> str:
    """With each disguise, too."""

    async def listen(eyes: str) -> str:
        communicator = socket(room_id, caller.key, f"&as={eyes}")
        await communicator.connect(timeout=20)
        first = await communicator.receive_output(timeout=20)
        if first["type"] == "websocket.close":
            return str(first)
        frames = await read_to(communicator, "negotiation_complete")
        return "\n".join([first["text"], *(json.dumps(frame, ensure_ascii=False) for frame in frames)])

    disguises = ("", "buyer", *(f"seller:{code}" for code in session["seller_ids"]))
    return "\n".join(async_to_sync(listen)(eyes) for eyes in disguises)


# A new way out of the system is one more line.
WAYS = {
    "http": over_http,
    "errors": as_errors,
    "sse": over_sse,
    "websocket": over_websocket,
    "threads": in_threads,
    "thread sockets": over_desk_sockets,
}


def on_pages(browser: Client, session: dict[str, Any], room_id: str) -> str:
    on_session = [reverse(name, args=[session["session_id"]]) for name in ("floor", "sheet", "sheet_csv", "delete")]
    anybodys = [reverse(name) for name in ("home", "trades", "trades_csv", "new_session", "admin:index")]
    pages = [*anybodys, reverse("room", args=[room_id]), *on_session]
    return "\n".join(browser.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("way", WAYS)
def test_no_answer_holds_what_is_hidden_from_its_caller(way, programs, session, played):  # noqa: F811
    told = {role: WAYS[way](programs[role], session, played) for role in HIDDEN_FROM}

    assert {role: _found(told[role], HIDDEN_FROM[role]) for role in told} == {role: [] for role in told}
    assert told["seller"] != told["buyer"]


@pytest.mark.parametrize("role", ["seller", "buyer"])
def test_no_move_in_a_room_at_work_is_answered_with_what_is_hidden(role, programs, session, midway):  # noqa: F811
    told = in_threads(programs[role], session, midway)

    assert _found(told, HIDDEN_FROM[role]) == []
    assert "your_limits" in told


def test_no_page_holds_what_is_hidden_from_its_viewer(browsers, session, played):  # noqa: F811
    told = {role: on_pages(browsers[role], session, played) for role in HIDDEN_FROM if role in browsers}

    assert {role: _found(told[role], HIDDEN_FROM[role]) for role in told} == {role: [] for role in told}


def test_canaries_are_there_for_those_who_may_see_them(programs, browsers, session, played):  # noqa: F811
    told = over_http(programs["operator"], session, played) + on_pages(browsers["operator"], session, played)

    assert set(_found(told, (*BUYER, "Acme", "Bolt", "Harbour"))) == {*BUYER, "Acme", "Bolt", "Harbour"}


def test_no_log_line_holds_a_private_number(caplog, operator, session, programs, browsers, started, play):  # noqa: F811
    with caplog.at_level(logging.DEBUG):
        play(started)
        for role, caller in programs.items():
            for way in (over_http, as_errors, over_sse, over_websocket):
                way(caller, session, started)
            if role in browsers:
                on_pages(browsers[role], session, started)

    lines = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert lines
    assert _found("\n".join(lines), (*BUYER, *ACME, *BOLT)) == []


@pytest.mark.parametrize("written", ["391.21", "391,21", "391.2", "39121", "$391.21.", '"391.21"'])
def test_canary_is_recognised_however_it_is_written(written):
    assert _found(f"it cost {written} each", ACME) == ["391.21"]


def _found(text: str, canaries: tuple[str, ...]) -> list[str]:
    """Also with a comma, without the point, and rounded to one place."""
    return [canary for canary in canaries if re.search(_pattern(canary), text)]


def _pattern(canary: str) -> str:
    if not canary[0].isdigit():
        return re.escape(canary)
    units, cents = canary.split(".")
    return rf"(?<![\w.-]){units}([.,]{cents[0]}{cents[1]}?|{cents})(?![\w-])"
