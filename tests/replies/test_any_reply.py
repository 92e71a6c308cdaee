from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.replies.choices import read_buyer_choice, read_seller_choice
from negotiation.replies.flaws import Unusable
from negotiation.replies.messages import read_message, read_messages
from negotiation.replies.notations import says_secret
from negotiation.replies.sentences import check_shown, fields_before_message, message_so_far, messages_so_far
from negotiation.replies.wording import Speech, check_words
from tests.replies.corpus_hostile import HOSTILE
from tests.replies.corpus_replies import BUYER_REPLIES, CURRENCY, SELLER_REPLIES, SELLERS

SHORT = [reply.raw for reply in (*SELLER_REPLIES, *BUYER_REPLIES) if len(reply.raw) < 2000]
SHORT += [hostile.text for hostile in HOSTILE if len(hostile.text) < 2000]
SCRAPS = [
    '{"',
    '"}',
    ":",
    ",",
    "[",
    "]",
    "\\",
    "\\u00",
    '"message":',
    '"price":',
    "41.20",
    "1e9",
    "null",
    "</think>",
    "\x00",
]
SPEECH = Speech(Decimal("41.20"), frozenset({Decimal(50)}), ("HP 15",), ("Bob",), frozenset({Decimal("391.21")}))


@st.composite
def mutated_replies(draw: st.DrawFn) -> str:
    raw = draw(st.sampled_from(SHORT))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(raw)))
        end = min(len(raw), place + draw(st.integers(0, 6)))
        raw = raw[:place] + draw(st.sampled_from(SCRAPS) | st.text(max_size=3)) + raw[end:]
    return raw


@given(mutated_replies() | st.text())
@settings(max_examples=400, deadline=None)
def test_no_reply_raises_anything_but_unusable(raw: str) -> None:
    with suppress(Unusable):
        choice = read_seller_choice(raw, CURRENCY)
        assert choice.price is None or choice.price > 0
    with suppress(Unusable):
        read_buyer_choice(raw, SELLERS, CURRENCY)
    with suppress(Unusable):
        read_message(raw)
    with suppress(Unusable):
        read_messages(raw, SELLERS)
    message_so_far(raw)
    messages_so_far(raw, SELLERS)
    fields_before_message(raw)


@given(mutated_replies() | st.text())
@settings(max_examples=400, deadline=None)
def test_words_that_may_be_said_are_clean_and_name_the_price(text: str) -> None:
    check_shown(text, SPEECH)
    try:
        said = check_words(text, SPEECH)
    except Unusable:
        return

    assert said.isprintable()
    assert 8 <= len(said) <= 240
    assert "41.2" in said or not said.isascii()


@given(st.text(max_size=20), st.decimals(10, 99999, places=2), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_private_number_in_digits_is_always_found(before: str, secret: Decimal, after: str) -> None:
    assert says_secret(f"{before} {secret} {after}", {secret})
