"""A server that dies over a request whose caller asks for one effect, and is asked again."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from tests import bodies
from tests.chaos import crashing, cut_answers
from tests.chaos.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@pytest.mark.parametrize("point", cut_answers.POINTS)
def test_session_that_was_cut_off_is_made_once_when_it_is_asked_for_again(embedded: Installation, point: str) -> None:
    name = f"Cut off when {point}"
    body = bodies.session(name=name)
    with embedded.served_by(f"cut-{point}", "tests.chaos.cut_answers", point) as doomed:
        doomed.start()
        with suppress(OSError):
            embedded.ask("POST", "/simulation/initialize", body, once_as=name)
        died_with = doomed.wait()
    left = _sessions(embedded, name)

    again = embedded.ask("POST", "/simulation/initialize", body, once_as=name)
    once_more = embedded.ask("POST", "/simulation/initialize", body, once_as=name)

    assert died_with == crashing.EXIT_CODE
    assert len(left) == (point == "committed")
    assert again[0] == 200
    assert once_more == again
    assert _sessions(embedded, name) == (left or [again[1]["session_id"]])
    _end_rooms(embedded, again[1])


def _sessions(installation: Installation, name: str) -> list[str]:
    rows = installation.rows(f"SELECT code FROM marketplace_session WHERE name = '{name}'")  # noqa: S608
    return [str(UUID(str(code))) for (code,) in rows]


def _end_rooms(installation: Installation, session: dict[str, Any]) -> None:
    """So that the installation is in order for the next test."""
    for room in session["negotiation_rooms"]:
        assert installation.ask("POST", f"/negotiation/{room['room_id']}/cancel")[0] == 200, installation.told()
