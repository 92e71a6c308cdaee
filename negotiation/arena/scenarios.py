"""Scenarios: bodies that open a session, each with a name; from a file, from those that come with Parley, from the
catalogue. Whatever is wrong with a list of them is told at once, row by row, and none is used.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from marketplace.errors import InvalidRequest, Problem
from marketplace.requests import ModelRequest, SessionRequest
from marketplace.schemas import InitializeIn
from marketplace.text import clean_text
from negotiation.arena.markets import MOST_OF_A_KIND, draw_body, kinds_of_markets

MOST_SCENARIOS = 500
LONGEST_NAME = 100
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Scenario:
    """`body` is as `simulation/initialize` takes it; who plays the seats, and how fast, is not taken from it."""

    name: str
    tags: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """What tells that two results are of the same scenario."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def items(self) -> int:
        return len(self.body["buyer"]["shopping_list"])


@dataclass(frozen=True, slots=True)
class Row:
    """What a file or a request says of one scenario; `place` is how a reader finds it there."""

    place: str
    name: str
    tags: object
    body: object


def bundled(kind: str, count: int) -> tuple[Scenario, ...]:
    """The first so many of a class. Raises InvalidRequest."""
    known = [each.name for each in kinds_of_markets()]
    if kind not in known:
        raise InvalidRequest([Problem("scenarios", f"there is no class {kind!r}; there are {', '.join(known)}")])
    if not 1 <= count <= MOST_OF_A_KIND:
        raise InvalidRequest([Problem("scenarios", f"of {kind} from 1 to {MOST_OF_A_KIND} can be had, not {count}")])
    return tuple(Scenario(f"{kind}-{number:03}", (kind,), draw_body(kind, number)) for number in range(1, count + 1))


def read_rows(rows: Sequence[Row]) -> tuple[Scenario, ...]:
    """Raises InvalidRequest with the problems of all rows."""
    problems = [problem for row in rows for problem in _problems(row)]
    names = [_name(row) for row in rows]
    seen: set[str] = set()
    for row, name in zip(rows, names, strict=True):
        if name in seen:
            problems.append(Problem(f"{row.place}: name", f"{name!r} is there twice"))
        seen.add(name)
    if problems:
        raise InvalidRequest(problems)
    return tuple(Scenario(_name(row), _tags(row), _plain(row.body)) for row in rows)


def check_scenarios(scenarios: Sequence[Scenario]) -> list[Problem]:
    """What is wrong with the choice as a whole."""
    if not scenarios:
        return [Problem("scenarios", "at least one scenario is needed")]
    if len(scenarios) > MOST_SCENARIOS:
        return [Problem("scenarios", f"at most {MOST_SCENARIOS} scenarios, not {len(scenarios)}")]
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Problem("scenarios", f"{name!r} is chosen twice") for name in twice]


def request_of(body: Mapping[str, Any]) -> SessionRequest:
    """The session that the body asks for, with the installation's model and no rests."""
    parsed = InitializeIn.model_validate({**body, **_LEFT_OUT})
    model = ModelRequest(temperature=settings.LLM.temperature, max_tokens=settings.LLM.max_tokens)
    return parsed.to_request("strategy", settings.NEGOTIATION.max_rounds, model)


_LEFT_OUT: Mapping[str, Any] = {
    "llm_config": {},
    "minds": {},
    "turn_seconds": 0,
    "seed": None,
    "approve_above": None,
    "name": "",
}


def _problems(row: Row) -> Iterable[Problem]:
    if not isinstance(row.body, dict):
        yield Problem(row.place, "must be a JSON object that opens a session")
        return
    if len(_name(row)) > LONGEST_NAME:
        yield Problem(f"{row.place}: name", f"must have at most {LONGEST_NAME} characters")
    if not isinstance(row.tags, list) or len(row.tags) > MOST_TAGS or not all(isinstance(t, str) for t in row.tags):
        yield Problem(f"{row.place}: tags", f"must be a list of at most {MOST_TAGS} words")
    try:
        body = InitializeIn.model_validate(row.body)
    except ValidationError as error:
        for found in error.errors():
            reason = str(found["msg"]).removeprefix("Value error, ")
            yield Problem(f"{row.place}: {_path(found['loc'])}", reason)
        return
    if body.use_standing_sellers or body.standing_sellers:
        yield Problem(f"{row.place}: standing_sellers", "a scenario brings all its sellers itself")
    most = settings.NEGOTIATION.max_sellers
    if not 1 <= len(body.sellers) <= most:
        yield Problem(f"{row.place}: sellers", f"from 1 to {most} sellers, not {len(body.sellers)}")


def _name(row: Row) -> str:
    try:
        return clean_text(row.name) or row.place
    except ValueError:
        return row.place


def _tags(row: Row) -> tuple[str, ...]:
    assert isinstance(row.tags, list)
    return tuple(str(tag)[:40] for tag in row.tags)


def _path(location: Sequence[int | str]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".") or "body"


def _plain(value: Any) -> Any:
    """With numbers as JSON has them; those with two places come back as they were."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case _:
            return value
