import re
import sys
from inspect import getsource
from pathlib import Path
from typing import get_args

import pytest

from marketplace.api import STATUSES
from marketplace.envelope import PLAIN_CODES
from marketplace.errors import MarketplaceError
from negotiation import frames
from negotiation.codec import EVENT_TYPES
from negotiation.core.errors import IllegalMove
from negotiation.core.events import Event
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NegotiationError

ROOT = Path(__file__).resolve().parent.parent

# Version 1 of the wire contract, which programs of others rely on.
CONTRACT_CODES = {
    400: {"VALIDATION_ERROR", "MAX_SELLERS_EXCEEDED", "LLM_PROVIDER_DISABLED"},
    401: {"AUTHENTICATION_REQUIRED"},
    403: {"FORBIDDEN"},
    404: {"SESSION_NOT_FOUND", "ROOM_NOT_FOUND", "LOG_NOT_FOUND", "NOT_FOUND"},
    405: {"METHOD_NOT_ALLOWED"},
    409: {
        *("NEGOTIATION_ALREADY_ACTIVE", "NEGOTIATION_NOT_ACTIVE", "ALREADY_DECIDED", "NOT_YOUR_TURN"),
        "OFFER_NOT_LIVE",
    },
    413: {"PAYLOAD_TOO_LARGE"},
    422: {"INSUFFICIENT_INVENTORY", "OUTSIDE_MANDATE"},
    429: {"RATE_LIMITED"},
    500: {"INTERNAL_ERROR"},
    502: {"LLM_BAD_RESPONSE"},
    503: {"LLM_TIMEOUT", "LLM_PROVIDER_UNAVAILABLE"},
}
CONTRACT_EVENTS = {
    *("round_start", "buyer_message", "seller_response", "offer_updated", "decision", "status_changed", "error"),
    "negotiation_complete",
}
CONTRACT_STATUSES = {
    *("pending", "queued", "active", "waiting", "paused", "completed", "expired", "cancelled", "failed"),
    "no_sellers_available",
}
ROOTS = (NegotiationError, MarketplaceError, IllegalMove)


def kinds_of(root):
    """The errors below a root."""
    return {kind for child in root.__subclasses__() for kind in {child, *kinds_of(child)}}


def codes_in_use():
    declared = {kind.code for root in ROOTS for kind in kinds_of(root) if "code" in vars(kind)}
    sources = [
        path.read_text("utf-8") for name in ("marketplace", "negotiation") for path in (ROOT / name).rglob("*.py")
    ]
    plain = re.compile(r'(?:Refused\(|error_response\(\d+, )"([A-Z_]+)"')
    return declared | {code for source in sources for code in plain.findall(source)}


def frame_types():
    return set(re.findall(r'"type": "(\w+)"', getsource(frames))) | {frames.LAST_FRAME}


@pytest.mark.parametrize(("status", "codes"), CONTRACT_CODES.items())
def test_codes_of_the_contract_have_its_statuses(status, codes):
    assert {code: STATUSES.get(code) for code in codes} == dict.fromkeys(codes, status)


def test_every_error_that_can_be_raised_has_a_status():
    assert codes_in_use() <= set(STATUSES)


@pytest.mark.parametrize("root", ROOTS)
def test_errors_do_not_share_a_code(root):
    codes = [kind.code for kind in kinds_of(root) if "code" in vars(kind)]

    assert len(codes) == len(set(codes))


def test_plain_refusals_have_the_status_of_their_code():
    assert {status: STATUSES[code] for status, (code, _) in PLAIN_CODES.items()} == {s: s for s in PLAIN_CODES}


@pytest.mark.parametrize("root", ROOTS)
def test_tree_of_errors_in_the_docstring_is_the_tree(root):
    told = re.findall(r"^ {4,8}(\w+)", sys.modules[root.__module__].__doc__, re.MULTILINE)

    assert set(told) == {kind.__name__ for kind in kinds_of(root) if kind.__module__ == root.__module__}


def test_codec_knows_every_kind_of_event():
    assert set(EVENT_TYPES.values()) == set(get_args(Event))
    assert set(EVENT_TYPES) == {kind.__name__ for kind in get_args(Event)}


def test_frames_are_those_of_the_contract():
    assert frame_types() == CONTRACT_EVENTS | {"connected"}


def test_room_statuses_are_those_of_the_contract():
    assert set(RoomStatus) == CONTRACT_STATUSES


def test_page_knows_every_frame():
    script = "".join(path.read_text("utf-8") for path in (ROOT / "static" / "js").glob("*.js"))

    assert {kind for kind in CONTRACT_EVENTS if kind not in script} == set()
