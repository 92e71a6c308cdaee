import json
import logging
import sys

import pytest

from marketplace.logging_setup import CorrelationFilter, JsonFormatter, TextFormatter, correlation_id


def make_record(message: str, *arguments: object, **attributes: object) -> logging.LogRecord:
    record = logging.LogRecord("negotiation.worker", logging.WARNING, __file__, 1, message, arguments, None)
    vars(record).update(attributes)
    return record


def make_failure() -> logging.LogRecord:
    try:
        raise ValueError("first\n2026-01-01 INFO forged")
    except ValueError:
        return make_record("It failed", exc_info=sys.exc_info())


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
@pytest.mark.parametrize("foreign", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x00b", "a\x85b"])
def test_foreign_text_stays_on_its_line_and_sends_no_terminal_codes(formatter, foreign):
    line = formatter.format(make_record("Seller %s", foreign))

    assert line.isprintable()


def test_text_names_level_request_and_logger():
    line = TextFormatter().format(make_record("Round %s", 3, correlation_id="order-17"))

    assert line.endswith("+00:00 WARNING [order-17] negotiation.worker: Round 3")


def test_text_indents_a_traceback_so_that_nothing_in_it_poses_as_a_record():
    first, *trace = TextFormatter().format(make_failure()).split("\n")

    assert first.endswith("It failed")
    assert len(trace) > 2
    assert all(line.startswith("    ") for line in trace)


def test_json_puts_a_failure_on_one_line():
    line = JsonFormatter().format(make_failure())

    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]


def test_json_has_what_was_passed_as_extra():
    entry = json.loads(JsonFormatter().format(make_record("Round", run_id=7, correlation_id="order-17")))

    assert set(entry) == {"timestamp", "level", "logger", "correlation_id", "message", "run_id"}
    assert (entry["run_id"], entry["correlation_id"]) == (7, "order-17")


def test_record_is_given_the_id_of_its_request():
    record = make_record("Round")
    token = correlation_id.set("order-17")

    CorrelationFilter().filter(record)

    correlation_id.reset(token)
    assert record.correlation_id == "order-17"
