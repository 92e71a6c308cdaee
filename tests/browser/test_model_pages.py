"""What the pages show of language models: words on their way, whose words they are, the light, and what was asked."""

import json
from typing import Any

import pytest

from tests.browser.screens import expect, tell
from tests.browser.scripts import ACME, BOLT, bid, connected, deal, delta, quote, round_start, typing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)><b>bold</b>"
START = (connected(), round_start(1))
MODEL = {"voice": "model", "fallback": None}
UNAVAILABLE = {"voice": "template", "fallback": "provider_unavailable"}


def status(in_use: str = "lm_studio", fallback: str = "template", **changes: Any) -> dict[str, Any]:
    shown = {"available": True, "base_url": "http://127.0.0.1:1234/v1", "models": ["small", "large"], "error": None}
    builtin = {"available": True, "base_url": None, "models": [], "error": None}
    providers = {"lm_studio": {**shown, **changes}, "openai_compatible": shown, "openrouter": shown, "builtin": builtin}
    return {"in_use": in_use, "fallback": fallback, "llm": providers[in_use], "providers": providers, "database": {}}


def call(**changes: Any) -> dict[str, Any]:
    return {
        "call_id": "c1",
        "round": 1,
        "seller_id": ACME,
        "message_id": "m2",
        "provider": "lm_studio",
        "model": "small",
        "input_tokens": 1412,
        "output_tokens": 38,
        "is_estimated": False,
        "cost": 0.00012,
        "attempts": 1,
        "queued_seconds": 0.0,
        "first_token_seconds": 0.42,
        "seconds": 1.3,
        "result": "ok",
        "why": "",
        "error": "",
        "prompt": [{"role": "system", "content": "You sell."}, {"role": "user", "content": HOSTILE}],
        "reply": f'{{"message": "{HOSTILE}"}}',
        **changes,
    }


