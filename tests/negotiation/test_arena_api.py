import json

import pytest

from marketplace.models import Role, Session
from negotiation.arena.results import Measure
from negotiation.arena.running import tend
from negotiation.arena.services import find_arena
from negotiation.arena_models import Arena
from tests import bodies
from tests.arenas import an_arena, play_arena, states

pytestmark = pytest.mark.django_db


def a_body(**changes):
    wanted = {"bundled": [{"kind": "two", "count": 2}]}
    return {"buyers": ["strategy", "linear"], "sellers": ["strategy"], "scenarios": wanted, **changes}


def problems(response):
    assert response.status_code == 400, response.content
    return {detail["field"]: detail["reason"] for detail in response.json()["error"]["details"]}


@pytest.fixture
def made(operator):
    response = operator.post("/arenas", a_body(name="Trial", repeats=3, seed=7))
    assert response.status_code == 201, response.content
    return response.json()


def test_operator_sets_an_arena_up_that_waits_for_workers(made):
    arena = find_arena(made["arena_id"])

    assert (arena.name, arena.repeats, arena.seed, arena.state) == ("Trial", 3, 7, "waiting")
    assert states(arena) == {"waiting": 12}
    assert made["progress"]["total"] == 12
    assert [(cell["buyer"], cell["games"]) for cell in made["grid"]["cells"]] == [("strategy", 6), ("linear", 6)]
    assert not Session.objects.exists()


def test_repeat_with_an_idempotency_key_makes_no_second_arena(operator):
    once, again = (operator.post("/arenas", a_body(), Idempotency_Key="one").json() for _ in range(2))

    assert once["arena_id"] == again["arena_id"]
    assert Arena.objects.count() == 1


