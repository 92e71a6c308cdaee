from typing import Any

import pytest

from negotiation.core.vocabulary import Fallback, Voice
from tests.browser.scripts import ACME, BOLT, Frame, bid, connected, quote, round_start

pytestmark = pytest.mark.browser

FOLD = """async (frames) => {
  const state = await import("/static/js/room_state.js");
  const room = frames.reduce((room, frame) => state.fold(room, frame), state.newRoom());
  return room.entries.map((entry) => (entry.kind === "note" ? entry.text : entry.kind));
}"""
WORDS = """async ([name, values]) => {
  const voices = await import("/static/js/voices.js");
  return values.map((value) => voices[name](value));
}"""
AWAY = "The model cannot be reached; template words stand in."
SLOW = "The model does not answer in time; template words stand in."
SPENT = "The budget for models is spent; template words stand in."
BACK = "The model is back."
MODEL = {"voice": "model", "fallback": None}


def fallback(reason: str) -> dict[str, str]:
    return {"voice": "template", "fallback": reason}


UNAVAILABLE, TIMEOUT, UNUSABLE = (
    fallback(f"{why}") for why in (Fallback.UNAVAILABLE, Fallback.TIMED_OUT, Fallback.UNUSABLE)
)
BUDGET, GIVEN_UP = fallback("budget_spent"), fallback("model_given_up")


def talk(page: Any, *frames: Frame) -> list[str]:
    """The kinds of the messages, with the notes among them word for word; the rounds left out."""
    return [kind for kind in page.evaluate(FOLD, [connected(), round_start(1), *frames]) if kind != "round"]


def test_note_comes_once_before_the_first_template_words(blank):
    told = talk(blank, bid(2, **MODEL), quote(3, **UNAVAILABLE), quote(4, BOLT, **UNAVAILABLE), bid(5, **UNAVAILABLE))

    assert told == ["buyer", AWAY, "seller", "seller", "buyer"]


def test_note_says_when_the_model_is_back(blank):
    told = talk(blank, bid(2, **UNAVAILABLE), quote(3, **UNAVAILABLE), quote(4, **MODEL), bid(5, **MODEL))

    assert told == [AWAY, "buyer", "seller", BACK, "seller", "buyer"]


def test_change_is_told_each_time(blank):
    told = talk(blank, quote(2, **UNAVAILABLE), quote(3, **MODEL), quote(4, **TIMEOUT))

    assert told == [AWAY, "seller", BACK, "seller", SLOW, "seller"]


def test_one_slow_seat_among_quick_ones_is_told_of_once(blank):
    rounds = [
        frame
        for seq in (2, 5, 8)
        for frame in (bid(seq, **MODEL), quote(seq + 1, **TIMEOUT), quote(seq + 2, BOLT, **MODEL))
    ]

    assert talk(blank, *rounds).count(SLOW) == 1
    assert BACK not in talk(blank, *rounds)


def test_model_is_back_after_a_round_without_template_words_even_if_the_seat_has_left(blank):
    gone = quote(2, **UNAVAILABLE, action="walk_away", offer=None)

    told = talk(blank, gone, bid(3, round=2, **MODEL), bid(4, round=3, **MODEL))

    assert told == [AWAY, "seller", "buyer", BACK, "buyer"]


def test_out_of_reach_and_too_slow_are_one_state(blank):
    told = talk(blank, quote(2, **TIMEOUT), quote(3, BOLT, **UNAVAILABLE), bid(4, **TIMEOUT))

    assert told == [SLOW, "seller", "seller", "buyer"]


def test_spent_budget_has_words_of_its_own(blank):
    assert talk(blank, bid(2, **MODEL), quote(3, **BUDGET), bid(4, **BUDGET)) == ["buyer", SPENT, "seller", "buyer"]


def test_unusable_reply_is_no_matter_of_the_room(blank):
    assert talk(blank, bid(2, **MODEL), quote(3, **UNUSABLE), quote(4, BOLT, **MODEL)) == ["buyer", "seller", "seller"]


def test_seat_that_goes_on_without_its_model_is_named_once(blank):
    told = talk(blank, quote(2, **GIVEN_UP), quote(3, BOLT, **MODEL), quote(4, **GIVEN_UP), bid(5, **GIVEN_UP))

    assert told == [
        "Acme goes on in template words; its model's replies could not be used.",
        "seller",
        "seller",
        "seller",
        "TechCorp goes on in template words; its model's replies could not be used.",
        "buyer",
    ]


def test_room_that_never_had_a_model_needs_no_note(blank):
    assert talk(blank, bid(2), quote(3), quote(4, BOLT)) == ["buyer", "seller", "seller"]


def test_persons_words_say_nothing_of_the_model(blank):
    person = bid(3, offers=[], voice="person", fallback=None, is_interjection=True)

    assert talk(blank, quote(2, ACME, **UNAVAILABLE), person) == [AWAY, "seller", "buyer"]


@pytest.mark.parametrize(("name", "codes"), [("voiceWords", list(Voice)), ("standInReason", list(Fallback))])
def test_every_code_has_words(blank, name, codes):
    words = blank.evaluate(WORDS, [name, codes])

    assert all(words)
    assert not set(words) & {code.replace("_", " ") for code in codes}
