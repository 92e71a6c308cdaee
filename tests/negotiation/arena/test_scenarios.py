import json

import pytest

from marketplace.errors import InvalidRequest
from marketplace.offline import open_rooms
from negotiation.arena.choosing import choose_scenarios
from negotiation.arena.markets import MOST_OF_A_KIND, kinds_of_markets
from negotiation.arena.scenario_files import CSV_NEEDED, read_file
from negotiation.arena.scenarios import MOST_SCENARIOS, bundled, request_of
from negotiation.core.analysis import measure
from tests import bodies

HEAD = ",".join(CSV_NEEDED)
LINE = "desks,Desk,5,400,Acme,10,200,250,390"


def a_file(*scenarios, name="file.json"):
    return read_file(name, json.dumps({"scenarios": list(scenarios)}))


def some_lines(*lines):
    return read_file("file.csv", "\n".join(lines))


def refused(read):
    """Where the problems are, and what they are."""
    with pytest.raises(InvalidRequest) as wrong:
        read()
    return [(problem.field, problem.reason) for problem in wrong.value.problems]


def possible(scenario):
    """What was possible in each room of the scenario."""
    return [measure(room.setup, None, None) for room in open_rooms(request_of(scenario.body))]


@pytest.mark.parametrize("kind", [kind.name for kind in kinds_of_markets()])
def test_bundled_scenarios_are_always_the_same_and_all_can_be_played(kind):
    once, again = bundled(kind, MOST_OF_A_KIND), bundled(kind, MOST_OF_A_KIND)

    assert once == again
    assert len({scenario.fingerprint for scenario in once}) == MOST_OF_A_KIND
    assert bundled(kind, 3) == once[:3]
    assert all(request_of(scenario.body).sellers for scenario in once)


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("multi", lambda found: found.able >= 3),
        ("two", lambda found: found.able == 2),
        ("single", lambda found: found.able == 1),
        ("bilateral", lambda found: found.able == 1),
        ("narrow", lambda found: found.able >= 1 and found.surplus <= found.limit / 40),
        ("tie", lambda found: found.able >= 2 and found.legal_prices[0] == found.legal_prices[1]),
        ("no_deal", lambda found: not found.is_feasible),
        ("inflated", lambda found: found.able >= 2),
        ("terms", lambda found: found.is_feasible),
    ],
)
def test_markets_are_what_their_class_says(kind, holds):
    found = [room for scenario in bundled(kind, 60) for room in possible(scenario)]

    assert {holds(room) for room in found} == {True}


def test_in_stock_traps_the_cheapest_have_too_little():
    for scenario in bundled("stock_trap", 60):
        [item] = scenario.body["buyer"]["shopping_list"]
        shelves = sorted((s["inventory"][0] for s in scenario.body["sellers"]), key=lambda shelf: shelf["least_price"])

        assert shelves[0]["quantity_available"] < item["quantity_needed"]
        assert possible(scenario)[0].is_feasible


@pytest.mark.parametrize(("kind", "count"), [("many", 1), ("multi", 0), ("multi", MOST_OF_A_KIND + 1)])
def test_unknown_classes_and_impossible_numbers_are_refused(kind, count):
    assert [field for field, _ in refused(lambda: bundled(kind, count))] == ["scenarios"]


def test_public_form_of_a_file_is_read():
    [one, other] = a_file(
        {"id": "pub-1", "tags": ["single"], "max_rounds": 6, "initialize": bodies.contract_example()},
        {"initialize": bodies.session()},
    )

    assert (one.name, one.tags, one.body["max_rounds"]) == ("pub-1", ("single",), 6)
    assert (other.name, other.tags, other.body["max_rounds"]) == ("scenarios[1]", (), 3)


def test_prices_of_a_file_are_exact():
    [scenario] = a_file({"initialize": bodies.session()})

    assert str(request_of(json.loads(json.dumps(scenario.body))).items[0].max_price_per_unit) == "603.57"


def test_json_lines_are_read_with_or_without_a_wrapping():
    text = "\n".join([json.dumps({"name": "a", "initialize": bodies.session()}), "", json.dumps(bodies.session())])

    assert [scenario.name for scenario in read_file("file.jsonl", text)] == ["a", "line 3"]


def test_csv_has_a_line_for_each_sellers_stock():
    [desks, lamps] = some_lines(
        f"{HEAD},item_id,min_price_per_unit,priority,tags",
        f"{LINE},d1,100,customer_retention,two quick",
        "desks,Desk,5,400,Bolt,10,210,260,395,d1,100,,",
        "desks,Lamp,2,40,Bolt,10,21,26,39,l1,,,",
        "lamps,Lamp,2,40,Bolt,10,21,26,39,,,,",
    )

    assert (desks.name, desks.tags, desks.items) == ("desks", ("two", "quick"), 2)
    assert [(s["name"], len(s["inventory"])) for s in desks.body["sellers"]] == [("Acme", 1), ("Bolt", 2)]
    assert desks.body["sellers"][0]["profile"] == {"priority": "customer_retention"}
    assert lamps.body["buyer"]["shopping_list"][0]["item_id"] == "Lamp"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", "{", "is not JSON"),
        ("a.json", "[]", "must be a JSON object"),
        ("a.json", '{"scenarios": {}}', 'must have a list of "scenarios"'),
        ("a.json", '{"scenarios": [], "scenarios": []}', "a name stands twice"),
        ("a.json", '{"scenarios": [\n{},\n}]}', "is not JSON: Expecting value: line 3"),
        ("a.json", '{"scenarios": []}', "has no scenario"),
        ("a.jsonl", "\n", "has no scenario"),
        ("a.csv", HEAD, "has no scenario"),
        ("a.csv", "scenario,seller\n", "lacks the columns item_name, quantity_needed"),
        ("a.csv", f'{HEAD}\n"', "is not CSV"),
    ],
)
def test_files_that_hold_no_scenarios_are_refused(name, text, reason):
    [(field, told)] = refused(lambda: read_file(name, text))

    assert field == "scenarios"
    assert reason in told


