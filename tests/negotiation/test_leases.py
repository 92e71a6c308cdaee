import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from negotiation import services
from negotiation.leases import LEASE, claim_room, claim_rooms, free_leases_of_the_dead, new_owner, release, renew
from negotiation.models import NegotiationRun

pytestmark = pytest.mark.django_db

SECONDS = 30


@pytest.fixture
def three_rooms(open_session, operator):
    rooms = [open_session()["negotiation_rooms"][0]["room_id"] for _ in range(3)]
    for room_id in rooms:
        operator.post(f"/negotiation/{room_id}/start")
    return [UUID(room_id) for room_id in rooms]


def let_leases_run_out():
    NegotiationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one write at a time")
def test_leases_are_renewed_in_the_order_in_which_turns_are_committed(three_rooms):
    """Else a renewal could hold a later room and wait for an earlier, of which a commit does the reverse."""
    first, *_, last = [claim.run_id for claim in claim_rooms("w", 3)]
    # Now it stands behind the others in the table, as a row does of which an indexed value has changed.
    NegotiationRun.objects.filter(pk=first).update(lease_until=timezone.now() + LEASE)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        NegotiationRun.objects.select_for_update().get(pk=first)
        renewing = pool.submit(renew_elsewhere, [first, last])
        wait_until_a_lock_is_waited_for()
        is_last_free = NegotiationRun.objects.filter(pk=last).select_for_update(skip_locked=True).exists()

    assert is_last_free
    assert renewing.result(SECONDS) == {first, last}


def renew_elsewhere(run_ids):
    try:
        return renew("w", run_ids)
    finally:
        connection.close()


def wait_until_a_lock_is_waited_for():
    until = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    pytest.fail("nobody waits")


def test_oldest_rooms_are_claimed_first_and_no_more_than_wanted(three_rooms):
    assert [claim.code for claim in claim_rooms("w", 2)] == three_rooms[:2]


def test_room_that_is_held_cannot_be_claimed(three_rooms):
    claim_rooms("w", 3)

    assert claim_rooms("x", 3) == []


def test_room_that_waits_for_its_start_is_not_claimed(room_id):
    assert claim_rooms("w", 1) == []


@pytest.mark.parametrize("change", [services.pause, services.cancel])
def test_room_that_is_paused_or_over_is_not_claimed(started, change):
    change(UUID(started))

    assert claim_rooms("w", 1) == []


def test_room_that_was_left_in_play_is_claimed(midway):
    assert [claim.code for claim in claim_rooms("w", 1)] == [UUID(midway)]


def test_lease_that_ran_out_can_be_taken_over_with_a_higher_fence(started):
    old = claim_rooms("old", 1)[0]
    let_leases_run_out()

    new = claim_rooms("new", 1)[0]

    assert new.fence == old.fence + 1
    assert NegotiationRun.objects.get().lease_owner == "new"


def test_renewed_lease_runs_anew(started):
    claim = claim_rooms("w", 1)[0]
    let_leases_run_out()

    assert renew("w", [claim.run_id]) == {claim.run_id}
    assert NegotiationRun.objects.get().lease_until > timezone.now() + LEASE / 2


def test_lease_of_somebody_else_is_not_renewed(started):
    claim = claim_rooms("old", 1)[0]
    let_leases_run_out()
    claim_rooms("new", 1)

    assert renew("old", [claim.run_id]) == set()


def test_released_room_can_be_claimed_at_once(started):
    release(claim_rooms("w", 1)[0])

    assert len(claim_rooms("x", 1)) == 1


def test_late_release_does_not_free_the_room_of_the_next_owner(started):
    old = claim_rooms("old", 1)[0]
    let_leases_run_out()
    claim_rooms("new", 1)

    release(old)

    assert NegotiationRun.objects.get().lease_owner == "new"


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_at_once_each_room_has_one(three_rooms, race):
    claims = race([lambda n=n: claim_rooms(f"w{n}", 3) for n in range(8)])

    codes = [claim.code for won in claims for claim in won]
    assert sorted(codes, key=str) == sorted(three_rooms, key=str)


@pytest.fixture
def ended_process():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_rooms_of_a_worker_whose_process_is_gone_are_free_at_once(started, ended_process):
    claim_rooms(f"{socket.gethostname()}/{ended_process}/abc", 1)

    assert free_leases_of_the_dead(new_owner()) == 1
    assert len(claim_rooms("w", 1)) == 1


def test_owner_on_a_machine_with_a_long_name_fits_its_column(monkeypatch, started, ended_process):
    monkeypatch.setattr(socket, "gethostname", lambda: "worker-" * 9)
    owner = new_owner()
    claim_rooms(owner.replace(f"/{os.getpid()}/", f"/{ended_process}/"), 1)

    assert len(owner) <= NegotiationRun._meta.get_field("lease_owner").max_length
    assert free_leases_of_the_dead(new_owner()) == 1


@pytest.mark.parametrize("machine", ["elsewhere", ""])
def test_worker_of_another_machine_is_not_taken_for_dead(started, ended_process, machine):
    claim_rooms(f"{machine}/{ended_process}/abc", 1)

    assert free_leases_of_the_dead(new_owner()) == 0


def test_worker_whose_process_is_there_keeps_its_rooms(started):
    claim_rooms(f"{socket.gethostname()}/{os.getppid()}/abc", 1)

    assert free_leases_of_the_dead(new_owner()) == 0


def test_room_in_hand_is_not_claimed_again_though_its_lease_ran_out(three_rooms):
    claim_rooms("w", 1)
    let_leases_run_out()

    assert [claim.code for claim in claim_rooms("w", 3, but=three_rooms[:1])] == three_rooms[1:]


def test_one_room_is_claimed_by_its_id_and_by_one_alone(three_rooms):
    won, lost = claim_room("w", three_rooms[1]), claim_room("x", three_rooms[1])

    run = NegotiationRun.objects.get(code=three_rooms[1])
    assert lost is None
    assert (won.run_id, won.fence, run.lease_owner) == (run.pk, run.fence, "w")


def test_clock_of_the_worker_that_is_put_forward_ends_no_lease(started, monkeypatch):
    claim_rooms("w", 1)
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(hours=1))

    assert claim_rooms("x", 1) == []


@pytest.mark.parametrize("change", [services.pause, services.cancel])
def test_lease_of_a_room_that_is_paused_or_over_is_not_renewed(started, change):
    claim = claim_rooms("w", 1)[0]
    change(UUID(started))

    assert renew("w", [claim.run_id]) == set()
