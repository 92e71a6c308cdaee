"""The programs in examples/ against a running server, as somebody else would start them."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests import bodies
from tests.chaos.installation import ROOT, Installation, until

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "seller_agent.py"
LONGEST_LINES = 30


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    installation.start_what_is_not_running()
    yield installation
    installation.close()


def test_example_is_short_enough_to_be_read():
    assert len(EXAMPLE.read_text().splitlines()) <= LONGEST_LINES


def test_example_plays_a_sellers_seat_to_the_end(installation, tmp_path):
    acme, bolt = bodies.two_sellers()
    (room,) = installation.open_rooms(1, sellers=[{**acme, "mind": "external"}, bolt])
    _, session = installation.ask("GET", "/trade-desk/negotiations")
    code = next(t["negotiation_id"] for t in session["negotiations"] if t["holders"]["seller"] == "program")
    key = installation.manage("create_api_key", "--name", "acme", "--role", "seller", "--party", party_of(installation))

    with played(tmp_path / "said", key.split()[-1], installation.ports[0]):
        until(lambda: installation.open_count() == 0)

    _, thread = installation.ask("GET", f"/trade-desk/negotiations/{code}")
    own = [offer for offer in thread["offers"] if offer["party"] == "seller"]
    assert {offer["made_by"] for offer in own} == {"program"}
    assert [offer["price"] for offer in own] == sorted((offer["price"] for offer in own), reverse=True) != []
    assert min(offer["price"] for offer in own) >= 452.33
    assert set(re.findall(r" (\d{3})$", (tmp_path / "said").read_text(), re.MULTILINE)) == {"200"}
    assert thread["room_id"] == room


def party_of(installation):
    """The seller whose seat a program holds."""
    rows = installation.rows("SELECT seller_code FROM negotiation_participant WHERE mind = 'external'")
    return str(rows[0][0])


@contextmanager
def played(said, key, port):
    """The example at work; it never ends by itself."""
    environment = os.environ | {"PARLEY_URL": f"http://127.0.0.1:{port}", "PARLEY_KEY": key}
    with said.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, str(EXAMPLE)], env=environment, stdout=told, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
