import json
import re
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from negotiation.arena.services import create_arena, pause
from negotiation.arena_models import Arena
from tests import bodies
from tests.arenas import a_request, a_scenario

SCENARIOS = "bundled:two:2,no_deal:1"


def arena(*arguments, **streams):
    call_command("arena", "--scenarios", SCENARIOS, *map(str, arguments), **streams)


def refused(*arguments):
    """The status it ends with, and what it says."""
    with pytest.raises(CommandError) as error:
        arena(*arguments)
    return error.value.returncode, str(error.value)


@pytest.fixture
def results(tmp_path, capsys):
    """Plays in memory, with these arguments; what it wrote as JSON."""

    def play(*arguments, name="now.json"):
        arena("--in-memory", "--out", tmp_path / name, *arguments)
        return json.loads((tmp_path / name).read_text("utf-8"))

    return play


def test_plays_every_pair_in_memory_and_tells_who_did_how_well(results, tmp_path, capsys):
    told = results("--buyers", "strategy; linear", "--csv", tmp_path / "rooms.csv")

    printed = capsys.readouterr()
    assert (told["games"], told["done"], told["buyers"]) == (6, 6, ["strategy", "linear"])
    assert " 1. strategy" in printed.out
    assert "6 of 6 games" in printed.err
    assert len((tmp_path / "rooms.csv").read_text("utf-8").splitlines()) == 7


def test_same_seed_writes_the_same_file(results):
    assert results(name="one.json") == results(name="other.json")


def test_repeats_differ_by_their_draws(results):
    told = results("--repeats", 2, "--seed", 3)

    assert len({(room["scenario"], room["repeat"]) for room in told["rooms"]}) == 6


def test_run_that_is_as_good_as_the_baseline_passes(results, tmp_path, capsys):
    results("--buyers", "linear", name="before.json")

    results("--buyers", "linear", "--baseline", tmp_path / "before.json")

    assert "no worse" in capsys.readouterr().out


def test_run_in_which_a_mind_got_worse_fails(results, tmp_path, capsys):
    told = results("--buyers", "linear", name="before.json")
    better = [{**room, "ideal_share": room["ideal_share"] and room["ideal_share"] + 0.1} for room in told["rooms"]]
    (tmp_path / "before.json").write_text(json.dumps({**told, "rooms": better}), "utf-8")

    status, said = refused("--in-memory", "--buyers", "linear", "--baseline", tmp_path / "before.json")

    assert (status, said) == (1, "A mind got worse.")
    assert "its share fell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--buyers", "nobody; linear"], "buyers[0]: there is no buyer's mind 'nobody'"),
        (["--sellers", "boulware(exponent=99)"], "sellers[0]: exponent must be from 1 to 10, not 99"),
        (["--scenarios", "bundled:odd"], "scenarios: there is no class 'odd'"),
        (["--scenarios", "missing.json"], "Cannot read missing.json"),
        (["--repeats", "0"], "repeats: must be from 1 to 100"),
        (["--baseline", "missing.json"], "Cannot read missing.json"),
        (["--buyers", "llm"], "Minds with a model need the database"),
        (["--out", "missing/out.json"], "Cannot write missing/out.json"),
        (["--csv", "/"], "Cannot write /"),
        (["--resume", str(UUID(int=1))], "What was played in memory cannot be gone on with"),
    ],
)
def test_wrong_input_is_told_with_a_status_of_its_own(arguments, said):
    status, told = refused("--in-memory", *arguments)

    assert status == 2
    assert said in told


def test_all_broken_rows_of_a_file_are_told(tmp_path):
    rows = [{"initialize": bodies.without(bodies.session(), f"buyer.{field}")} for field in ("name", "shopping_list")]
    (tmp_path / "broken.json").write_text(json.dumps({"scenarios": rows}, indent=1), "utf-8")

    status, told = refused("--in-memory", "--scenarios", tmp_path / "broken.json")

    assert status == 2
    assert re.search(r"line 3 \(scenarios\[0\]\): buyer\.name", told)
    assert re.search(r"line \d\d \(scenarios\[1\]\): buyer\.shopping_list", told)


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "other/1"}', "[" * 200_000])
def test_baseline_that_is_no_result_is_refused(tmp_path, text):
    (tmp_path / "other.json").write_text(text, "utf-8")

    status, told = refused("--in-memory", "--baseline", tmp_path / "other.json")

    assert status == 2
    assert "is no result of an arena" in told


def test_baseline_of_other_draws_is_refused(results, tmp_path):
    results("--seed", 2, name="before.json")

    status, told = refused("--in-memory", "--baseline", tmp_path / "before.json")

    assert (status, told) == (2, "Nothing to compare: the baseline was played with the seed 2, not 1.")


@pytest.mark.django_db(transaction=True)
def test_plays_with_the_database_what_it_plays_in_memory(results, tmp_path, log_folder):
    expected = results("--buyers", "linear")

    arena("--buyers", "linear", "--out", tmp_path / "stored.json")

    told = json.loads((tmp_path / "stored.json").read_text("utf-8"))
    assert [room["price"] for room in told["rooms"]] == [room["price"] for room in expected["rooms"]]
    assert Arena.objects.get().state == "finished"


@pytest.mark.django_db(transaction=True)
def test_goes_on_with_an_arena_that_was_left(capsys, log_folder):
    left = create_arena(a_request(a_scenario()))
    pause(left)

    arena("--resume", left.code)

    assert Arena.objects.get().state == "finished"
    assert "1 of 1 games" in capsys.readouterr().err


@pytest.mark.django_db
def test_arena_that_is_not_there_is_not_resumed():
    assert refused("--resume", bodies.NO_ID) == (2, f"There is no arena {bodies.NO_ID}.")
