import signal
from collections.abc import Callable

import pytest

from marketplace import stop_signals
from marketplace.stop_signals import INSISTED_EXIT_CODE, SAME_REQUEST_SECONDS, StopSignals


class FakeLoop:
    """An event loop whose clock and signals are the test's to give."""

    def __init__(self) -> None:
        self.now = 100.0
        self._receivers: dict[int, Callable[[], None]] = {}

    def time(self) -> float:
        return self.now

    def add_signal_handler(self, number: int, receive: Callable[[], None]) -> None:
        self._receivers[number] = receive

    def send(self, number: int) -> None:
        self._receivers[number]()


@pytest.fixture
def loop() -> FakeLoop:
    return FakeLoop()


@pytest.fixture
def heard(loop, monkeypatch) -> list[object]:
    """What the signals led to, in order."""
    heard: list[object] = []
    monkeypatch.setattr(stop_signals, "end_at_once", heard.append)
    StopSignals(loop, lambda: heard.append("asked")).install()
    return heard


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_asks(loop, heard, number):
    loop.send(number)

    assert heard == ["asked"]


def test_second_signal_insists(loop, heard):
    loop.send(signal.SIGTERM)
    loop.now += SAME_REQUEST_SECONDS * 2
    loop.send(signal.SIGINT)

    assert heard == ["asked", INSISTED_EXIT_CODE]


def test_signal_that_arrives_by_two_ways_at_once_counts_once(loop, heard):
    loop.send(signal.SIGTERM)
    loop.send(signal.SIGTERM)

    assert heard == ["asked"]
