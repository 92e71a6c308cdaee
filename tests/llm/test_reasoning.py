from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.reasoning import LONGEST_MARK, ReasoningFilter

WHOLE = [
    ("<think>hm</think>Offer 41", "Offer 41"),
    ("<think></think>\n\nOffer 41", "Offer 41"),
    ("<thinking>hm</thinking> Offer 41", "Offer 41"),
    ("<reasoning>hm</reasoning>Offer 41", "Offer 41"),
    ("<thought>hm</thought>Offer 41", "Offer 41"),
    ("<scratchpad>hm</scratchpad>Offer 41", "Offer 41"),
    ("<THINK>hm</Think>Offer 41", "Offer 41"),
    ('<think budget="12" mode=deep>hm</think >Offer 41', "Offer 41"),
    ("<think/>Offer 41", "Offer 41"),
    ("<seed:think>hm</seed:think>Offer 41", "Offer 41"),
    ("[THINK]hm[/THINK]Offer 41", "Offer 41"),
    ("◁think▷hm◁/think▷Offer 41", "Offer 41"),
    ("<|begin_of_thought|>hm<|end_of_thought|>Offer 41", "Offer 41"),
    ("<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>Offer 41<|END_RESPONSE|>", "Offer 41"),
    ("<|channel>thought\nhm<channel|>Offer 41", "Offer 41"),
    ("<|channel|>analysis<|message|>hm<|end|>Offer 41", "Offer 41"),
    ("<|start|>assistant<|message|>Offer 41<|return|>", "Offer 41"),
    ("Offer <think>hm</think>41", "Offer 41"),
    ("<think>a</think>Offer <think>b</think>41", "Offer 41"),
    ("<think>never ends", ""),
    ("Offer 41 <think>never ends", "Offer 41"),
    ("[THINK]never ends", ""),
    ("<|channel|>analysis<|message|>never ends", ""),
    ("<|channel|>analysis", ""),
    ("  \n Offer 41 \n ", "Offer 41"),
    ("Is 3 < 4, or [x] > 5?", "Is 3 < 4, or [x] > 5?"),
    ("I think <b>so</b>", "I think <b>so</b>"),
    ("<thinker>hm</thinker>", "<thinker>hm</thinker>"),
    ("Offer <thi", "Offer <thi"),
    ("", ""),
]
ORPHANS = [
    ("hm</think>Offer 41", "Offer 41"),
    ("hm[/THINK]Offer 41", "Offer 41"),
    ("hm◁/think▷Offer 41", "Offer 41"),
    ("<think>a<think>b</think>c</think>Offer 41", "Offer 41"),
    ("hm</think>hm</think>Offer 41", "Offer 41"),
    ("hm</think>", ""),
    ("hm<|channel|>final<|message|>Offer 41", "Offer 41"),
    ("analysisWe could ask 45.assistantfinalOffer 41", "Offer 41"),
]
HARMONY = "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Offer 41<|return|>"


def left_of(pieces: list[str]) -> str:
    reasoning_filter = ReasoningFilter()
    for piece in pieces:
        reasoning_filter.feed(piece)
    reasoning_filter.finish()
    return reasoning_filter.text


@pytest.mark.parametrize(("text", "left"), [*WHOLE, *ORPHANS, (HARMONY, "Offer 41")])
def test_reasoning_is_taken_out_of_a_whole_reply(text: str, left: str) -> None:
    assert left_of([text]) == left


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize(("text", "left"), [*WHOLE, (HARMONY, "Offer 41")])
def test_pieces_without_reasoning_add_up_to_the_whole_reply(text: str, left: str, size: int) -> None:
    assert "".join(shown(text, size)) == left


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize(("text", "left"), ORPHANS)
def test_reasoning_without_a_beginning_is_taken_back_at_the_end(text: str, left: str, size: int) -> None:
    reasoning_filter = ReasoningFilter()

    for start in range(0, len(text), size):
        reasoning_filter.feed(text[start : start + size])
    reasoning_filter.finish()

    assert reasoning_filter.text == left


def test_words_are_shown_as_soon_as_they_come() -> None:
    reasoning_filter = ReasoningFilter()

    assert [reasoning_filter.feed(piece) for piece in ("Offer", " 41", " < 42", " [now]")] == [
        "Offer",
        " 41",
        " < 42",
        " [now]",
    ]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<|channel|>", "final", "<|message|>", "<|end|>", "a ", "[", "<"]))
)
def test_pieces_make_no_difference_to_what_is_left(pieces: list[str]) -> None:
    assert left_of(pieces) == left_of(["".join(pieces)])


@pytest.mark.parametrize(
    "filler", ["<", "<think ", "<think>", "</think>", "[", "<|channel|>analysis<|", " ", "a<", "◁"]
)
def test_a_megabyte_of_anything_holds_back_no_more_than_a_mark(filler: str) -> None:
    reasoning_filter = ReasoningFilter()

    reasoning_filter.feed(filler * (1_000_000 // len(filler)))

    assert len(reasoning_filter._pending) <= LONGEST_MARK


def shown(text: str, size: int) -> Iterator[str]:
    reasoning_filter = ReasoningFilter()
    for start in range(0, len(text), size):
        yield reasoning_filter.feed(text[start : start + size])
    yield reasoning_filter.finish()
