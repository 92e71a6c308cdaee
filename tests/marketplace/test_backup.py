import errno
import json
import os
import tarfile
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from marketplace import restoring
from marketplace.backup import applied_migrations, tables, write_backup
from marketplace.restoring import CannotRestore, read_manifest, restore
from negotiation import seats, services
from negotiation.core.moves import Accept, Propose, Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalState, Party, Voice
from negotiation.minds.auto_accept import AutoAccept
from negotiation.models import Approval, AutoAcceptRule, NegotiationRun, RunEvent, SeatWait
from tests.chaos.installation import Installation, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(played, midway_session, log_folder, tmp_path) -> Path:
    """Of a room that ended and one that is in play."""
    path = tmp_path / "parley.tar.gz"
    write_backup(path, logs=log_folder)
    return path


@pytest.fixture
def midway_session(open_session, operator, play) -> str:
    room = open_session(seed=7)["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room, until_seq=7)
    return room


@pytest.fixture
def emptied(backup) -> Path:
    """The backup of a database that is empty by now."""
    call_command("flush", "--no-input", verbosity=0)
    return backup


def all_rows() -> dict[str, list[tuple]]:
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in tables()}


def rewritten(backup: Path, name: str, content: bytes) -> Path:
    """The backup with another content of one of its files."""
    changed = backup.with_name("changed.tar.gz")
    with tarfile.open(backup) as old, tarfile.open(changed, "w:gz") as new:
        for member in old.getmembers():
            text = content if member.name == name else old.extractfile(member).read()
            member.size = len(text)
            new.addfile(member, BytesIO(text))
    return changed


def with_manifest(backup: Path, **changes: object) -> Path:
    return rewritten(backup, "manifest.json", json.dumps({**read_manifest(backup), **changes}).encode())


def test_every_row_comes_back_as_it_was(backup, log_folder):
    before = all_rows()
    call_command("flush", "--no-input", verbosity=0)

    restore(backup, logs=log_folder)

    assert all_rows() == before


def test_every_restored_log_is_the_one_that_was_written(emptied, log_folder):
    restore(emptied, logs=log_folder)

    out = StringIO()
    call_command("verify_run", deep=True, stdout=out)
    assert "2 of 2 logs" in out.getvalue()


def test_room_in_play_is_played_to_its_end_after_a_restore(emptied, midway_session, log_folder, play):
    restore(emptied, logs=log_folder)

    room = play(midway_session)

    assert room.status.is_over


@pytest.fixture
def asking_room(open_session, play) -> UUID:
    """A room in which a program waits for an approval and a person's clock runs."""
    minds = {"buyer": "external", "sellers": "human"}
    session = open_session(minds=minds, approve_above=100)
    code, acme = UUID(session["negotiation_rooms"][0]["room_id"]), session["seller_ids"][0]
    services.start(code)
    play(str(code))
    seats.set_auto_accept(code, Party.SELLER, acme, AutoAccept(target=Decimal(900)))
    words = Words("Well.", Voice.PERSON)
    for party, move in (
        (Party.BUYER, Propose(Terms(Decimal(450), 50), words)),
        (Party.SELLER, Propose(Terms(Decimal(550), 50), words)),
        (Party.BUYER, Accept(2, words)),
    ):
        seats.make_move(code, party, acme, move)
        play(str(code))
    return code


def test_room_that_waits_for_people_waits_for_them_after_a_restore(asking_room, log_folder, tmp_path, play):
    kept = (Approval, SeatWait, AutoAcceptRule)
    before = [list(model.objects.values_list()) for model in kept]
    write_backup(tmp_path / "parley.tar.gz", logs=log_folder)
    call_command("flush", "--no-input", verbosity=0)

    restore(tmp_path / "parley.tar.gz", logs=log_folder)

    assert all(before)
    assert [list(model.objects.values_list()) for model in kept] == before
    seats.decide_approval(Approval.objects.get(), ApprovalState.APPROVED, by="Ada")
    assert NegotiationRun.objects.get(code=asking_room).status == "completed"


def test_new_rows_get_numbers_behind_the_restored_ones(emptied, log_folder, open_session):
    restore(emptied, logs=log_folder)

    open_session(seed=8)

    assert NegotiationRun.objects.count() == 3


def test_stored_logs_come_back(emptied, played, log_folder, tmp_path):
    restore(emptied, logs=tmp_path / "elsewhere")

    assert [log.name for log in (tmp_path / "elsewhere").glob("*/*.json")] == [
        log.name for log in log_folder.glob("*/*.json")
    ]
    assert any(played in log.name for log in log_folder.glob("*/*.json"))


def test_restore_that_cannot_place_its_files_changes_nothing(emptied, played, log_folder, tmp_path):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(CannotRestore, match="cannot be put in their place"):
        restore(emptied, logs=tmp_path / "file")

    assert not NegotiationRun.objects.exists()


def test_key_that_is_there_goes_only_when_its_heir_is_written(backup, log_folder, tmp_path, monkeypatch):
    key = tmp_path / "key"
    key.write_text("signs everything")
    write_backup(tmp_path / "with.tar.gz", logs=log_folder, secret_key=key)
    call_command("flush", "--no-input", verbosity=0)
    open_file = os.open

    def full_disk(path, *given, **options):
        if str(path).startswith(str(key)):
            raise OSError(errno.ENOSPC, "No space left on device")
        return open_file(path, *given, **options)

    monkeypatch.setattr(restoring.os, "open", full_disk)

    with pytest.raises(CannotRestore, match="No space left"):
        restore(tmp_path / "with.tar.gz", logs=log_folder, secret_key=key)

    assert key.read_text() == "signs everything"