def answer(page: Any, address: str, body: dict[str, Any]) -> list[str]:
    """Has the address answered with this body; the calls that came, as they come."""
    asked: list[str] = []

    def reply(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route(address, reply)
    return asked


def answer_calls(page: Any, *calls: dict[str, Any]) -> list[str]:
    return answer(page, "**/model-calls?*", {"total": len(calls), "tokens": 2900, "cost": 0.00024, "calls": calls})


def lane(page: Any, seller: str) -> Any:
    return page.locator(f'.cell[data-lane="{seller}"]')


def test_draft_becomes_the_message_once_and_in_its_place(live_room):
    page, room = live_room(reduced_motion="reduce", viewport={"width": 1280, "height": 1200})
    tell(room, [*START, typing(ACME)])
    expect(lane(page, ACME)).to_contain_text("is writing")

    tell(room, [delta("Good day. I ask 590.")])
    expect(lane(page, ACME).locator(".draft .said")).to_have_text("Good day. I ask 590.")
    draft = lane(page, ACME).locator(".said").bounding_box()
    tell(room, [quote(2, message="Good day. I ask 590.", **MODEL)])

    expect(page.locator(".draft")).to_have_count(0)
    expect(page.locator(".said")).to_have_count(1)
    assert lane(page, ACME).locator(".said").bounding_box() == draft


def test_buyers_draft_stands_in_the_round_it_opens(live_room):
    page, room = live_room(reduced_motion="reduce", viewport={"width": 1280, "height": 1400})
    tell(room, [connected(), round_start(1), bid(2), quote(3), typing(None), delta("I bid 460.", sender="buyer")])
    draft = page.locator('[data-round="2"] .draft .said').first
    expect(draft).to_have_text("I bid 460.")
    before = draft.bounding_box()

    tell(room, [round_start(4, 2), bid(5, message="I bid 460.", round=2, **MODEL)])

    expect(page.locator(".draft")).to_have_count(0)
    assert page.locator('[data-round="2"] .said').bounding_box() == before


def test_round_that_never_began_leaves_no_mark(live_room):
    page, room = live_room()
    tell(room, [*START, bid(2), quote(3), typing(None)])
    expect(page.locator('[data-round="2"]')).to_have_count(1)

    tell(room, [deal(4)])

    expect(page.locator('[data-round="2"]')).to_have_count(0)
    expect(page.locator('[data-round="1"]')).to_have_count(1)


def test_place_in_the_queue_is_told(live_room):
    page, room = live_room()

    tell(room, [*START, typing(BOLT, 2)])

    expect(lane(page, BOLT)).to_contain_text("Bolt waits for the model, place 2")
    expect(lane(page, ACME)).not_to_contain_text("waits")


def test_buyer_that_writes_to_all_is_one_line_in_the_merged_talk(live_room):
    page, room = live_room()
    tell(room, [*START, typing(None)])
    expect(page.locator(".draft")).to_have_count(2)

    page.get_by_role("button", name="Merged").click()

    expect(page.locator(".draft")).to_have_count(1)
    expect(page.locator(".draft")).to_contain_text("TechCorp is writing")


def test_words_on_their_way_are_text_and_not_for_the_screen_reader(live_room):
    page, room = live_room()

    tell(room, [*START, delta(HOSTILE), typing(BOLT)])

    expect(page.locator(".draft .said").first).to_have_text(HOSTILE)
    expect(page.locator(".draft .said").first).to_have_attribute("aria-hidden", "true")
    assert page.locator("[data-talk] img, [data-talk] .said b").count() == 0
    assert page.locator("[aria-live] .draft, [role=status] .draft, [role=alert] .draft").count() == 0


def test_each_message_says_whose_words_it_is_in(told_room):
    page = told_room(*START, bid(2), quote(3, **MODEL), quote(4, BOLT, voice="person"))

    expect(page.locator(".words.buyer .voice")).to_have_text("template words")
    expect(lane(page, ACME).locator(".seller .voice")).to_contain_text("model's words")
    expect(lane(page, BOLT).locator(".seller .voice")).to_have_text("typed by a person")


def test_template_words_that_stand_in_say_why(told_room):
    page = told_room(*START, quote(2, **UNAVAILABLE))
    button = page.get_by_role("button", name="template words: the model could not be reached")
    expect(page.locator(".tip")).to_be_hidden()

    button.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")

    expect(button).to_be_focused()
    expect(page.locator(".tip")).to_be_visible()
    expect(page.locator(".tip")).to_have_text("Template words: the model could not be reached")


@pytest.mark.parametrize("mode", ["Lanes", "Merged"])
def test_note_stands_once_between_what_was_before_and_after(told_room, mode):
    page = told_room(*START, bid(2, **MODEL), quote(3, **UNAVAILABLE), quote(4, BOLT, **UNAVAILABLE))

    page.get_by_role("button", name=mode).click()

    told = page.locator("[data-talk] .said, [data-talk] .note").all_inner_texts()
    assert told == ["I bid 450.", "The model cannot be reached; template words stand in.", "I ask 590.", "I ask 590."]


@pytest.mark.parametrize(
    ("told", "light", "words"),
    [
        (status(), "on", "Model: LM Studio"),
        (status(available=False, error="refused"), "off", "No model: template words"),
        (status(available=False, error="refused", fallback="off"), "bad", "Model away"),
        (status("builtin"), "none", "No model: template words"),
    ],
)
def test_light_tells_whether_the_model_can_be_reached(operator_tab, told, light, words):
    page = operator_tab()
    answer(page, "**/api/v1/llm/status", told)

    page.goto("/")

    expect(page.locator("[data-provider-light] button")).to_have_text(words)
    expect(page.locator("[data-provider-light] button")).to_have_attribute("data-light", light)


def test_light_opens_its_details(operator_tab):
    page = operator_tab()
    answer(page, "**/api/v1/llm/status", status(available=False, models=[], error=HOSTILE))
    page.goto("/")

    page.get_by_role("button", name="No model: template words").click()

    details = page.locator("#provider-details")
    expect(details).to_be_visible()
    expect(details).to_contain_text("LM Studio")
    expect(details).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()


def test_light_is_asked_for_again(operator_tab):
    page = operator_tab()
    page.clock.install()
    asked = answer(page, "**/api/v1/llm/status", status())
    page.goto("/")
    expect(page.locator("[data-provider-light] button")).to_have_text("Model: LM Studio")
    answer(page, "**/api/v1/llm/status", status(available=False))

    page.clock.run_for(10_000)

    expect(page.locator("[data-provider-light] button")).to_have_text("No model: template words")
    assert len(asked) == 1


def test_light_that_cannot_be_had_is_not_shown(operator_tab):
    page = operator_tab()
    page.route("**/api/v1/llm/status", lambda route: route.fulfill(status=503, body="{}"))

    with page.expect_response("**/api/v1/llm/status"):
        page.goto("/")

    expect(page.locator("[data-provider-light]")).to_be_hidden()


def test_dialog_shows_what_was_asked_and_answered_as_text(live_room):
    page, room = live_room()
    asked = answer_calls(page, call(), call(call_id="c2", message_id="m9"))
    tell(room, [*START, quote(2, message_id="m2", **MODEL)])

    page.get_by_role("button", name="Show what the model was asked").click()

    dialog = page.get_by_role("dialog", name="What the model was asked")
    expect(dialog.locator("[data-call]")).to_have_count(1)
    expect(dialog).to_contain_text("1,412 and 38")
    expect(dialog).to_contain_text("$0.00012")
    expect(dialog.get_by_label("Question")).to_have_text(HOSTILE)
    expect(dialog.get_by_label("Reply")).to_contain_text(HOSTILE)
    assert dialog.locator("img, pre b").count() == 0
    assert len(asked) == 1


def test_calls_are_fetched_once_until_there_are_new_ones(live_room):
    page, room = live_room()
    asked = answer_calls(page, call(), call(call_id="c2", message_id="m3", seller_id=BOLT))
    tell(room, [*START, quote(2, message_id="m2", **MODEL), quote(3, BOLT, message_id="m3", **MODEL)])

    for seller in (ACME, BOLT):
        lane(page, seller).get_by_role("button", name="Show what the model was asked").click()
        expect(page.locator("[data-call]")).to_have_count(1)
        page.keyboard.press("Escape")
    tell(room, [quote(4, message_id="m4", **MODEL)])
    expect(lane(page, ACME).get_by_role("button", name="Show what the model was asked")).to_have_count(2)
    lane(page, ACME).get_by_role("button", name="Show what the model was asked").last.click()

    expect(page.get_by_role("dialog")).to_contain_text("No call is on record for this message.")
    assert len(asked) == 2


def test_buyers_call_serves_all_its_threads_of_the_round(told_room):
    page = told_room(*START, bid(2, message_id="m2", **MODEL), bid(3, BOLT, message_id="m3", **MODEL))
    tries = [call(call_id=f"b{n}", seller_id=None, result=result) for n, result in enumerate(("retried", "ok"))]
    answer_calls(page, *tries, call(call_id="b3", seller_id=None, round=2, message_id="m5"))

    lane(page, BOLT).get_by_role("button", name="Show what the model was asked").click()

    calls = page.locator("[data-call]")
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("Not used, asked again")
    expect(calls.last).to_contain_text("Used")


def test_message_whose_model_was_never_asked_says_so(told_room):
    page = told_room(*START, quote(2, message_id="m2", **UNAVAILABLE))
    answer_calls(page)

    lane(page, ACME).get_by_role("button", name="template words").click()

    expect(page.get_by_role("dialog")).to_contain_text("The model was not asked: the model could not be reached.")


def test_refused_calls_are_told_in_the_dialog(told_room):
    page = told_room(*START, quote(2, message_id="m2", **MODEL))
    refusal = {"error": {"code": "NOT_ALLOWED", "message": "Only operators may read this."}}
    page.route("**/model-calls?*", lambda route: route.fulfill(status=403, body=json.dumps(refusal)))

    page.get_by_role("button", name="model's words").click()

    expect(page.get_by_role("alert").filter(has_text="Only operators")).to_be_visible()


def test_finished_room_sums_up_what_its_models_did(live_room):
    page, room = live_room()
    answer_calls(page, call())
    expect(page.locator("[data-models]")).to_be_hidden()

    tell(room, [*START, bid(2), quote(3, **MODEL), deal(4)])

    expect(page.locator("[data-models]")).to_contain_text("2,900")
    expect(page.locator("[data-models]")).to_contain_text("50 % of 2 messages")


def test_model_fields_are_dimmed_while_nobody_asks_a_model(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")
    page.get_by_label("Who plays the buyer").select_option("strategy")
    page.locator("[name=sellers]:checked").evaluate_all("all => all.forEach((box) => box.click())")
    expect(page.locator("[data-model-fields]")).to_have_class("group is-unused")
    expect(page.locator("[data-use]")).to_contain_text("Nobody in this session asks a model")

    page.get_by_label("Who plays the buyer").select_option("narrated")

    expect(page.locator("[data-model-fields]")).to_have_class("group")
    expect(page.locator("[data-use]")).to_have_text("For the buyer; no chosen seller asks a model.")


def test_seller_that_asks_a_model_needs_the_model_fields(operator_tab):
    page = operator_tab()
    page.goto("/sessions/new/")
    page.locator("[name=sellers]").evaluate_all(
        "all => all.forEach((box, at) => { box.dataset.mind = at ? 'strategy' : 'llm'; })"
    )

    page.get_by_label("Who plays the buyer").select_option("strategy")

    expect(page.locator("[data-use]")).to_have_text("For one chosen seller; the buyer asks no model.")
    expect(page.locator("[data-model-fields]")).to_have_class("group")


def test_models_are_suggested_of_the_provider_that_is_chosen(operator_tab):
    page = operator_tab()
    answer(page, "**/api/v1/llm/status", status("builtin", models=["small", HOSTILE]))
    page.goto("/sessions/new/")
    expect(page.locator("[data-provider-hint]")).to_contain_text("No model is asked")
    page.locator("summary", has_text="Language models").click()

    page.get_by_label("Provider").select_option("lm_studio")

    expect(page.locator("[data-provider-hint]")).to_have_text("LM Studio answers and has 2 models.")
    values = page.locator("#known-models option").evaluate_all("all => all.map((option) => option.value)")
    assert values == ["small", HOSTILE]
