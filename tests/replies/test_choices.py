from collections.abc import Callable
from decimal import Decimal

import pytest

from negotiation.replies.choices import BuyerDecision, read_buyer_choice, read_seller_choice
from negotiation.replies.flaws import Unusable
from negotiation.replies.messages import known_key, read_message, read_messages
from negotiation.replies.sentences import messages_so_far
from tests.replies.corpus_replies import (
    BUYER_REPLIES,
    CURRENCY,
    SELLER_REPLIES,
    SELLERS,
    WORDS_REPLIES,
    BuyerReply,
    SellerReply,
    WordsReply,
)


def test_corpus_has_hundreds_of_replies() -> None:
    assert len(SELLER_REPLIES) + len(BUYER_REPLIES) + len(WORDS_REPLIES) >= 250


def test_almost_every_usable_offer_is_taken() -> None:
    usable = [reply for reply in SELLER_REPLIES if reply.action is not None]

    taken = [reply for reply in usable if not isinstance(_seller(reply.raw), Unusable)]

    assert len(taken) >= 0.95 * len(usable)


@pytest.mark.parametrize("reply", SELLER_REPLIES, ids=lambda reply: reply.raw[-60:])
def test_no_reply_becomes_another_choice_than_it_says(reply: SellerReply) -> None:
    read = _seller(reply.raw)

    if reply.action is None:
        assert isinstance(read, Unusable)
    else:
        assert read == (reply.action, reply.price, reply.quantity)


@pytest.mark.parametrize(
    ("raw", "action"),
    [
        ('{"name":"make_offer","arguments":{"price":41.2}}', "offer"),
        ('{"name":"accept_offer","arguments":{"price":41.2}}', "accept"),
        ('{"name":"walk_away","arguments":{"price":41.2}}', "walk"),
        ('{"tool":"accept","arguments":{},"price":41.2}', "accept"),
        ('{"tool_name":"walk","arguments":null,"price":41.2}', "walk"),
        ('{"function":"walk","parameters":{"price":41.2}}', "walk"),
        ('{"function":{"name":"walk_away"},"parameters":{"price":41.2}}', "walk"),
        ('{"function":{"name":"accept_offer","arguments":{"price":41.2}}}', "accept"),
        ('{"name":"make_offer","arguments":"{\\"price\\": 41.2}"}', "offer"),
        ('{"function":{"name":"accept_offer","arguments":"{\\"price\\": 41.2}"}}', "accept"),
        ('{"name":"respond","arguments":{"action":"accept","price":41.2}}', "accept"),
        ('{"action":"offer","name":"Chair","parameters":{"price":41.2}}', "offer"),
        ('{"name":"Chair","price":41.2}', "offer"),
    ],
)
def test_tool_that_is_called_is_the_action(raw: str, action: str) -> None:
    choice = read_seller_choice(raw, CURRENCY)

    assert choice.action == action
    assert choice.price == (None if action == "walk" else Decimal("41.20"))


@pytest.mark.parametrize(
    "raw",
    [
        '{"name":"reject_offer","arguments":{"price":41.2}}', '{"name":"Bob","arguments":{"price":41.2}}',
        '{"action":"offer","name":"accept_offer","arguments":{"price":41.2}}',
        '{"action":"accept","name":"make_offer","arguments":{"price":41.2}}',
        '{"name":"accept_offer","arguments":"price: 41.2"}', '{"name":"make_offer","arguments":"[41.2]"}',
        '{"name":"make_offer","arguments":"{\\"price\\": 41.2, \\"price\\": 39}"}',
    ],
)  # fmt: skip
def test_tool_that_is_no_clear_action_is_refused(raw: str) -> None:
    assert isinstance(_seller(raw), Unusable)


@pytest.mark.parametrize("reply", BUYER_REPLIES, ids=lambda reply: reply.raw[-60:])
def test_no_reply_becomes_another_purchase_than_it_says(reply: BuyerReply) -> None:
    read = _buyer(reply.raw)

    if reply.decision is None:
        assert isinstance(read, Unusable)
    else:
        assert read == (reply.decision, reply.to, tuple((key, Decimal(price)) for key, price in reply.bids))


@pytest.mark.parametrize("reply", WORDS_REPLIES, ids=lambda reply: reply.raw[-60:])
def test_words_are_read_as_they_are_written(reply: WordsReply) -> None:
    assert _outcome(lambda: read_message(reply.raw)) == reply.words


@pytest.mark.parametrize(
    "raw",
    [
        '{"messages": [{"to": "S1", "message": "One."}, {"to": "S3", "message": "Three."}]}',
        '{"messages": [{"seller": "s1", "text": "One."}, {"key": "S3", "text": "Three."}, {"to": "S9", "text": "X"}]}',
        '{"messages": {"S1": "One.", "S3": "Three.", "S9": "No."}}',
        '{"messages": [{"to": "Acme", "message": "One."}, {"seller": "cargo (S3)", "text": "Three."}]}',
        '{"messages": {"Acme (S1)": "One.", "Cargo": "Three.", "Dodo": "No."}}',
        '{"S1": "One.", "S3": "Three."}',
        '{"S1": {"message": "One."}, "S3": {"message": "Three."}}',
        '[{"to": "S1", "message": "One."}, {"to": "S3", "message": "Three."}]',
        '```json\n{"messages": [{"to": "S1", "message": "One."}, {"to": "S3", "text": "Three."}, {"to": "S2"}]}\n```',
    ],
)
def test_each_seller_gets_its_own_words(raw: str) -> None:
    assert read_messages(raw, SELLERS) == {"S1": "One.", "S3": "Three."}


