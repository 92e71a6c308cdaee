import re
from pathlib import Path

import pytest

from negotiation.arena.markets import MOST_OF_A_KIND, kinds_of_markets
from negotiation.arena.minds import BUILT_IN, MOST_MINDS
from negotiation.arena.opponents import OPPONENTS
from negotiation.arena.planning import MOST_GAMES
from negotiation.arena.running import MOST_OPEN
from negotiation.arena.scenario_files import CSV_NEEDED, CSV_OPTIONAL
from negotiation.arena.scenarios import MOST_SCENARIOS
from negotiation.core.vocabulary import Party

DOC = (Path(__file__).resolve().parents[3] / "docs" / "arena.md").read_text("utf-8")


def test_classes_of_scenarios_in_the_document_are_those_there_are():
    [told] = re.findall(r"The classes are (.*?)\n\n", DOC, re.DOTALL)

    assert re.findall(r"`(\w+)`", told) == [kind.name for kind in kinds_of_markets()]


def test_columns_of_files_in_the_document_are_those_that_are_read():
    [told] = re.findall(r"a line for each seller's stock: (.*?)Lines with", DOC, re.DOTALL)

    assert set(re.findall(r"`(\w+)`", told)) == {*CSV_NEEDED, *CSV_OPTIONAL}


def test_limits_in_the_document_are_those_that_hold():
    told = f"at most {MOST_SCENARIOS} scenarios, {MOST_MINDS} minds on each side, and {MOST_GAMES:,} games"

    assert told in DOC
    assert f"At most {MOST_OPEN} games of an arena are open" in DOC
    assert f"There are {MOST_OF_A_KIND} of each" in DOC


def test_document_tells_of_every_built_in_mind():
    assert [mind for mind in BUILT_IN if f"| `{mind}` |" not in DOC] == []


@pytest.mark.parametrize(("party", "name"), [(party, name) for party, kinds in OPPONENTS.items() for name in kinds])
def test_each_opponent_is_told_with_its_parameters(party, name):
    [row] = [line.split(" | ") for line in DOC.splitlines() if line.startswith(f"| `{name}` |")]
    told = row[1 if party is Party.BUYER else 2]

    parameters = OPPONENTS[party][name].parameters
    assert told == (", ".join(f"`{each.name}={each.default}`" for each in parameters) or "none")
