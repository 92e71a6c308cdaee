import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from marketplace.management.commands.negotiate import read_request
from marketplace.services import create_session
from negotiation.asking import Minds
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind
from negotiation.models import NegotiationRun
from negotiation.rosters import roster_of

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo.json"


def negotiate(*arguments: object) -> str:
    out = StringIO()
    call_command("negotiate", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def body():
    return json.loads(DEMO.read_text())


@pytest.fixture
def play_body(tmp_path):
    """Plays a body given as a value or as raw text."""

    def play(body: object, *arguments: str) -> str:
        file = tmp_path / "session.json"
        file.write_text(body if isinstance(body, str) else json.dumps(body))
        return negotiate(file, *arguments)

    return play


def test_demo_file_plays_to_a_table_that_fits_eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    printed = negotiate(DEMO)

    assert "Bought 3 of 4 items" in printed
    assert max(len(line) for line in printed.splitlines()) <= 80


def test_talk_says_who_speaks_to_whom_in_which_room_and_for_how_much(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")

    printed = negotiate(DEMO)

    assert "1 Dell S2722QC 2..  Buyer to Ironside Wholesale at 211.60: " in printed
    assert "1 Dell S2722QC 2..  Ironside Wholesale to buyer at 468.00: " in printed
    assert "2 Sony WH-1000XM..  Round 2 of 10. Best standing offer: 439.00 from Northgate Direct." in printed


def test_item_that_nobody_can_serve_is_skipped_with_its_reason():
    printed = negotiate(DEMO)

    assert "4 ROCKPOINT Argu..  Skipped. No seller's prices meet what the buyer may pay." in printed


def test_talk_in_a_file_has_no_colours():
    assert "\x1b" not in negotiate(DEMO)


def test_talk_and_document_hold_no_private_number(body, tmp_path):
    stocks = [stock for seller in body["sellers"] for stock in seller["inventory"]]
    for stock in stocks:
        stock["cost_price"] -= 0.63
    file = tmp_path / "session.json"
    file.write_text(json.dumps(body))

    said = negotiate(file) + negotiate(file, "--json")

    assert [stock["cost_price"] for stock in stocks if f"{stock['cost_price']:.2f}" in said] == []


def test_json_is_one_document_with_outcome_offers_and_messages_of_each_room():
    document = json.loads(negotiate(DEMO, "--json"))

    first, *_ = document["rooms"]
    assert first["outcome"]["result"] == "deal"
    assert first["outcome"]["total_cost"] == pytest.approx(24 * first["outcome"]["price_per_unit"])
    assert first["offers_over_time"][0] == {
        "round": 1,
        "by": "buyer",
        "seller_id": "seller_1",
        "seller_name": "Ironside Wholesale",
        "action": "offer",
        "price_per_unit": 211.6,
        "quantity": 24,
        "claim_best": None,
    }
    assert first["messages"][0]["sender_name"] == "Lighthouse Coworking"
    assert document["skipped_items"][0]["reason"] == "price_mismatch"


def test_same_seed_plays_the_same_and_another_seed_does_not():
    once, again, other = (negotiate(DEMO, "--json", "--seed", seed) for seed in (1, 1, 2))

    assert once == again
    assert once != other


@pytest.mark.django_db
def test_terminal_plays_a_room_as_the_marketplace_does():
    session = create_session(read_request(DEMO))
    setup = roster_of(NegotiationRun.objects.with_setup().filter(session=session)[0]).setup

    played = asyncio.run(_ending_of(setup))
    told = json.loads(negotiate(DEMO, "--json"))["rooms"][0]["outcome"]

    assert told["price_per_unit"] == float(played.terms.unit_price)
    assert told["seller_name"] == setup.seat(played.seller_id).name


async def _ending_of(setup):
    journal, mind = MemoryJournal(setup), StrategyMind()
    minds = Minds(mind, {seat.seller_id: mind for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return journal.events[-1]


def test_file_that_is_not_there_is_said_to_be(tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*none.json: No such file") as refused:
        negotiate(tmp_path / "none.json")

    assert refused.value.returncode == 2


@pytest.mark.parametrize("text", ["", "{", "[1,]", '{"seed": NaN}', "[" * 100_000])
def test_file_that_is_not_json_is_refused(play_body, text):
    with pytest.raises(CommandError, match="is not JSON") as refused:
        play_body(text)

    assert refused.value.returncode == 2


def test_file_that_is_not_text_is_refused(tmp_path):
    file = tmp_path / "session.json"
    file.write_bytes(b"\xff\xfe\xff")

    with pytest.raises(CommandError, match="is not JSON"):
        negotiate(file)


def test_each_wrong_field_is_named_by_its_path(play_body, body):
    body["buyer"]["shopping_list"][0]["max_price_per_unit"] = 1
    body["sellers"][1]["name"] = ""

    with pytest.raises(CommandError) as refused:
        play_body(body)

    assert "buyer.shopping_list[0].max_price_per_unit: " in str(refused.value)
    assert "sellers[1].name: " in str(refused.value)
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sellers": []}, "sellers: at least one is needed"),
        ({"use_standing_sellers": True}, "standing_sellers: are in the database"),
    ],
)
def test_body_that_needs_the_database_is_refused(play_body, body, change, problem):
    with pytest.raises(CommandError, match=problem):
        play_body({**body, **change})


def test_more_sellers_than_a_session_takes_are_refused(play_body, body):
    with pytest.raises(CommandError, match="sellers: a session takes at most 10"):
        play_body({**body, "sellers": body["sellers"] * 3})


@pytest.mark.parametrize("body", ["5", "null", "[1]", '"text"'])
def test_body_that_is_no_object_is_refused(play_body, body):
    with pytest.raises(CommandError, match="body: Input should be"):
        play_body(body)


def test_body_without_a_buyer_is_refused(play_body):
    with pytest.raises(CommandError, match="buyer: Field required"):
        play_body("{}")


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", str(2**54)])
def test_seed_that_the_api_would_refuse_is_refused(seed):
    with pytest.raises(CommandError, match="is not a whole number from 0 to"):
        negotiate(DEMO, f"--seed={seed}")


def test_sellers_of_one_name_are_told_apart(play_body, body):
    body["sellers"][1]["name"] = body["sellers"][0]["name"]

    assert "Ironside Wholesale (2) to buyer" in play_body(body)


def test_session_without_any_deal_says_so(play_body, body):
    for item in body["buyer"]["shopping_list"]:
        item["quantity_needed"] = 1_000_000

    assert "Bought none of 4 items." in play_body(body)


@pytest.mark.slow
def test_program_refuses_with_exit_code_2_on_the_error_stream():
    program = subprocess.run(_program("none.json"), capture_output=True, text=True, check=False)

    assert (program.returncode, program.stdout) == (2, "")
    assert "Cannot read none.json" in program.stderr


@pytest.fixture
def heeding_interrupts():
    """What a shell starts in the background ignores Ctrl-C, and so does every process that it starts in turn."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("heeding_interrupts")
def test_interrupt_at_a_terminal_ends_it_with_exit_code_130():
    reading, writing = pty.openpty()
    with subprocess.Popen(_program(DEMO), stdout=writing, stderr=subprocess.PIPE, text=True) as program:
        os.close(writing)
        with open(reading, errors="replace") as talk:
            next(line for line in talk if "Round 2" in line)
            program.send_signal(signal.SIGINT)
            _, errors = program.communicate()

    assert program.returncode == 130
    assert errors.split() == ["Stopped."]


def _program(file: object) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "negotiate", str(file)]
