"""What a server leans on goes away for a while: its database, its disk, Redis, the processor, the right time."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from negotiation.leases import LEASE
from tests.chaos import judging
from tests.chaos.installation import FULL, Installation, until
from tests.chaos.judging import CountingLlm
from tests.chaos.watching import Watchers
from tests.services import Postgres, Redis

ROOMS = 6
LOCKED_SECONDS = 3.0
AWAY_SECONDS = 10.0 if FULL else 3.0
ASLEEP_SECONDS = LEASE.total_seconds() * (3 if FULL else 1.2)

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@contextmanager
def watched_rooms(installation: Installation, llm: CountingLlm, *, rounds: int = 10) -> Iterator[Watchers]:
    """Rooms with two watchers each, some way on; what is done to them must lose nothing."""
    rooms = installation.open_rooms(ROOMS, max_rounds=rounds)
    watchers = Watchers(installation, rooms, 2, seed=5)
    until(lambda: watchers.frame_count >= 10 * ROOMS)
    before = installation.event_count()
    yield watchers
    ended_at = time.monotonic()
    watchers.join()
    until(lambda: installation.open_count() == 0)
    assert installation.event_count() > before
    print(f"goes on {watchers.first_after(ended_at) or 0:.1f} s after the fault")
    judging.nothing_was_lost(installation, llm, watchers.shown)


def test_database_that_another_process_locks_is_waited_for(embedded: Installation, llm: CountingLlm) -> None:
    with watched_rooms(embedded, llm), closing(sqlite3.connect(embedded.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        other.execute("ROLLBACK")


@pytest.mark.postgres
@pytest.mark.redis
def test_database_that_is_gone_for_a_while_is_waited_for(
    scaled_out: Installation, llm: CountingLlm, postgres: Postgres
) -> None:
    with watched_rooms(scaled_out, llm):
        postgres.stop()
        time.sleep(AWAY_SECONDS)
        postgres.start()


@pytest.mark.postgres
@pytest.mark.redis
def test_redis_that_is_stopped_flushed_and_started_again_costs_nobody_an_event(
    scaled_out: Installation, llm: CountingLlm, redis: Redis
) -> None:
    with watched_rooms(scaled_out, llm):
        redis.flush()
        redis.stop()
        time.sleep(AWAY_SECONDS)
        redis.start()
        redis.flush()


@pytest.mark.postgres
@pytest.mark.redis
def test_late_writes_of_a_worker_that_slept_through_its_leases_are_refused(
    scaled_out: Installation, llm: CountingLlm
) -> None:
    """Its rooms go on with the others, and it goes on to other rooms when it wakes."""
    with watched_rooms(scaled_out, llm, rounds=30):
        sleeper = scaled_out.workers[0]
        sleeper.send(signal.SIGSTOP)
        time.sleep(ASLEEP_SECONDS)
        sleeper.send(signal.SIGCONT)


def test_full_disk_stops_no_room_for_good(tmp_path: Path, llm: CountingLlm) -> None:
    with small_disk(tmp_path) as disk:
        installation = Installation(disk, **llm.settings)
        installation.start_what_is_not_running()
        try:
            with watched_rooms(installation, llm):
                ballast = disk / "ballast"
                fill(ballast)
                time.sleep(AWAY_SECONDS)
                ballast.unlink()
            assert "disk is full" in installation.told()
        finally:
            installation.close()


def test_clock_that_jumps_an_hour_ends_no_room(embedded: Installation, llm: CountingLlm) -> None:
    earlier = embedded.rows("SELECT COALESCE(MAX(id), 0) FROM negotiation_negotiationrun")[0][0]
    with embedded.served_by("jumping", "tests.chaos.clock") as server:
        server.start()
        with watched_rooms(embedded, llm):
            server.send(signal.SIGUSR1)
            time.sleep(1.0)
            server.send(signal.SIGUSR2)

    statuses = {
        status
        for status, number in embedded.rows("SELECT status, id FROM negotiation_negotiationrun")
        if number > earlier
    }
    assert statuses == {"completed"}


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.decode()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(ballast: Path) -> None:
    """Until nothing more can be written to the disk it lies on."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