def test_all_broken_rows_of_a_file_are_told_with_the_paths_of_their_fields():
    no_name = bodies.without(bodies.session(), "buyer.name")
    below_cost = bodies.changed(bodies.session(), "sellers[1].inventory[0].least_price", 1)
    standing = bodies.session(use_standing_sellers=True)

    rows = [
        {"initialize": no_name},
        {"name": "fine", "initialize": bodies.session()},
        {"initialize": below_cost, "tags": "multi"},
        7,
        {"initialize": bodies.session(sellers=[])},
        {"initialize": standing},
        {"name": "fine", "initialize": bodies.session()},
    ]
    text = ",\n\n".join(json.dumps(row) for row in rows)

    problems = refused(lambda: read_file("a.json", f'{{"about": [1, 2],\n"scenarios": [\n{text}]}}'))

    assert [field for field, _ in problems] == [
        "line 3 (scenarios[0]): buyer.name",
        "line 7 (scenarios[2]): tags",
        "line 7 (scenarios[2]): sellers[1].inventory[0].least_price",
        "line 9 (scenarios[3])",
        "line 11 (scenarios[4]): sellers",
        "line 13 (scenarios[5]): standing_sellers",
        "line 15 (scenarios[6]): name",
    ]
    assert problems[2][1] == "must be above cost_price"


def test_rows_that_the_standard_does_not_have_are_told_together_with_what_is_wrong_in_the_others():
    rows = ['{"name": "a", "name": "b"}', '{"initialize": {}}', '{"tags": NaN}']

    problems = refused(lambda: read_file("a.json", '{"scenarios": [\n' + ",\n".join(rows) + "\n]}"))

    assert [field for field, _ in problems][:3] == [
        "line 2 (scenarios[0])",
        "line 4 (scenarios[2])",
        "line 3 (scenarios[1]): buyer",
    ]
    assert problems[0][1] == "is not JSON: a name stands twice in one JSON object"


def test_line_separators_inside_a_text_end_no_line():
    text = "\n".join(
        json.dumps({"name": f"one{sign}two", "initialize": {}}, ensure_ascii=False) for sign in "\u2028\x85"
    )

    assert {field.partition(":")[0] for field, _ in refused(lambda: read_file("a.jsonl", text))} == {"line 1", "line 2"}


def test_broken_lines_are_told_together_with_what_is_wrong_in_the_others():
    text = "\n".join(["{", json.dumps(bodies.without(bodies.session(), "buyer.name")), '{"a": 1, "a": 2}'])

    assert [field for field, _ in refused(lambda: read_file("a.jsonl", text))] == [
        "line 1",
        "line 3",
        "line 2: buyer.name",
    ]


def test_broken_lines_of_a_table_are_told_with_their_columns():
    problems = refused(
        lambda: some_lines(
            HEAD,
            LINE,
            "desks,Desk,5,401,Bolt,10,200,250,390",
            "lamps,Lamp,two,40,Bolt,10,21,26,39",
            "lamps,Lamp,2,40,Acme,10,21,26",
            "chairs,Chair,2,40,Acme,10,21,20,39,extra",
        )
    )

    assert [field for field, _ in problems] == [
        "line 4: quantity_needed",
        "line 5: selling_price",
        "line 6",
        "line 3: max_price_per_unit",
        "line 5: quantity_needed",
        "line 6: sellers[0].inventory[0].least_price",
    ]


def test_too_many_scenarios_are_refused():
    many = [{"name": f"{n}", "initialize": bodies.session()} for n in range(MOST_SCENARIOS + 1)]

    assert refused(lambda: a_file(*many)) == [
        ("scenarios", f"has {MOST_SCENARIOS + 1} scenarios; at most {MOST_SCENARIOS} can be played")
    ]


def test_command_line_names_classes_with_numbers():
    chosen = choose_scenarios("bundled:two:2, tie")

    assert [scenario.name for scenario in chosen[:3]] == ["two-001", "two-002", "tie-001"]
    assert len(chosen) == 12


@pytest.mark.parametrize("text", ["bundled:many", "bundled:two:some", "bundled:two:0"])
def test_command_line_refuses_what_there_is_not(text):
    assert refused(lambda: choose_scenarios(text))


def test_command_line_names_a_file(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text(f"{HEAD}\n{LINE}", "utf-8")

    assert [scenario.name for scenario in choose_scenarios(str(path))] == ["desks"]
