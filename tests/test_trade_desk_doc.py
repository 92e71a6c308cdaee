"""docs/trade-desk.md against the code: its calls, statuses, commands and codes are those that there are."""

import re
from pathlib import Path

from marketplace.api import STATUSES as CODES
from marketplace.api import api
from marketplace.term_weights import LEAST_PRICE_WEIGHT
from negotiation.core.vocabulary import Action, OfferStatus
from negotiation.desk_consumers import DESK_COMMANDS
from negotiation.desk_places import STATUSES
from negotiation.matches import ROUNDS_BY_HAND

DOCUMENT = (Path(__file__).parent.parent / "docs" / "trade-desk.md").read_text("utf-8")
PREFIXES = ("/api/v1/trade-desk", "/api/v1/approvals")


def section(heading):
    return DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_call_of_the_desk_is_told_and_no_other():
    told = set(re.findall(r"^\| `(GET|POST) (\S+)`", section("Calls") + section("Approvals"), re.MULTILINE))
    paths = api.get_openapi_schema()["paths"]
    calls = {(method.upper(), path) for path, each in paths.items() for method in each if path.startswith(PREFIXES)}

    known = {
        (method, re.sub(r"\{\w+\}", "{id}", path).removeprefix("/api/v1/trade-desk"))
        for method, path in calls
        if not re.search("/(trades|matches)|/start$", path)
    }
    assert told == known


def test_statuses_and_states_are_told():
    text = section("What a side may do")

    assert {status for status in (*STATUSES, *OfferStatus, *Action) if f"`{status}`" not in text} == set()


def test_numbers_that_the_code_has_are_told():
    assert f"with {ROUNDS_BY_HAND} rounds where a person or program sits" in DOCUMENT
    assert f"the price's is at least {LEAST_PRICE_WEIGHT}" in DOCUMENT


def test_commands_of_the_socket_are_told():
    assert {command for command in DESK_COMMANDS if f"`{command}`" not in section("Live")} == set()


def test_errors_are_told_with_their_statuses():
    rows = re.findall(r"^\| ([\d, ]+) \| (.*) \|$", section("Errors"), re.MULTILINE)

    told = {code: statuses for statuses, text in rows for code in re.findall(r"`([A-Z_]{6,})`", text)}
    assert {code for code, statuses in told.items() if str(CODES[code]) not in statuses} == set()
    assert set(told) >= {code for code, status in CODES.items() if status == 409} - {"NEGOTIATION_ALREADY_ACTIVE"}
