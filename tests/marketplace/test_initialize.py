import json
from uuid import UUID

import pytest
from django.utils.dateparse import parse_datetime

from marketplace.models import Buyer, Seller, Session
from marketplace.schemas import InitializeOut
from negotiation.models import NegotiationRun, Participant
from tests import bodies

pytestmark = pytest.mark.django_db

URL = "/simulation/initialize"
ITEM = "buyer.shopping_list[0]"
STOCK = "sellers[0].inventory[0]"
PRICES = (
    f"{ITEM}.min_price_per_unit",
    f"{ITEM}.max_price_per_unit",
    f"{STOCK}.cost_price",
    f"{STOCK}.least_price",
    f"{STOCK}.selling_price",
)
QUANTITIES = (f"{ITEM}.quantity_needed", f"{STOCK}.quantity_available")
NAMES = ("buyer.name", "sellers[0].name", f"{ITEM}.item_id", f"{STOCK}.item_id")
ITEM_NAMES = (f"{ITEM}.item_name", f"{STOCK}.item_name")
NO_TEXTS = (
    '""',
    '"  "',
    '"a\\u0000b"',
    '"\\ud800"',
    '"a\\nb"',
    '"\\u001b[31m"',
    '"\\u200b"',
    "null",
    "5",
    "true",
    "[]",
)
NO_PRICES = ("true", '"400"', "1e309", "-1", "-0.01", "400.123", "1e-9", "10000000000", f"{2**63}", "null", "[]", "{}")
NO_QUANTITIES = ("true", '"5"', "1e309", "1e9999999", "0", "-1", "1.5", "1000001", f"{2**63}", "null", "[]")
REQUIRED = (
    *("buyer", "buyer.name", "buyer.shopping_list", "sellers[0].name", "sellers[0].inventory"),
    *(f"{ITEM}.{name}" for name in ("item_id", "item_name", "quantity_needed", "max_price_per_unit")),
    *(f"{STOCK}.{name}" for name in ("item_id", "item_name", "quantity_available")),
    *(f"{STOCK}.{name}" for name in ("cost_price", "least_price", "selling_price")),
)
OPTIONAL = (
    *(("llm_config.temperature", value) for value in ("true", '"0.7"', "2.1", "-0.1", "1e309")),
    *(("llm_config.max_tokens", value) for value in ("0", "32001", "1.5", "true", f"{2**63}", "1e9")),
    *(("llm_config.model", value) for value in ("5", f'"{"m" * 101}"', '"a\\u0000"')),
    ("llm_config.provider", '"skynet"'),
    *(("max_rounds", value) for value in ("0", "101", "1.5", "true", '"5"', f"{2**63}")),
    *(("seed", value) for value in ("-1", "-1e99999999", f"{2**53 + 1}", f"{2**63}", "true", "1.5", '"7"')),
    *(("turn_seconds", value) for value in ("-1", "61", "true", '"1"', "1e309")),
    *(("currency", value) for value in ('"usd"', '"US"', '"EURO"', '""', "5")),
    *(("name", value) for value in ("5", f'"{"n" * 101}"', '"a\\u0007"', '"\\udfff"')),
    ("minds.buyer", '"oracle"'),
    ("minds.sellers", '"oracle"'),
    ("buyer.mind", '"oracle"'),
    ("sellers[0].mind", '"oracle"'),
    ("sellers[0].profile.priority", '"maximize_losses"'),
    ("sellers[0].profile.speaking_style", '"sweet"'),
    ("use_standing_sellers", '"maybe"'),
    ("disclose_best_offer", '"maybe"'),
)


def refused_fields(response):
    """The fields named by a refusal, after a look that nothing was stored."""
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert not Session.objects.exists()
    assert not Seller.objects.exists()
    return [problem["field"] for problem in error["details"]]


def whole_body():
    """With every optional object there, so that any field in it can be changed."""
    return bodies.session(llm_config={}, minds={})


def test_example_of_the_contract_is_answered_with_every_promised_key(operator):
    answer = operator.post(URL, bodies.contract_example()).json()

    assert set(answer) >= {
        *("session_id", "created_at", "buyer_id", "seller_ids", "negotiation_rooms", "total_rooms", "skipped_items")
    }
    assert UUID(answer["session_id"]) == Session.objects.get().code
    assert UUID(answer["buyer_id"]) == Buyer.objects.get().code
    assert answer["seller_ids"] == [str(Seller.objects.get().code)]
    assert parse_datetime(answer["created_at"]).utcoffset() is not None
    assert (answer["total_rooms"], answer["skipped_items"]) == (1, [])


