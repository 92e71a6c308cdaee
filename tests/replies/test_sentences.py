import json
from itertools import pairwise

import pytest

from negotiation.replies.sentences import complete_sentences, fields_before_message, message_so_far, messages_so_far

SAID = 'It\'s "41.20", 😀 friend. Deal?'
SELLERS = {"S1": "Acme", "S2": "Bolt"}
RAW = json.dumps({"action": "offer", "price": 41.2, "offer": {"a": [1, "}"]}, "message": SAID, "note": "x"})


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("I can do 41", ""), ("I can do 41.", ""), ("I can do 41.20. And", "I can do 41.20."),
        ("Well, e.g. this", ""), ("See No. 5 here", ""), ("Mr. X said so! Or", "Mr. X said so!"),
        ("Really?! “Yes.” So", "Really?! “Yes.”"), ("Hm… yes", "Hm…"), ("好的。我", "好的。"),
        ("One. Two. Thr", "One. Two."), ("", ""),
    ],
)  # fmt: skip
def test_sentence_is_whole_once_the_next_has_begun(text: str, whole: str) -> None:
    assert complete_sentences(text) == whole


def test_words_grow_with_the_reply_and_never_change() -> None:
    shown = [message_so_far(RAW[:length]) for length in range(len(RAW) + 1)]

    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))
    assert shown[-1] == SAID


def test_no_half_of_a_character_is_shown() -> None:
    shown = [message_so_far(RAW[:length]) for length in range(len(RAW) + 1)]

    assert all(text.encode() is not None for text in shown)


def test_fields_are_known_when_the_words_begin() -> None:
    before = RAW.index('"message"')
    begun = RAW.index("It's")

    assert fields_before_message(RAW[:before]) is None
    assert fields_before_message(RAW[:begun]) == {"action": "offer", "price": "41.2", "offer": {"a": [1, "}"]}}


def test_words_of_an_inner_object_or_of_reasoning_are_not_shown() -> None:
    assert message_so_far('{"draft": {"message": "No"}, "mess') == ""
    assert message_so_far('<think>{"message": "No"') == ""
    assert message_so_far("Just prose, no object") == ""


@pytest.mark.parametrize(
    "raw",
    [
        '{"messages": [{"to": "S1", "message": "One."}, {"to": "S2", "message": "Tw',
        '```json\n{"messages": {"S1": "One.", "S9": "No", "S2": "Tw',
        '{"S1": "One.", "S2": "Tw',
        '{"messages": [{"to": "Acme", "message": "One."}, {"to": "bolt (S2)", "message": "Tw',
        '{"messages": {"Acme": "One.", "Bolt": "Tw',
        '{"decision": "go_on", "bids": [{"to": "S1", "price": 4, "message": "One."}, {"to": "s2", "message": "Tw',
    ],
)
def test_words_for_each_seller_are_read_as_they_come(raw: str) -> None:
    assert messages_so_far(raw, SELLERS) == {"S1": "One.", "S2": "Tw"}


def test_words_without_addressee_are_shown_to_nobody() -> None:
    assert messages_so_far('{"messages": [{"message": "One."}, {"to": "S9", "message": "No', SELLERS) == {}
