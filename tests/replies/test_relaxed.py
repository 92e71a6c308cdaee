import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.replies.objects import objects_in

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp"), exclude_characters="\\"), max_size=30
)
SCALARS = TEXTS | st.integers(-(10**9), 10**9) | st.booleans() | st.none()
VALUES = SCALARS | st.lists(SCALARS, max_size=4) | st.dictionaries(NAMES, SCALARS, max_size=4)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda found: {"price": 1, **found})


def read(text: str) -> dict[str, Any] | None:
    found = list(objects_in(text, ("price",)))
    return found[0] if len(found) == 1 else None


@given(OBJECTS)
def test_what_python_prints_is_read_as_what_it_was(found: dict[str, Any]) -> None:
    assert read(repr(found)) == found


@given(OBJECTS)
def test_commas_at_the_ends_of_lines_may_be_missing(found: dict[str, Any]) -> None:
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in found.items())

    assert read("{" + "\n".join(lines) + "}") == found


@given(OBJECTS)
def test_object_within_a_text_is_read_as_itself(found: dict[str, Any]) -> None:
    assert read(json.dumps(json.dumps(found, ensure_ascii=False), ensure_ascii=False)) == found


@given(OBJECTS, st.data())
def test_nothing_that_is_cut_off_is_read(found: dict[str, Any], data: st.DataObject) -> None:
    text = repr(found)

    assert read(text[: data.draw(st.integers(0, len(text) - 1))]) is None


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('{"message": "It is "final", they say.", "price": 41.2}', 'It is "final", they say.'),
        ('{"price": 41.2, "message": "My "best" price"}', 'My "best" price'),
        ("{'price': 41.2, 'message': 'I can't, I won't, and that's it'}", "I can't, I won't, and that's it"),
        ("{“price”: 41.2, “message”: “It’s “fair””}", "It’s “fair”"),
        ('{"price": 41.2, "message": "a // b # c /* d"}', "a // b # c /* d"),
        ("{price: 41.2, message: 'one\\ntwo \\u00e9 \\$5'}", "one\ntwo é $5"),
        ('{"price": 41.2, "message": "Fine: ok, {really}!",}', "Fine: ok, {really}!"),
    ],
)
def test_words_keep_the_marks_that_are_part_of_them(written: str, message: str) -> None:
    assert read(written) == {"price": Decimal("41.2"), "message": message}


@pytest.mark.parametrize(
    "number",
    [
        "41,2",
        "041",
        "+41",
        "0x29",
        ".5",
        "41.",
        "NaN",
        "Infinity",
        "undefined",
        "1_000",
        "--1",
        "$-1",
        "1,23",
        "1,234,5",
    ],
)
def test_number_that_is_none_of_json_spoils_the_object(number: str) -> None:
    assert read(f"{{price: {number}, action: 'offer'}}") is None


@pytest.mark.parametrize("amount", ["$41.2", "41.2€", "41.20 USD", "EUR 41.2", "1,234", "$1,234,567.89"])
@pytest.mark.parametrize("behind", ["", ",", ", action: 'offer'", ',\n  "action": 1'])
def test_amount_without_quotes_is_its_text(amount: str, behind: str) -> None:
    found = read(f"{{price: {amount}{behind}}}")

    assert found is not None
    assert found["price"] == amount


@pytest.mark.parametrize("written", ["{price}", "{price: }", "{: 1}", "{price: 1,, a: 2}", "{price 1}", "{price: a b}"])
def test_what_only_looks_like_an_object_is_none(written: str) -> None:
    assert read(written) is None


@pytest.mark.parametrize(
    "piece",
    ["{'a'", "{a:", "{'a':'b',", "{/*", "{#", "{'", '{"a":"b" "c"', "{\\n", "{“a”:“b”, “", '{\\"a\\":', '{a:"",'],
)
def test_endless_repetition_is_no_object_and_crashes_nothing(piece: str) -> None:
    assert read(piece * (1_000_000 // len(piece))) is None