def test_room_of_the_answer_has_the_shape_of_the_contract(operator):
    answer = operator.post(URL, bodies.contract_example()).json()

    room = answer["negotiation_rooms"][0]
    seller_id = answer["seller_ids"][0]
    assert UUID(room.pop("room_id")) == NegotiationRun.objects.get().code
    assert room == {
        "item_id": "laptop_hp_15",
        "item_name": "HP 15 Laptop",
        "quantity_needed": 50,
        "buyer_constraints": {"min_price_per_unit": 400.0, "max_price_per_unit": 600.0},
        "participating_sellers": [
            {"seller_id": seller_id, "seller_name": "ElectroMart", "initial_price": 650.0, "current_offer": None}
        ],
        "status": "pending",
        "reason": None,
        "current_round": 0,
        "max_rounds": 10,
    }


def test_answer_is_as_the_interface_describes_it(operator):
    answer = operator.post(URL, bodies.session())

    assert answer["Content-Type"].startswith("application/json")
    assert InitializeOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()


def test_answer_tells_no_seller_secret(operator):
    answer = operator.post(URL, bodies.session())

    assert not any(secret.encode() in answer.content for secret in bodies.ACME_SECRETS + bodies.BOLT_SECRETS)


def test_everything_optional_is_kept(operator):
    llm_config = {"provider": "builtin", "model": "m", "temperature": 0.25, "max_tokens": 9}
    minds = {"buyer": "narrated", "sellers": "strategy"}

    operator.post(
        URL,
        bodies.session(
            llm_config=llm_config, minds=minds, max_rounds=3, seed=0, name="Autumn", currency="EUR", turn_seconds=0.5
        ),
    )

    stored = Session.objects.get()
    assert (stored.llm_provider, stored.llm_model, stored.llm_temperature, stored.llm_max_tokens) == (
        *("builtin", "m", 0.25, 9),
    )
    assert (stored.buyer_mind, set(Seller.objects.values_list("mind", flat=True))) == ("narrated", {"strategy"})
    assert (stored.max_rounds, stored.seed, stored.name, stored.currency) == (3, 0, "Autumn", "EUR")
    assert stored.turn_seconds == 0.5


def test_rooms_without_a_seed_play_the_same_for_the_same_buyer_and_item(operator):
    operator.post(URL, bodies.session(seed=None))
    operator.post(URL, bodies.session(seed=None))

    seeds = NegotiationRun.objects.values_list("seed", flat=True)
    assert len(set(seeds)) == 1


@pytest.mark.parametrize("field", REQUIRED)
def test_missing_field_is_named(operator, field):
    response = operator.post(URL, bodies.without(bodies.session(), field))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("value", NO_PRICES)
@pytest.mark.parametrize("field", PRICES)
def test_what_is_no_price_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(bodies.session(), field, value))

    assert field in refused_fields(response)


