import pytest

from negotiation.arena import running


@pytest.fixture
def few_open(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many games of an arena may be open at a time: fewer than by itself, so that tests play fewer."""
    monkeypatch.setattr(running, "MOST_OPEN", 4)
    return 4
