import json
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.core.vocabulary import Party
from negotiation.minds import buyer_phrases, seller_phrases
from negotiation.minds.seller_phrases import Voice
from negotiation.prompts.briefs import Line
from negotiation.prompts.quoting import (
    DRAFT_LENGTH,
    MOST_QUESTIONS,
    SAID_LENGTH,
    Quotation,
    fenced,
    quote_questions,
    quote_talk,
    speaker,
    spoken,
    tame,
)
from tests.prompts.hostile import FORBIDDEN_MARKS, HOSTILE, LONG, quoted_strings, skeleton

MARKS = "<>{}[]|`#=~*_-()'/\\\":◁▷▁＜：｜"
# Words of roles and marks between them, the better to make tokens of.
PIECES = st.sampled_from(["system", "Assistant", "user", "im_start", "INST", " ", "\n", "\u200b", "x", *MARKS])
NASTY = st.text() | st.lists(PIECES, max_size=40).map("".join)


@dataclass(frozen=True, slots=True)
class Facts:
    name: str
    rows: tuple[Quotation, ...] = ()
    missing: str | None = None


def a_line(text: str, by: Party = Party.BUYER, price: Decimal | None = None) -> Line:
    return Line(by, 1, text, price)


def phrases() -> Iterator[str]:
    """Every text of the templates, with prices in it."""
    for module in (buyer_phrases, seller_phrases):
        for name, table in vars(module).items():
            if name.isupper():
                for text in texts_in(table):
                    yield text.replace("{price}", "1,234.50").replace("{rival}", "1,200.00")


def texts_in(table: object) -> Iterator[str]:
    match table:
        case str():
            yield table
        case tuple():
            for entry in table:
                yield from texts_in(entry)
        case dict():
            yield from texts_in(tuple(table.values()))
        case Voice():
            yield from texts_in((table.shared, table.for_profit, table.for_retention))


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], ids=lambda text: ascii(text[:12]))
def test_no_mark_of_control_is_left_in_a_tamed_text(text: str) -> None:
    assert not FORBIDDEN_MARKS.search(tame(text, SAID_LENGTH))


@given(NASTY)
def test_no_text_whatever_keeps_a_mark_of_control(text: str) -> None:
    assert not FORBIDDEN_MARKS.search(tame(text, SAID_LENGTH))


@given(NASTY)
def test_normalising_a_tamed_text_again_changes_nothing(text: str) -> None:
    tamed = tame(text, SAID_LENGTH)

    assert unicodedata.normalize("NFKC", tamed) == tamed


@given(NASTY, st.integers(min_value=10, max_value=80))
def test_taming_twice_is_taming_once(text: str, most: int) -> None:
    tamed = tame(text, most)

    assert tame(tamed, most) == tamed


def test_what_is_left_of_all_characters_can_be_seen() -> None:
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

    tamed = tame("".join(map(chr, range(sys.maxunicode + 1))), 8 * sys.maxunicode)

    assert len(tamed) > 100_000
    assert not {unicodedata.category(character) for character in set(tamed)} & unseen


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\u202e", "\u00ad", "\ufe0f", "\U000e0041", "\x1b", "\u3164", "\u034f"]
)
def test_invisible_characters_do_not_hide_a_mark(invisible: str) -> None:
    assert tame(invisible.join("system:"), 60) == "system -"