@pytest.mark.parametrize(
    "said", ['"type": "accept"', '"status": "accepted"', '"is_accepted": true', '"deal": true', '"walks_away": true']
)
def test_price_beside_a_field_that_may_accept_or_leave_is_no_offer(said: str) -> None:
    with pytest.raises(Unusable):
        read_seller_choice(f'{{{said}, "price": 41.2}}', "USD")


def test_cut_off_list_of_messages_is_refused() -> None:
    raw = '{"messages": [{"to": "S1", "message": "One."}, {"to": "S3", "mess'

    with pytest.raises(Unusable):
        read_messages(raw, SELLERS)


def test_words_come_with_the_choice() -> None:
    choice = read_seller_choice('{"action": "offer", "price": 41.2, "message": "Mine is 41.20."}', CURRENCY)

    assert choice.message == "Mine is 41.20."


@pytest.mark.parametrize(
    "raw",
    [
        '{"name": "offer", "arguments": {"price": 41.2, "message": "Mine."}}',
        '{"action": "offer", "offer": {"price": 41.2, "message": "Mine."}}',
    ],
)
def test_words_may_stand_beside_the_price(raw: str) -> None:
    assert read_seller_choice(raw, CURRENCY).message == "Mine."


def test_bid_to_one_seller_needs_no_list() -> None:
    assert _buyer('{"action":"bid","to":"s2","price":41.2}') == (
        BuyerDecision.GO_ON,
        None,
        (("S2", Decimal("41.20")),),
    )


@pytest.mark.parametrize(
    "raw",
    [
        '{"decision": "award", "to": "Bolt & Co", "bids": []}',
        '{"decision": "award", "to": "bolt  & co (s2)"}',
        '{"name": "award", "arguments": {"to": "S2"}}',
        '{"name": "award_deal", "arguments": "{\\"winner\\": \\"S2\\"}"}',
    ],
)
def test_award_may_name_its_seller_and_be_a_tool_that_is_called(raw: str) -> None:
    assert _buyer(raw) == (BuyerDecision.AWARD, "S2", ())


@pytest.mark.parametrize(
    "raw",
    [
        '[{"to": "S1", "price": 4}, {"to": "S3", "price": 5.5}]',
        '{"to": "S1", "price": 4}\n{"to": "Cargo", "price": 5.5}',
        '{"name": "go_on", "arguments": {"bids": {"Acme": 4, "Cargo": 5.5}}}',
        '{"bids": [{"seller": "Acme", "price": 4}, {"seller": "Cargo", "price": 5.5}, {"seller": "Dodo", "price": 1}]}',
    ],
)
def test_bids_may_name_their_sellers_and_stand_alone(raw: str) -> None:
    assert _buyer(raw) == (BuyerDecision.GO_ON, None, (("S1", Decimal(4)), ("S3", Decimal("5.50"))))


@pytest.mark.parametrize(
    "raw",
    [
        '{"decision": "award", "to": "Bolt"}',
        '{"decision": "award", "to": "Acme (S2)"}',
        '{"decision": "award", "to": "S1", "name": "leave"}',
        '{"name": "leave", "arguments": {"decision": "award", "to": "S1"}}',
        '{"name": "award", "arguments": "S1"}',
        '{"to": "S1", "price": 4}',
        '[{"to": "S1", "price": 4}, {"to": "S1", "price": 5}]',
    ],
)
def test_what_may_mean_another_seller_or_decision_is_refused(raw: str) -> None:
    assert isinstance(_buyer(raw), Unusable)


@pytest.mark.parametrize(
    ("written", "names", "key"),
    [
        ("S2", {"S1": "S2", "S2": "Acme"}, "S2"),
        ("S2 (Acme)", {"S1": "S2 (Acme)", "S2": "Acme"}, None),
        ("Acme", {"S1": "Acme", "S2": "ACME"}, None),
        ("none", {"S1": "None", "S2": "Acme"}, None),
        ("", {"S1": "", "S2": "Acme"}, None),
    ],
)
def test_sellers_name_takes_nothing_from_another(written: str, names: dict[str, str], key: str | None) -> None:
    assert known_key(written, names) == key


@pytest.mark.parametrize("name", ["message", "messages", "thought", "to"])
def test_seller_called_like_a_field_gets_no_words_from_it(name: str) -> None:
    sellers = {"S1": name, "S2": "Acme"}

    for raw in ('{"thought": "I pay up to 90.", "message": "Hello."}', '{"thought": "90.", "messages": []}'):
        assert _messages(raw, sellers) == {}
        assert messages_so_far(raw, sellers) == {}


def test_words_come_with_each_bid() -> None:
    choice = read_buyer_choice(
        '{"decision": "go_on", "bids": [{"to": "S1", "price": 4, "message": "4?"}]}', SELLERS, CURRENCY
    )

    assert [bid.message for bid in choice.bids] == ["4?"]


def _messages(raw: str, sellers: dict[str, str]) -> dict[str, str]:
    try:
        return read_messages(raw, sellers)
    except Unusable:
        return {}


def _seller(raw: str) -> object:
    try:
        choice = read_seller_choice(raw, CURRENCY)
    except Unusable as unusable:
        return unusable
    return choice.action, choice.price, choice.quantity


def _buyer(raw: str) -> object:
    try:
        choice = read_buyer_choice(raw, SELLERS, CURRENCY)
    except Unusable as unusable:
        return unusable
    return choice.decision, choice.to, tuple((bid.key, bid.price) for bid in choice.bids)


def _outcome(read: Callable[[], str]) -> str | None:
    try:
        return read()
    except Unusable:
        return None
