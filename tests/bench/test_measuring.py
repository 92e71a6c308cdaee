import math
from pathlib import Path

import pytest

from bench.measuring import Line, at_least, at_most, exactly, percentile, table_of, write_table


@pytest.mark.parametrize(("share", "expected"), [(0.5, 3), (0.99, 5), (0.2, 1), (0.0, 1)])
def test_percentile_is_the_smallest_value_that_the_share_does_not_exceed(share, expected):
    assert percentile([5, 3, 1, 4, 2], share) == expected


def test_goal_is_not_met_where_nothing_was_measured():
    nothing = percentile([], 0.99)

    assert math.isnan(nothing)
    assert not at_most("P9", "an event's wait", nothing, 25).met
    assert not at_least("P20", "events", nothing, 1000).met


def test_value_at_its_goal_meets_it():
    assert at_most("P1", "a ratio", 1.0, 1.0).met
    assert at_least("P4", "rooms", 400, 400).met
    assert exactly("P9", "gaps", 0, 0).met


def test_figure_on_the_wrong_side_of_its_goal_is_said_not_to_be_met():
    table = table_of([at_most("P9", "an event's wait", 26.0, 25.0, " ms"), Line("P9", "for orientation", "3")])

    assert "| P9 | an event's wait | 26 ms | at most 25 ms | **not met** |" in table
    assert "| P9 | for orientation | 3 |  |  |" in table


def test_table_replaces_what_stands_between_its_marks_and_nothing_else(tmp_path: Path):
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- goals -->\nold\n<!-- /goals -->\nafter\n", "utf-8")

    write_table("goals", "| new |", document)

    written = document.read_text("utf-8")
    assert written.startswith("before\n<!-- goals -->\nMachine: ")
    assert written.endswith("\n\n| new |\n<!-- /goals -->\nafter\n")
    assert "old" not in written


def test_document_without_the_marks_is_refused(tmp_path: Path):
    document = tmp_path / "performance.md"
    document.write_text("nothing to fill\n", "utf-8")

    with pytest.raises(ValueError, match="goals"):
        write_table("goals", "| new |", document)

    assert document.read_text("utf-8") == "nothing to fill\n"