@pytest.mark.parametrize("text", [*HOSTILE, *LONG], ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("most", [60, 500])
def test_tamed_text_keeps_to_its_length_in_characters_and_bytes(text: str, most: int) -> None:
    tamed = tame(text, most)

    assert len(tamed) <= most
    assert len(tamed.encode()) <= 2 * most


def test_text_that_is_cut_shows_it() -> None:
    assert tame("word " * 200, 60) == "word " * 11 + "wo..."


@pytest.mark.parametrize(
    ("written", "tamed"),
    [
        ("Steel bolt M8 #4", "Steel bolt M8 #4"),
        ("Müller & Söhne", "Müller & Söhne"),
        ("北京电子", "北京电子"),
        ("Ёлка", "Ёлка"),
        ("3/4 in. pipe - 50% off", "3/4 in. pipe - 50% off"),
        ("two\n  lines\t here ", "two lines here"),
        ('27" monitor', "27” monitor"),
        ("[NEW] laptop {i7}", "(NEW) laptop (i7)"),
        ("Cooling system: 4 fans", "Cooling system - 4 fans"),
        ("ecosystem: green", "ecosystem: green"),
        ("", ""),
        ("\u200b\u2060", ""),
    ],
)
def test_ordinary_text_stays_readable(written: str, tamed: str) -> None:
    assert tame(written, 110) == tamed


def test_template_words_pass_unchanged() -> None:
    texts = list(phrases())

    assert len(texts) > 500
    assert [text for text in texts if tame(text, DRAFT_LENGTH) != text] == []


@given(NASTY, NASTY)
def test_block_around_quoted_text_is_the_same_for_any_text(name: str, said: str) -> None:
    facts = Facts(tame(name, 60), (Quotation("you", tame(said, 500)),))
    harmless = Facts("Acme", (Quotation("you", "Hello."),))

    assert skeleton(fenced(facts)) == skeleton(fenced(harmless))


@given(NASTY)
def test_block_carries_the_text_as_data(text: str) -> None:
    block = fenced(Facts(tame(text, 500), (Quotation("you", "Hello.", "41.20"),)))

    document = json.loads(block.removeprefix("```json\n").removesuffix("\n```"))

    assert document == {"name": tame(text, 500), "rows": [{"who": "you", "said": "Hello.", "price": "41.20"}]}


def test_block_has_no_line_for_what_is_not_known() -> None:
    assert list(quoted_strings(fenced(Facts("Acme")))) == ["name", "Acme", "rows"]


def test_talk_that_fits_is_quoted_in_its_order() -> None:
    talk = (a_line("First.", price=Decimal("1234.5")), a_line("Second.", Party.SELLER))

    quoted = quote_talk(talk, Party.SELLER, 600)

    assert quoted == (Quotation("other side", "First.", "1,234.50"), Quotation("you", "Second."))


def test_oldest_talk_is_left_out_first() -> None:
    talk = tuple(a_line(f"This is line {number} of the talk.") for number in range(100))

    quoted = quote_talk(talk, Party.SELLER, 100)

    assert [quotation.said for quotation in quoted] == [line.text for line in talk[-len(quoted) :]]
    assert 2 < len(quoted) < 10


def test_newest_line_is_quoted_even_if_it_fills_the_budget() -> None:
    talk = (a_line("Old."), a_line("x" * 1000))

    quoted = quote_talk(talk, Party.SELLER, 10)

    assert [len(quotation.said) for quotation in quoted] == [SAID_LENGTH]


@given(st.lists(NASTY, max_size=30), st.integers(min_value=300, max_value=900))
def test_quoted_talk_keeps_to_its_tokens(texts: list[str], tokens: int) -> None:
    quoted = quote_talk([a_line(text) for text in texts], Party.SELLER, tokens)

    assert sum(len(quotation.said.encode()) for quotation in quoted) <= 4 * tokens


def test_only_the_newest_questions_are_quoted() -> None:
    questions = tuple(f"Question {letter}?" for letter in "abcdef")

    assert quote_questions(questions) == questions[-MOST_QUESTIONS:]


def test_without_questions_there_is_nothing_to_quote() -> None:
    assert quote_questions(()) is None


@pytest.mark.parametrize(("by", "who"), [(Party.SELLER, "you"), (Party.BUYER, "other side")])
def test_a_seller_is_you_to_itself(by: Party, who: str) -> None:
    assert speaker(by, Party.SELLER) == who


@pytest.mark.parametrize(
    ("amount", "text"), [("41.2", "41.20"), ("1234567.5", "1,234,567.50"), ("0.1", "0.10"), ("1E+3", "1,000.00")]
)
def test_price_is_spoken_with_two_decimals(amount: str, text: str) -> None:
    assert spoken(Decimal(amount)) == text
