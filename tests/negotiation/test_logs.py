import errno
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from negotiation import logs, services
from negotiation.models import RunEvent
from tests import bodies

pytestmark = pytest.mark.django_db

ROW = ["round", "by", "seller_id", "seller_name", "action", "price_per_unit", "quantity", "claim_best"]
WHOLE = {
    *("metadata", "buyer", "sellers", "conversation_history", "offers_over_time", "decision", "duration", "rounds")
}


@pytest.fixture
def log_of(session, played):
    def get(caller):
        return caller.get(f"/logs/{session['session_id']}/{played}").json()

    return get


def files(log_folder):
    return sorted(path.name for path in log_folder.rglob("*.*"))


@pytest.mark.parametrize("role", ["operator", "buyer", "acme", "watcher"])
def test_log_has_every_part_of_the_contract(request, log_of, role):
    assert set(log_of(request.getfixturevalue(role))) == WHOLE


def test_every_offer_acceptance_and_leave_is_a_row_in_order(log_of, operator):
    rows = log_of(operator)["offers_over_time"]

    moves = RunEvent.objects.filter(type__in=["Offered", "Accepted", "WalkedAway"]).order_by("seq")
    assert [(row["round"], row["by"], row["seller_id"]) for row in rows] == [
        (event.payload["round"], event.payload["party"], event.payload["seller_id"]) for event in moves
    ]
    assert all(list(row) == ROW for row in rows)


def test_claim_of_a_rival_price_is_in_the_row_of_the_bid(log_of, operator):
    claims = [row for row in log_of(operator)["offers_over_time"] if row["claim_best"] is not None]

    assert claims
    assert {(row["by"], row["action"]) for row in claims} == {("buyer", "offer")}


@pytest.mark.parametrize(("price", "action"), [(500, "accept")])
def test_forced_deal_is_a_row_of_acceptance(operator, session, midway, seller_ids, price, action):
    services.force_deal(UUID(midway), seller_ids["Acme"], price)

    rows = operator.get(f"/logs/{session['session_id']}/{midway}").json()["offers_over_time"]

    assert (rows[-1]["by"], rows[-1]["action"], rows[-1]["price_per_unit"]) == ("seller", action, price)


def test_decision_is_the_one_of_the_room(log_of, operator):
    decided = RunEvent.objects.get(type="Decided").payload

    decision = log_of(operator)["decision"]

    assert (decision["decision"], decision["selected_seller_id"]) == ("deal", decided["seller_id"])
    assert decision["final_price"] == float(decided["terms"]["unit_price"])


def test_operator_reads_the_private_numbers(log_of, operator):
    log = log_of(operator)

    assert log["buyer"]["max_price_per_unit"] == 603.57
    assert {(seller["cost_price"], seller["least_price"]) for seller in log["sellers"]} == {
        (391.21, 452.33),
        (388.67, 447.19),
    }


def test_buyer_reads_its_own_numbers_only(log_of, buyer):
    log = log_of(buyer)

    assert log["buyer"]["max_price_per_unit"] == 603.57
    assert not any("least_price" in seller or "cost_price" in seller for seller in log["sellers"])


def test_seller_reads_its_own_thread_and_numbers_only(log_of, acme):
    log = log_of(acme)

    assert [(seller["name"], seller["least_price"]) for seller in log["sellers"]] == [("Acme", 452.33)]
    assert {row["seller_name"] for row in log["offers_over_time"]} == {"Acme"}
    assert "max_price_per_unit" not in log["buyer"]


def test_watcher_reads_no_talk_and_no_price(log_of, watcher):
    log = log_of(watcher)

    assert (log["sellers"], log["conversation_history"], log["offers_over_time"]) == ([], [], [])
    assert log["decision"]["final_price"] is None


def test_log_of_a_room_that_has_not_begun_is_empty(operator, session, room_id):
    log = operator.get(f"/logs/{session['session_id']}/{room_id}").json()

    assert (log["metadata"]["status"], log["decision"], log["offers_over_time"]) == ("pending", None, [])


def test_log_of_a_room_that_nobody_can_serve_says_so(operator, open_session):
    session = open_session(buyer=bodies.buyer(bodies.item(item_id="moon")))

    log = operator.get(f"/logs/{session['session_id']}/{session['negotiation_rooms'][0]['room_id']}").json()

    assert log["metadata"]["status"] == "no_sellers_available"


def test_room_is_not_found_under_another_session(operator, other_session, played):
    response = operator.get(f"/logs/{other_session['session_id']}/{played}")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "LOG_NOT_FOUND")


def test_log_is_kept_as_a_file_when_the_room_ends(session, played, log_folder):
    path = log_folder / session["session_id"] / f"{played}.json"

    kept = json.loads(path.read_text("utf-8"))

    assert (set(kept), kept["metadata"]["status"]) == (WHOLE, "completed")
    assert files(log_folder) == [f"{played}.json"]


@pytest.mark.parametrize("end", [services.cancel, services.decide_now, services.fail])
def test_log_is_kept_however_the_room_ends(midway, log_folder, end):
    end(UUID(midway))

    assert files(log_folder) == [f"{midway}.json"]


def test_log_is_not_kept_while_the_room_goes_on(midway, log_folder):
    services.pause(UUID(midway))

    assert files(log_folder) == []


def test_no_log_is_kept_where_that_is_switched_off(midway, log_folder, settings):
    settings.LOGS = replace(settings.LOGS, auto_save=False)

    services.cancel(UUID(midway))

    assert files(log_folder) == []


def test_folder_that_cannot_be_written_stops_no_room(midway, operator, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.LOGS = replace(settings.LOGS, directory=tmp_path / "file")

    response = operator.post(f"/negotiation/{midway}/cancel")

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")


def test_full_disk_stops_no_room_and_leaves_no_half_log(midway, operator, session, log_folder, monkeypatch):
    def fill_up(self, text, encoding):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill_up)

    assert operator.post(f"/negotiation/{midway}/cancel").status_code == 200
    assert not logs.has_saved(UUID(session["session_id"]))


def test_log_that_was_not_kept_cannot_be_read(log_folder):
    assert logs.read_saved(uuid4(), uuid4()) is None


def test_log_that_was_damaged_cannot_be_read(session, played, log_folder):
    next(log_folder.rglob("*.json")).write_text('{"metadata":')

    assert logs.read_saved(UUID(session["session_id"]), UUID(played)) is None


def test_log_that_cannot_be_deleted_keeps_no_other(played, session, log_folder, monkeypatch):
    (kept,) = log_folder.glob("*/*.json")
    half = kept.with_suffix(".partial")
    half.write_text("half a log")
    for path in (kept, half):
        os.utime(path, (0, 0))
    unlink = Path.unlink

    def refuse(path, **options):
        if path == kept:
            raise PermissionError(errno.EACCES, "not yours")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", refuse)

    assert logs.delete_old(timedelta(days=1)) == 1
    assert (kept.exists(), half.exists()) == (True, False)


def test_logs_past_their_age_are_deleted(played, log_folder):
    path = next(log_folder.rglob("*.json"))
    two_days = timedelta(days=2).total_seconds()
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - two_days))

    assert logs.delete_old(timedelta(days=3)) == 0
    assert logs.delete_old(timedelta(days=1)) == 1
    assert files(log_folder) == []