@pytest.mark.parametrize("value", NO_QUANTITIES)
@pytest.mark.parametrize("field", QUANTITIES)
def test_what_is_no_quantity_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(bodies.session(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("value", [*NO_TEXTS, f'"{"x" * 51}"'])
@pytest.mark.parametrize("field", NAMES)
def test_what_is_no_name_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(bodies.session(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("value", [*NO_TEXTS, f'"{"x" * 101}"'])
@pytest.mark.parametrize("field", ITEM_NAMES)
def test_what_is_no_item_name_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(bodies.session(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize(("field", "value"), OPTIONAL)
def test_nonsense_in_an_optional_field_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(whole_body(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("field", ["use_standing_sellers", "disclose_best_offer"])
@pytest.mark.parametrize("value", ['"yes"', "1", '"off"'])
def test_text_or_number_for_a_truth_value_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(whole_body(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "{", "'1'", "9" * 5000, "[" * 100_000])
@pytest.mark.parametrize("field", [PRICES[1], QUANTITIES[0], "seed", "name"])
def test_what_json_does_not_know_is_refused(operator, field, value):
    response = operator.post_raw(URL, bodies.raw(bodies.session(), field, value))

    assert refused_fields(response) == ["body"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("buyer", []),
        ("buyer", "TechCorp"),
        ("buyer.shopping_list", {}),
        ("buyer.shopping_list", []),
        (ITEM, 5),
        ("sellers", {}),
        ("sellers[0]", None),
        ("sellers[0].inventory", []),
        (STOCK, "laptop"),
        ("standing_sellers", "all"),
    ],
)
def test_wrong_shape_is_named_where_it_is(operator, field, value):
    response = operator.post(URL, bodies.changed(bodies.session(), field, value))

    assert {named.startswith(field) for named in refused_fields(response)} == {True}


@pytest.mark.parametrize("value", [[], "rude", 5, True])
@pytest.mark.parametrize("field", ["sellers[0].profile", "llm_config", "minds"])
def test_optional_object_of_another_type_is_refused(operator, field, value):
    response = operator.post(URL, bodies.changed(whole_body(), field, value))

    assert refused_fields(response) == [field]


@pytest.mark.parametrize("maximum", [401.13, 401.12, 0])
def test_maximum_price_must_be_above_the_minimum(operator, maximum):
    response = operator.post(URL, bodies.changed(bodies.session(), f"{ITEM}.max_price_per_unit", maximum))

    assert refused_fields(response) == [f"{ITEM}.max_price_per_unit"]


@pytest.mark.parametrize("floor", [391.21, 391.2])
def test_floor_must_be_above_the_cost(operator, floor):
    response = operator.post(URL, bodies.changed(bodies.session(), f"{STOCK}.least_price", floor))

    assert refused_fields(response) == [f"{STOCK}.least_price"]


@pytest.mark.parametrize("ask", [452.33, 452.32])
def test_asking_price_must_be_above_the_floor(operator, ask):
    response = operator.post(URL, bodies.changed(bodies.session(), f"{STOCK}.selling_price", ask))

    assert refused_fields(response) == [f"{STOCK}.selling_price"]


def test_all_broken_rules_are_told_at_once(operator):
    body = bodies.session(sellers=[bodies.seller("Acme"), bodies.seller("", bodies.stock(cost_price="x"))])

    response = operator.post(URL, bodies.changed(body, "buyer.name", ""))

    assert set(refused_fields(response)) == {"buyer.name", "sellers[1].name", "sellers[1].inventory[0].cost_price"}


def test_reasons_are_told_without_the_names_of_our_tools(operator):
    response = operator.post(URL, bodies.changed(bodies.session(), f"{ITEM}.max_price_per_unit", 1))

    assert response.json()["error"]["details"][0]["reason"] == "must be above min_price_per_unit"


def test_item_twice_on_the_shopping_list_is_refused(operator):
    response = operator.post(URL, bodies.session(buyer=bodies.buyer(bodies.item(), bodies.item(item_name="Other"))))

    assert refused_fields(response) == ["buyer.shopping_list"]


def test_item_twice_in_an_inventory_is_refused(operator):
    response = operator.post(URL, bodies.session(sellers=[bodies.seller("Acme", bodies.stock(), bodies.stock())]))

    assert refused_fields(response) == ["sellers[0].inventory"]


def test_eleven_items_are_refused(operator):
    items = [bodies.item(item_id=f"item_{number}") for number in range(11)]

    response = operator.post(URL, bodies.session(buyer=bodies.buyer(*items)))

    assert refused_fields(response) == ["buyer.shopping_list"]


def test_ten_items_get_ten_rooms(operator):
    items = [bodies.item(item_id=f"item_{number}") for number in range(10)]

    answer = operator.post(URL, bodies.session(buyer=bodies.buyer(*items))).json()

    assert answer["total_rooms"] == len(answer["negotiation_rooms"]) == 10


@pytest.mark.parametrize("count", [11, 12, 100])
def test_too_many_sellers_have_an_error_of_their_own(operator, count):
    response = operator.post(URL, bodies.session(sellers=[bodies.seller(f"Seller {n}") for n in range(count)]))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "MAX_SELLERS_EXCEEDED")
    assert not Session.objects.exists()


def test_ten_sellers_are_welcome(operator):
    answer = operator.post(URL, bodies.session(sellers=[bodies.seller(f"Seller {n}") for n in range(10)])).json()

    assert len(answer["negotiation_rooms"][0]["participating_sellers"]) == 10


def test_session_without_any_seller_is_refused(operator):
    response = operator.post(URL, bodies.session(sellers=[]))

    assert refused_fields(response) == ["sellers"]


def test_provider_that_is_switched_off_is_refused(operator):
    response = operator.post(URL, bodies.session(llm_config={"provider": "openrouter"}))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "LLM_PROVIDER_DISABLED")
    assert not Session.objects.exists()


@pytest.mark.parametrize("field", ["buyer.name", "sellers[0].name"])
def test_markup_in_a_name_is_kept_as_text(operator, field):
    name = "<script>alert('x')</script>&amp;"

    answer = operator.post(URL, bodies.changed(bodies.session(), field, name))

    assert answer.status_code == 200
    assert name in (Buyer.objects.get().name, *Seller.objects.values_list("name", flat=True))


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\U000e0041"])
def test_invisible_and_turning_characters_are_taken_out_of_names(operator, hidden):
    operator.post(URL, bodies.changed(bodies.session(), "buyer.name", f" Tech{hidden}Corp "))

    assert Buyer.objects.get().name == "TechCorp"


def test_sellers_of_one_name_get_distinct_names(operator):
    answer = operator.post(URL, bodies.session(sellers=[bodies.seller(n) for n in ("Acme", "ACME", "A cme")])).json()

    sellers = answer["negotiation_rooms"][0]["participating_sellers"]
    assert [seller["seller_name"] for seller in sellers] == ["Acme", "ACME (2)", "A cme (3)"]


def test_distinct_name_of_a_longest_name_still_fits(operator):
    response = operator.post(URL, bodies.session(sellers=[bodies.seller("W" * 50) for _ in range(10)]))

    assert response.status_code == 200
    assert Participant.objects.filter(name=f"{'W' * 50} (10)").exists()


@pytest.mark.parametrize(
    ("stock", "reason"),
    [
        (bodies.stock(item_id="other"), "no_inventory"),
        (bodies.stock(quantity_available=49), "insufficient_quantity"),
        (bodies.stock(cost_price=600, least_price=603.58, selling_price=700), "price_mismatch"),
        (bodies.stock(cost_price=1, least_price=2, selling_price=401.12), "price_mismatch"),
    ],
)
def test_item_that_nobody_can_serve_is_skipped_with_the_reason(operator, stock, reason):
    answer = operator.post(URL, bodies.session(sellers=[bodies.seller("Acme", stock)])).json()

    room = answer["negotiation_rooms"][0]
    assert answer["skipped_items"] == [{"item_id": "laptop_hp_15", "item_name": "HP 15 Laptop", "reason": reason}]
    assert (room["status"], room["reason"]) == ("no_sellers_available", reason)


def test_seller_that_cannot_serve_an_item_is_left_out_of_its_room(operator):
    few = bodies.seller("Few", bodies.stock(quantity_available=1))

    answer = operator.post(URL, bodies.session(sellers=[bodies.seller("Acme"), few])).json()

    sellers = answer["negotiation_rooms"][0]["participating_sellers"]
    assert [seller["seller_name"] for seller in sellers] == ["Acme"]
    assert NegotiationRun.objects.get().left_out.get().reason == "insufficient_quantity"


@pytest.fixture
def standing_seller():
    seller = Seller.objects.create(name="Standing")
    seller.inventory.create(
        item_id="laptop_hp_15", item_name="HP", quantity_available=60, cost_price=1, least_price=500, selling_price=600
    )
    return seller


@pytest.mark.parametrize("how", ["use_standing_sellers", "standing_sellers"])
def test_standing_sellers_are_invited_when_asked_for(operator, standing_seller, how):
    wanted = {"use_standing_sellers": True, "standing_sellers": [str(standing_seller.code)]}

    answer = operator.post(URL, bodies.session(sellers=[], **{how: wanted[how]})).json()

    assert answer["seller_ids"] == [str(standing_seller.code)]
    assert answer["negotiation_rooms"][0]["participating_sellers"][0]["seller_name"] == "Standing"


def test_standing_sellers_stay_away_when_not_asked_for(operator, standing_seller):
    answer = operator.post(URL, bodies.session()).json()

    assert str(standing_seller.code) not in answer["seller_ids"]


def test_inactive_standing_seller_cannot_be_invited(operator, standing_seller):
    Seller.objects.update(is_active=False)

    response = operator.post(URL, bodies.session(standing_sellers=[str(standing_seller.code)]))

    assert response.json()["error"]["details"][0]["field"] == "standing_sellers"
    assert not Session.objects.exists()


def test_standing_seller_named_twice_is_refused(operator, standing_seller):
    response = operator.post(URL, bodies.session(standing_sellers=[str(standing_seller.code)] * 2))

    assert response.json()["error"]["details"][0]["field"] == "standing_sellers"


def test_standing_sellers_count_among_the_most_allowed(operator, standing_seller):
    inline = [bodies.seller(f"Seller {number}") for number in range(10)]

    response = operator.post(URL, bodies.session(sellers=inline, use_standing_sellers=True))

    assert response.json()["error"]["code"] == "MAX_SELLERS_EXCEEDED"


def test_floor_of_a_standing_seller_cannot_be_found_by_asking(operator, standing_seller):
    hopeless = bodies.buyer(bodies.item(min_price_per_unit=1, max_price_per_unit=2))

    answer = operator.post(URL, bodies.session(sellers=[], buyer=hopeless, use_standing_sellers=True)).json()

    assert answer["skipped_items"] == []


@pytest.mark.parametrize("role", ["buyer", "acme", "watcher"])
def test_only_operators_set_sessions_up(request, session, role):
    response = request.getfixturevalue(role).post(URL, bodies.session())

    assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert Session.objects.count() == 1


def test_prices_are_kept_to_the_cent(operator):
    text = json.dumps(bodies.session()).replace("603.57", "603.5700")

    response = operator.post_raw(URL, text.encode())

    assert response.status_code == 200
    assert str(Buyer.objects.get().items.get().max_price_per_unit) == "603.57"
