"""Scenarios as a command line names them: a file, `bundled:multi:20,two:10`, or `catalogue:ITEM,ITEM`."""

from pathlib import Path

from marketplace.errors import InvalidRequest, Problem
from negotiation.arena.catalogue import from_catalogue
from negotiation.arena.markets import kinds_of_markets
from negotiation.arena.scenario_files import read_file
from negotiation.arena.scenarios import Scenario, bundled

BUNDLED, CATALOGUE = "bundled", "catalogue"
USUALLY = 10


def choose_scenarios(text: str) -> tuple[Scenario, ...]:
    """Raises InvalidRequest, and OSError for a file that cannot be read."""
    source, colon, rest = text.partition(":")
    if text == BUNDLED or (source == BUNDLED and colon):
        return _bundled(rest)
    if source == CATALOGUE and colon:
        return from_catalogue([item.strip() for item in rest.split(",") if item.strip()])
    path = Path(text)
    try:
        return read_file(path.name, path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRequest([Problem("scenarios", f"{path} is not a text in UTF-8")]) from error


def _bundled(text: str) -> tuple[Scenario, ...]:
    """Without a class some of each."""
    wanted = [part.strip() for part in text.split(",") if part.strip()] or [kind.name for kind in kinds_of_markets()]
    chosen: list[Scenario] = []
    for part in wanted:
        kind, _, count = part.partition(":")
        if count and not (count.isascii() and count.isdigit()):
            raise InvalidRequest([Problem("scenarios", f"{count!r} is not a number of scenarios")])
        chosen += bundled(kind, int(count) if count else USUALLY)
    return tuple(chosen)
