"""People and programs at the table of a running server, over HTTP and websocket, with an end of the server between."""

import json
import signal
from contextlib import ExitStack
from uuid import UUID

import httpx
import pytest
from websockets.sync.client import connect

from tests import bodies
from tests.chaos.installation import Installation, until

pytestmark = pytest.mark.slow

SECONDS = 60
ENDS = ("deal", "no_deal")


CLIENTS = ExitStack()  # closed with the installation


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    installation.start_what_is_not_running()
    with CLIENTS:
        yield installation
    installation.close()


class Caller:
    """Somebody at one side of one thread, over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        found = self._answer(client.get("/api/v1/trade-desk/negotiations"))["negotiations"]
        self.threads = [thread["negotiation_id"] for thread in found]

    def see(self, number: int = 0):
        return self._answer(self.client.get(self._place(number)))

    def do(self, act: str, number: int = 0, **body: object):
        token = self.client.cookies.get("csrftoken")
        headers = {"X-CSRFToken": token} if token else {}
        return self._answer(self.client.post(f"{self._place(number)}/{act}", json=body, headers=headers))

    def wait_for_turn(self, number: int = 0):
        """The thread when it is the caller's turn, or over."""
        seen = {}

        def is_asked() -> bool:
            seen.update(self.see(number))
            return seen["waiting"] is not None or seen["status"] in ENDS

        until(is_asked, SECONDS)
        return seen

    def _place(self, number: int) -> str:
        return f"/api/v1/trade-desk/negotiations/{self.threads[number]}"

    def _answer(self, response: httpx.Response):
        assert response.is_success, response.text
        return response.json()


def base_of(installation):
    return f"http://127.0.0.1:{installation.ports[0]}"


def party_with(installation, table, **columns):
    where = " AND ".join(f"{name} = '{value}'" for name, value in columns.items())
    return str(UUID(installation.rows(f"SELECT code FROM {table} WHERE {where}")[0][0]))  # noqa: S608


def browser_of(installation, role, party):
    """Somebody who opened a link."""
    base = base_of(installation)
    link = installation.manage("make_party_link", role, party, "--base-url", base).splitlines()[-1]
    client = CLIENTS.enter_context(httpx.Client(base_url=base, timeout=SECONDS))
    client.get(link)
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    assert client.post(link, data=form, headers={"Referer": link}).status_code == 302
    return client


def program_of(installation, role, party):
    key = installation.manage("create_api_key", "--name", "p", "--role", role, "--party", party).split()[-1]
    client = httpx.Client(base_url=base_of(installation), timeout=SECONDS, headers={"X-API-Key": key})
    return CLIENTS.enter_context(client)


def socket_of(installation, caller):
    cookies = "; ".join(f"{name}={value}" for name, value in caller.client.cookies.items())
    address = f"{base_of(installation).replace('http', 'ws')}/ws/trade-desk/{caller.threads[0]}/"
    return connect(address, origin=base_of(installation), additional_headers={"Cookie": cookies})


def read_to(socket, kind):
    while (frame := json.loads(socket.recv(SECONDS)))["type"] != kind:
        pass
    return frame


def numbers_of(installation, room):
    rows = installation.rows(
        "SELECT seq FROM negotiation_runevent JOIN negotiation_negotiationrun run ON run.id = run_id"  # noqa: S608
        f" WHERE run.code = '{UUID(room).hex}' ORDER BY seq"
    )
    return [seq for (seq,) in rows]


def test_person_plays_a_sellers_seat_though_the_server_is_killed(installation):
    acme, bolt = bodies.two_sellers()
    (room,) = installation.open_rooms(1, sellers=[{**acme, "mind": "human"}, bolt], max_rounds=4)
    person = Caller(browser_of(installation, "seller", party_with(installation, "marketplace_seller", name="Acme")))
    person.wait_for_turn()

    with socket_of(installation, person) as socket:
        assert read_to(socket, "connected")["room_id"] == room
        socket.send(json.dumps({"type": "message", "message": "I can do 640 for 50."}))
        card = read_to(socket, "ack")["proposed_offer"]
        socket.send(json.dumps({"type": "offer", "price": card["price"], "quantity": card["quantity"]}))
        read_to(socket, "ack")
    person.wait_for_turn()
    waits = [("waiting",)]  # the other seller has answered too
    until(lambda: installation.rows("SELECT status FROM negotiation_negotiationrun") == waits, SECONDS)
    asked = person.see()
    assert installation.webs[0].end(signal.SIGKILL) == -signal.SIGKILL
    installation.start_what_is_not_running()

    assert person.see() == asked
    price = card["price"]
    while (thread := person.wait_for_turn())["status"] not in ENDS:
        bid = thread["live_offer"]
        price = round(price * 0.95, 2)
        if bid["price"] >= price:
            person.do("accept", offer_id=bid["offer_id"])
        else:
            person.do("offer", price=price, quantity=50, message="Our next offer.")
    until(lambda: installation.open_count() == 0, SECONDS)
    ended, numbers = person.see(), numbers_of(installation, room)
    assert numbers == list(range(1, len(numbers) + 1))
    assert {offer["made_by"] for offer in ended["offers"] if offer["party"] == "seller"} == {"person"}
    assert ended["outcome"]["result"] == ended["status"]
    assert ended["max_rounds"] >= ended["round"] > 1


def test_program_plays_the_buyers_seat_and_a_person_approves(installation):
    buyer = bodies.buyer(bodies.item(max_price_per_unit=700), mind="external")
    (room,) = installation.open_rooms(1, buyer=buyer, approve_above=1000)
    program = Caller(program_of(installation, "buyer", party_with(installation, "marketplace_buyer", name="TechCorp")))
    assert len(program.threads) == 2

    for number in range(2):
        program.wait_for_turn(number)
        program.do("offer", number, price=480, quantity=50)
    answers = [program.wait_for_turn(number) for number in range(2)]
    best = min(range(2), key=lambda number: answers[number]["live_offer"]["price"])
    asked = program.do("accept", best, offer_id=answers[best]["live_offer"]["offer_id"])

    assert asked["outcome"] is None
    _, inbox = installation.ask("GET", "/approvals?status=pending")
    (approval,) = inbox["approvals"]
    assert approval["negotiation_id"] == program.threads[best]
    refused = program.client.post(f"/api/v1/approvals/{approval['approval_id']}/decide", json={"decision": "approve"})
    assert refused.status_code == 403
    status, decided = installation.ask("POST", f"/approvals/{approval['approval_id']}/decide", {"decision": "approve"})
    assert (status, decided["state"]) == (200, "approved")
    deal, lost = program.see(best), program.see(1 - best)
    assert (deal["status"], lost["status"]) == ("deal", "no_deal")
    assert deal["outcome"]["price"] == approval["price"]
    assert deal["trade_number"] is not None
    assert deal["room_id"] == room
