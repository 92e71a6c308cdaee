"""What must hold of an installation whatever was done to it."""

import asyncio
import json
import re
import threading
from collections import Counter
from datetime import UTC, datetime

from tests.chaos.installation import Installation
from tests.chaos.watching import Shown, over_sse
from tests.fake_llm.asked import Asked
from tests.fake_llm.behaviours import Behaviour, Reply
from tests.fake_llm.sensible import sensible
from tests.fake_llm.server import FakeLlm

# A line of the log at this level, with the lines of its traceback.
OWN_ERROR = re.compile(
    r"^\S+ \S+ (?:ERROR|CRITICAL) \[.*?\] (?:negotiation|marketplace|llm|django).*(?:\n(?!\d{4}-).*)*", re.MULTILINE
)


class CountingLlm:
    """A well-behaved model that remembers when it was asked what."""

    def __init__(self, latency_seconds: float) -> None:
        self._reply = Reply(text=sensible, latency_seconds=latency_seconds)
        self._lock = threading.Lock()
        self.asked_at: dict[str, list[datetime]] = {}
        self.server = FakeLlm(rule=self._note)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "LLM_PROVIDER": "openai_compatible",
            "OPENAI_COMPATIBLE_BASE_URL": self.server.base_url,
            "OPENAI_COMPATIBLE_DEFAULT_MODEL": "fake-model",
            "LLM_MAX_CONCURRENCY": "100",
            "LLM_DAY_BUDGET": "calls=1000000",
        }

    @property
    def count(self) -> int:
        return sum(map(len, self.asked_at.values()))

    def _note(self, asked: Asked) -> Behaviour:
        with self._lock:
            self.asked_at.setdefault(_question(asked.body["messages"]), []).append(datetime.now(UTC))
        return self._reply


def nothing_was_lost(installation: Installation, llm: CountingLlm, watched: list[Shown]) -> None:
    table_is_whole(installation)
    everybody_saw_the_table(installation, watched)
    no_recorded_answer_was_asked_for_again(installation, llm)
    nothing_unforeseen_was_told(installation)


def everybody_saw_the_table(installation: Installation, watched: list[Shown]) -> None:
    """What was shown at any time, by whichever way, is byte for byte what a newcomer is shown now."""
    rooms = {shown.room for shown in watched}
    table = asyncio.run(_read_all(installation, sorted(rooms)))
    for shown in watched:
        assert shown.frames == table[shown.room].frames, _difference(shown, table[shown.room])


def table_is_whole(installation: Installation) -> None:
    """All rooms over, with one outcome each, their events numbered without a gap, their hash chains whole."""
    runs = installation.rows("SELECT id, last_seq FROM negotiation_negotiationrun")
    events = Counter(run for (run,) in installation.rows("SELECT run_id FROM negotiation_runevent"))
    last = dict(installation.rows("SELECT run_id, max(seq) FROM negotiation_runevent GROUP BY run_id"))

    assert installation.open_count() == 0
    assert dict(runs) == dict(events) == last
    assert outcomes_are_single(installation) == len(runs)
    checked = installation.manage("verify_run")
    assert f"{len(runs)} of {len(runs)} logs" in checked, checked


def nothing_unforeseen_was_told(installation: Installation) -> None:
    """What a library says of a server that is away is another matter."""
    unforeseen = OWN_ERROR.findall(installation.told())
    assert not unforeseen, "\n".join(unforeseen)


def outcomes_are_single(installation: Installation) -> int:
    """Each room that was closed was closed once, with one outcome; how many were."""
    outcomes = Counter(run for (run,) in installation.rows("SELECT run_id FROM negotiation_outcome"))
    closed = installation.rows("SELECT run_id FROM negotiation_runevent WHERE type = 'Closed'")
    assert outcomes == Counter(run for (run,) in closed)
    assert set(outcomes.values()) <= {1}
    return len(outcomes)


def no_recorded_answer_was_asked_for_again(installation: Installation, llm: CountingLlm) -> None:
    """A question whose answer led to a stored event is not put again once that is stored."""
    recorded = installation.rows(
        "SELECT call.prompt, event.at FROM negotiation_llmcall call JOIN negotiation_runevent event"
        " ON event.run_id = call.run_id AND event.seq = call.seq WHERE call.attempts > 0"
    )
    assert recorded
    again = [
        prompt
        for prompt, at in recorded
        for asked in llm.asked_at.get(_question(json.loads(prompt)), [])
        if asked > _moment(at)
    ]
    assert not again, f"{len(again)} of {len(recorded)} recorded calls were repeated, such as {again[0][:2000]}"


async def _read_all(installation: Installation, rooms: list[str]) -> dict[str, Shown]:
    read = {}
    for room in rooms:
        read[room] = Shown(room)
        async for text in over_sse(installation.ports[0], installation.key, read[room]):
            read[room].take(text)
        assert read[room].is_over
        assert [seq for seq, _ in read[room].frames] == list(range(1, len(read[room].frames) + 1))
    return read


def _difference(shown: Shown, table: Shown) -> str:
    numbers = [seq for seq, _ in shown.frames]
    wrong = [seq for seq, text in shown.frames if (seq, text) not in table.frames]
    return f"room {shown.room}: shown {numbers}, of {len(table.frames)}; other than the table's: {wrong}"


def _question(messages: list[dict[str, str]]) -> str:
    return json.dumps([{"role": m["role"], "content": m["content"]} for m in messages], sort_keys=True)


def _moment(at: datetime | str) -> datetime:
    """SQLite gives a text, in UTC and without saying so."""
    if isinstance(at, datetime):
        return at
    return datetime.fromisoformat(at).replace(tzinfo=UTC)
