import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from marketplace.text import clean_text, validate_line


@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń", "北京电子", "👩\u200d💻", "می\u200cخواهم", "O'Neill & <b>Sons</b>"]
)
def test_writing_of_any_script_passes_unchanged(text):
    assert clean_text(text) == text


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2067", "\ufeff", "\u00ad", "\u2060", "\U000e0041"])
def test_what_cannot_be_seen_is_taken_out(hidden):
    assert clean_text(f"a{hidden}b") == "ab"


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\r", "\ud800"])
@pytest.mark.parametrize("lines", [True, False])
def test_control_characters_are_refused_everywhere(control, lines):
    with pytest.raises(ValueError, match="control characters"):
        clean_text(f"a{control}b", lines=lines)


@pytest.mark.parametrize("control", ["\n", "\t"])
def test_line_breaks_belong_to_messages_only(control):
    with pytest.raises(ValueError, match="control characters"):
        clean_text(f"a{control}b")

    assert clean_text(f"a{control}b", lines=True) == f"a{control}b"


def test_outer_space_is_taken_off():
    assert clean_text(" \u00a0Acme\u3000 ") == "Acme"


@given(st.text())
def test_clean_text_is_clean_and_stays_as_it_is(text):
    try:
        cleaned = clean_text(text)
    except ValueError:
        return

    assert clean_text(cleaned) == cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)
    cleaned.encode()


@pytest.mark.parametrize("text", ["a\x00", " a", "a ", "a\u200b", "a\nb"])
def test_line_that_is_not_clean_is_invalid(text):
    with pytest.raises(ValidationError):
        validate_line(text)


def test_clean_line_is_valid():
    validate_line("Acme & Söhne")
