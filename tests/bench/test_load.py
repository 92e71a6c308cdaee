"""The load test itself, with a few short rooms: that it runs to its end and finds what it looks for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, str(ROOT / "bench" / "load.py"), "--quick", "--part"]


@pytest.mark.slow
def test_rooms_are_played_on_both_stacks_counted_and_killed():
    measured = subprocess.run([*PROGRAM, "P1", "P7", "P15", "P17"], capture_output=True, text=True, timeout=300)

    table = measured.stdout
    assert measured.returncode == 0, table + measured.stderr
    assert "could not be measured" not in table
    assert "| P1 | processor time a call, by the bare stack's" in table
    assert "| P7 | calls on the critical path of a round | 2 | at most 2 | met |" in table
    assert "| P15 | nobody watches: rooms that end | 3 | 3 | met |" in table
    assert "rooms that end after the restart | 3 | 3 | met |" in table


def test_unknown_part_is_refused():
    refused = subprocess.run([*PROGRAM, "P99"], capture_output=True, text=True)

    assert refused.returncode == 2
    assert "P99" in refused.stderr