def test_scenarios_of_all_sources_are_played_together(operator):
    inline = [{"name": "mine", "tags": ["own"], "initialize": bodies.session()}]
    wanted = {"bundled": [{"kind": "two", "count": 1}, {"kind": "tie", "count": 1}], "inline": inline}

    response = operator.post("/arenas", a_body(scenarios=wanted))

    names = [scenario["name"] for scenario in Arena.objects.get().scenarios]
    assert response.status_code == 201
    assert names == ["two-001", "tie-001", "mine"]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"buyers": ["strategy", "nobody"]}, "buyers[1]", "there is no buyer's mind 'nobody'"),
        ({"sellers": []}, "sellers", "at least one mind is needed"),
        ({"sellers": ["strategy(toughness=soft)"]}, "sellers[0]", "must be one of generous, fair, tough, not 'soft'"),
        ({"scenarios": {}}, "scenarios", "at least one scenario is needed"),
        ({"scenarios": {"bundled": [{"kind": "odd"}]}}, "scenarios", "there is no class 'odd'"),
        (
            {"scenarios": {"catalogue": {"items": ["lamp"]}}},
            "scenarios.catalogue.items",
            "no standing seller has 'lamp'",
        ),
        ({"scenarios": {"inline": [{"initialize": {}}]}}, "scenarios[0]: buyer", "Field required"),
        ({"scenarios": {"public": True}}, "scenarios.public", "Extra inputs are not permitted"),
        ({"repeats": 0}, "repeats", "must be from 1 to 100, not 0"),
        ({"repeats": 1.5}, "repeats", "must be a whole number"),
        ({"minds": []}, "minds", "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_told_with_its_path_and_nothing_is_played(operator, changes, field, reason):
    told = problems(operator.post("/arenas", a_body(**changes)))

    assert reason in told[field]
    assert not Arena.objects.exists()


def test_all_broken_rows_of_all_sources_are_told(operator):
    inline = [{"initialize": bodies.without(bodies.session(), "buyer.name")}, {"initialize": 7}]
    wanted = {"bundled": [{"kind": "odd"}], "inline": inline}

    told = problems(operator.post("/arenas", a_body(scenarios=wanted)))

    assert set(told) == {"scenarios", "scenarios[0]: buyer.name", "scenarios[1]"}


def test_list_has_the_newest_first_with_their_progress(operator, made):
    newer = operator.post("/arenas", a_body(name="Newer")).json()

    told = operator.get("/arenas", limit=1).json()

    assert told["total"] == 2
    assert [(line["arena_id"], line["progress"]["waiting"]) for line in told["arenas"]] == [(newer["arena_id"], 4)]


def test_grid_is_of_the_measure_that_is_asked_for(operator, play):
    arena = play_arena(an_arena(), play)

    told = operator.get(f"/arenas/{arena.code}", measure="rounds").json()

    [cell] = told["grid"]["cells"]
    assert told["grid"]["measure"] == "rounds"
    assert cell["value"]["mean"] == cell["means"]["rounds"]
    assert set(cell["means"]) == set(Measure)
    assert told["buyer_rows"][0]["place"] == 1
    assert told["progress"]["state"] == "finished"


def test_who_knows_the_version_is_told_no_table_until_something_changes(operator, made, play):
    path, version = f"/arenas/{made['arena_id']}", made["progress"]["version"]

    unchanged = operator.get(path, since=version).json()
    tend()
    changed = operator.get(path, since=version).json()

    assert (unchanged["grid"], unchanged["buyer_rows"], unchanged["seller_rows"]) == (None, None, None)
    assert changed["grid"] is not None


def test_results_are_given_as_files(operator, play):
    arena = play_arena(an_arena(), play)

    as_json, as_csv = (operator.get(f"/arenas/{arena.code}/results.{kind}") for kind in ("json", "csv"))

    assert json.loads(as_json.content)["schema"] == "parley-arena/1"
    assert as_json["Content-Disposition"] == f'attachment; filename="arena-{arena.code}.json"'
    assert as_csv.content.decode().startswith("buyer,sellers,scenario,repeat,")


def test_arena_is_paused_resumed_cancelled_and_deleted(operator, made):
    path = f"/arenas/{made['arena_id']}"

    acts = [operator.post(f"{path}/{act}").json()["state"] for act in ("pause", "resume", "cancel")]
    refused = operator.post(f"{path}/pause")
    deleted = operator.delete(path)

    assert acts == ["paused", "playing", "cancelled"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ALREADY_DECIDED")
    assert deleted.json() == {"deleted": True, "arena_id": made["arena_id"]}
    assert not Arena.objects.exists()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("code", [bodies.NO_ID, "guessed"])
def test_unknown_arena_is_not_found(operator, method, code):
    response = operator.send(method, f"/arenas/{code}")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "ARENA_NOT_FOUND")


def test_auditor_reads_and_changes_nothing(api_for, made):
    auditor, path = api_for(Role.AUDITOR), f"/arenas/{made['arena_id']}"

    reads = [
        auditor.get(place).status_code for place in ("/arenas", path, f"{path}/results.json", f"{path}/results.csv")
    ]
    writes = [auditor.post(f"{path}/{act}").status_code for act in ("pause", "resume", "cancel")]

    assert reads == [200] * 4
    assert [*writes, auditor.delete(path).status_code, auditor.post("/arenas", a_body()).status_code] == [403] * 5


def test_parties_are_told_of_no_arena(buyer, acme, watcher, anonymous, made):
    path = f"/arenas/{made['arena_id']}"

    assert {caller.get(path).status_code for caller in (buyer, acme, watcher)} == {403}
    assert anonymous.get(path).status_code == 401


@pytest.mark.parametrize("mind", ["boulware(exponent=4)", "linear", "lab:BoulwareTBNegotiator"])
def test_ordinary_sessions_take_no_opponent(operator, mind):
    response = operator.post("/simulation/initialize", bodies.session(minds={"buyer": mind, "sellers": mind}))

    assert set(problems(response)) == {"minds.buyer", "minds.sellers"}