def test_nobody_else_may_read_a_backup(backup):
    assert backup.stat().st_mode & 0o777 == 0o600


def test_failed_backup_leaves_nothing_behind(backup, log_folder, tmp_path):
    (tmp_path / "target").mkdir()

    with pytest.raises(OSError, match="No such file"):
        write_backup(tmp_path / "target" / "b.tar.gz", logs=log_folder, secret_key=tmp_path / "missing")

    assert list((tmp_path / "target").iterdir()) == []


def test_secret_key_is_in_a_backup_only_if_it_is_asked_for(backup, log_folder, tmp_path):
    key, restored = tmp_path / "key", tmp_path / "restored"
    key.write_text("signs everything")
    write_backup(tmp_path / "with.tar.gz", logs=log_folder, secret_key=key)
    call_command("flush", "--no-input", verbosity=0)

    restore(tmp_path / "with.tar.gz", logs=log_folder, secret_key=restored)

    assert "secret_key" not in read_manifest(backup)["sha256"]
    assert (restored.read_text(), restored.stat().st_mode & 0o777) == ("signs everything", 0o600)


def test_database_that_is_not_empty_is_left_alone(backup, log_folder):
    before = all_rows()

    with pytest.raises(CannotRestore, match="not empty"):
        restore(backup, logs=log_folder)

    assert all_rows() == before


def test_table_that_was_changed_in_the_backup_is_refused(emptied, log_folder):
    changed = rewritten(emptied, "negotiation.runevent.jsonl", b"[]\n")

    with pytest.raises(CannotRestore, match=r"negotiation\.runevent\.jsonl is not what was written"):
        restore(changed, logs=log_folder)


def test_backup_of_other_migrations_is_refused(emptied, log_folder):
    older = with_manifest(emptied, migrations=applied_migrations()[:-1])

    with pytest.raises(CannotRestore, match="whose tables are not those of this database"):
        restore(older, logs=log_folder)


def test_restore_that_fails_half_way_changes_nothing(emptied, log_folder):
    before = all_rows()
    rows = {**read_manifest(emptied)["rows"], "negotiation.Outcome": 99}
    lying = with_manifest(emptied, rows=rows)

    with pytest.raises(CannotRestore, match=r"rows of negotiation\.Outcome"):
        restore(lying, logs=log_folder)

    assert all_rows() == before


@pytest.mark.parametrize("content", [b"", b"not a backup"])
def test_other_file_is_no_backup(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)

    with pytest.raises(CannotRestore):
        read_manifest(path)


def test_writers_do_not_wait_for_a_backup(midway_session, log_folder, tmp_path, race, play):
    taken, ended = race(
        [
            lambda: write_backup(tmp_path / "b.tar.gz", logs=log_folder),
            lambda: play(midway_session),
        ]
    )

    assert isinstance(taken, dict), taken
    assert ended.status.is_over


def test_command_does_not_replace_a_backup_unasked(backup):
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(backup))


def test_command_says_what_is_wrong_and_that_nothing_was_changed(backup):
    with pytest.raises(CommandError, match="not empty.*the database is as it was"):
        call_command("restore", str(backup), yes=True)


def test_command_asks_for_an_answer_and_says_so_where_nobody_can_give_one(emptied, monkeypatch):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)

    with pytest.raises(CommandError, match="nothing was changed, for there is nobody to ask; with --yes"):
        call_command("restore", str(emptied))


def test_restored_logs_are_checked(emptied):
    out = StringIO()

    call_command("restore", str(emptied), yes=True, stdout=out)

    assert "as they were written: 2 of 2 logs" in out.getvalue()
    assert RunEvent.objects.exists()


@pytest.mark.slow
def test_backup_taken_in_mid_play_is_played_to_the_end_elsewhere(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    backup = str(tmp_path / "backup.tar.gz")
    first = Installation(tmp_path / "one", LLM_PROVIDER="builtin")
    second = Installation(tmp_path / "two", LLM_PROVIDER="builtin")
    try:
        first.start_what_is_not_running()
        first.open_rooms(20, turn_seconds=2.0)
        until(lambda: first.event_count() > 30)
        first.manage("backup", backup)
        first.close()
        second.manage("flush", "--no-input")

        second.manage("restore", backup, "--yes")

        assert second.open_count() > 0
        second.start_what_is_not_running()
        until(lambda: second.open_count() == 0)
        assert "20 of 20" in second.manage("verify_run", "--deep")
    finally:
        first.close()
        second.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_installation_moves_from_sqlite_to_postgresql_and_back(tmp_path, postgres_url):
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    there, back = str(tmp_path / "there.tar.gz"), str(tmp_path / "back.tar.gz")
    first = Installation(folders[0])
    scaled = Installation(folders[1], database_url=postgres_url)
    last = Installation(folders[2])
    first.start_what_is_not_running()
    first.open_rooms(2)
    until(lambda: first.open_count() == 0)
    first.close()
    first.manage("backup", there)
    for installation in (scaled, last):
        installation.manage("flush", "--no-input")

    scaled.manage("restore", there, "--yes")
    scaled.manage("backup", back)
    last.manage("restore", back, "--yes")

    query = "SELECT seq, hash FROM negotiation_runevent ORDER BY run_id, seq"
    assert first.rows(query) == scaled.rows(query) == last.rows(query)
