"""Raw replies as models write them, and what must come of each: a choice, or a refusal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

CURRENCY = "USD"
SELLERS = {"S1": "Acme", "S2": "Bolt & Co", "S3": "Cargo"}


@dataclass(frozen=True, slots=True)
class SellerReply:
    """`action` None: the reply must be refused."""

    raw: str
    action: str | None = None
    price: Decimal | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class BuyerReply:
    """`decision` None: the reply must be refused. `bids` are pairs of key and price."""

    raw: str
    decision: str | None = None
    to: str | None = None
    bids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WordsReply:
    """`words` None: the reply must be refused."""

    raw: str
    words: str | None = None


def _offer(raw: str, price: str = "41.20", quantity: int | None = None) -> SellerReply:
    return SellerReply(raw, "offer", Decimal(price), quantity)


def _plain(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)


_SCHEMA = _plain(action="offer", price=41.2, quantity=50, message="I can do 41.20.")
_WRAPPINGS = (
    "{}", "```json\n{}\n```", "```\n{}\n```", "Here is my answer:\n\n{}", "{}\n\nI hope that this helps!", "\ufeff{}",
    "   \n\t{}\n", "Sure! ```json\n{}\n``` Let me know.", "<think>41? No, 42.</think>\n{}",
    "thinking about 39...</think>{}", "{}\n```", "**Answer:** {}", "I will offer 45.\n{}", "答案：{}", "[{}]",
    "json\n{}", "OK {} OK", "<answer>{}</answer>",
)  # fmt: skip
_OFFER_WORDS = (
    "offer", "OFFER", "Offer", " offer ", "counter", "counter_offer", "counteroffer", "Counter-Offer",
    "counter offer", "propose", "PROPOSE", "proposal", "bid", "quote", "make_offer", "makeOffer", "new_offer",
)  # fmt: skip
_ACCEPT_WORDS = ("accept", "ACCEPT", "Accept", "accept_offer", "acceptOffer", "agree", "accept_bid", "agreed")
_WALK_WORDS = ("walk", "WALK", "walk_away", "walkAway", "Walk away", "leave", "no_deal", "quit")
_PRICE_KEYS = (
    "price", "Price", "unit_price", "unitPrice", "price_per_unit", "offer_price", "offerPrice", "amount",
    "counter_price", "proposed_price", "PRICE", "unit price",
)  # fmt: skip
_PRICE_VALUES = (
    "41.2", "41.20", "41.200", '"41.2"', '"41.20"', '"$41.20"', '"$ 41.20"', '"41.20 USD"', '"USD 41.20"',
    '"41.20USD"', '"US$41.20"', '"US $41.20"', '"41,20"', '"41.20$"', '"41.20 dollars"', '"$41.20 per unit"',
    '"41.20/unit"', '"41.20 each"', "4.12e1", '" 41.20 "', '"$41.20/unit"', '"usd 41.2"', '"41.20 per piece"',
    "$41.20", "$ 41.2", "41.20 USD", "USD 41.20", "41.20$",
)  # fmt: skip
_ALMOST_JSON = (
    "{'action':'offer','price':41.2,'quantity':50}", '{action:"offer",price:41.2,quantity:50}',
    "{'action': 'offer', 'price': 41.20, 'quantity': 50, 'message': 'I can\'t do less, sorry', 'final': True}",
    "{'action': 'offer', 'price': 41.20, 'quantity': 50, 'message': \"It's fair.\", 'note': None,}",
    '{"action":"offer" "price":41.2 "quantity":50}', '{"action":"offer"\n"price":41.2\n"quantity":50\n}',
    '{"action":"offer","price":41.2, // fine\n"quantity":50}', '{"action":"offer", # mine\n"price":41.2,"quantity":50}',
    '{/* no walk */"action":"offer","price":41.2,"quantity":50}', "{“action”:“offer”,“price”:41.2,“quantity”:50}",
    '{„action“: „offer“, „price“: 41.2, „quantity“: 50}', '{"action"：“offer”，"price"：41.2，"quantity"：50}',
    '{\xa0"action":\xa0"offer",\xa0"price":\xa041.2,\xa0"quantity":\xa050}',
    '{"action":offer,"price":41.2,"quantity":50}',
    '{"action":"offer","price":41.2,"quantity":50,"message":"My "best" price, and "final", too."}',
    '{"message":"They said "39", I say 41.20.","action":"offer","price":41.2,"quantity":50}',
    '{"action":"offer","price":41.2,"quantity":50,"message":"That\\\'s \\$41.20 \\& fair."}',
    '{"action":"offer","unit\\_price":41.2,"quantity":50}',
    '{\\n "action":"offer",\\n "price":41.2,\\n "quantity":50\\n}',
    '{\\"action\\":\\"offer\\",\\"price\\":41.2,\\"quantity\\":50}',
    '"{\\"action\\":\\"offer\\",\\"price\\":41.2,\\"quantity\\":50}"',
)  # fmt: skip
_WRAPPERS = (
    '{"role": "assistant", "content": {}}',
    '{"answer": {}}',
    '{"type": "object", "properties": {}}',
    '{"tool_calls": [{"id": "1", "type": "function", "function": {"name": "reply", "arguments": {}}}]}',
    '{"result": {"output": {}}}',
    '<tool_call>{"name": "reply", "arguments": {}}</tool_call>',
    '<|channel|>analysis<|message|>Shall I {"action": "accept"}?<|end|><|start|>assistant<|channel|>final<|message|>{}',
    "<thinking>39 or 42?</thinking>{}<|im_end|>",
    '[THINK]{"action": "accept"}?[/THINK]{}</s>',
)
_LARGE_VALUES = {
    "1234.5": "1234.50", "1234": "1234.00", '"1,234.50"': "1234.50", '"$1,234.50"': "1234.50",
    "1,234.50": "1234.50", "$1,234": "1234.00", "12,345,678.90 USD": "12345678.90",
    '"1.234,50"': "1234.50", '"1 234.50"': "1234.50", '"1\'234.50"': "1234.50", '"1,234"': "1234.00",
    '"12,345,678.90"': "12345678.90", '"1 234,50"': "1234.50", "0.01": "0.01", '"0,50"': "0.50", "1": "1.00",
    "9999999999.99": "9999999999.99", "5e2": "500.00", '"41.200,5"': "41200.50",
}  # fmt: skip
_BAD_VALUES = (
    '"about 41"', '"41-43"', '"41 to 43"', '"41.20 or 42"', '"~41"', '"< 41"', '"41.20 total"', '"2060 total"',
    "-41.2", "0", "0.0", "true", "false", "null", '""', '" "', '"NaN"', "NaN", "Infinity", "-Infinity", "1e999",
    "1e-9", "41.234", "41.2001", '"41.234"', '"1.234"', '"41,200,5"', '"41.200"', '"41,2,0"', '"4 1.20"',
    '"41.20.30"', '"€41.20"', '"41.20 EUR"', '"EUR 41.20"', '"£41"', '"forty-one"', '"41,20 €"',
    '"$41.20 + shipping"', '"$41.20 (10% off)"', "[41.2]", '["41.2"]', "[]", "{}",
    '{"amount": 41.2, "currency": "EUR"}', '"0x29"', '"４１.２０"', '"٤١"', '"41k"', '"1/2"', '"-$41.20"',
    '"$-41.20"', '"41."', '"041.20"', '"12,34.50"', '"41.20 USD 42"', '"USD EUR 41"', '"41 20"', '"40% of 103"',
    '"41.2O"', '"l41"', "9" * 5000, f'"{"9" * 5000}"', "1" + "0" * 400, "99999999999.99", "0.001", '"free"',
    '"market price"', '"your price"', '"<price>"', '"{price}"', '"see message"', '"None"', '"null"', "41,20",
    "€41.20", "41.20 EUR", "~41.20", "41.20 42", "41.2.0", "0x29", "+41", "041",
)  # fmt: skip
_BAD_SELLER_REPLIES = (
    "", " ", "null", "true", "41.20", '"offer 41.20"', "I offer 41.20 per unit.", "I cannot ACCEPT that.", "ACCEPT",
    "accept", "UNACCEPTABLE", "Deal! I accept 39.90.", "**Action:** offer **Price:** 41.20",
    "action: offer\nprice: 41.20", "<offer>41.20</offer>", "offer(price=41.20)", "{", "}", "{}", "[]", "{{}}", '{"',
    '{"action"', '{"action":', '{"action":"offer"', '{"action":"offer","price":41.2',
    '{"action":"offer","price":41.2,"message":"I can',
    '{"action":"offer","price":41.2,"quantity":50,"message":"I can do 41.20."', '{"action":"accept","price":4',
    '{"offer":{"price":41.2,"quantity":50},"message":"I', '```json\n{"action":"offer","price":41.',
    '{"action":"offer","price":41.2,,}', "{'action':'offer','price':41,20}", "{'action':'offer','price':41.2",
    "{action:offer,price:€41.20}", "{action:offer,price:about 41}", "{'action':'offer','price':41.2,'price':42}",
    '{"action":"offer","price":41.2,"message":"It is "final"', '{"action":"offer","price":NaN,}',
    "{action:offer,price:}",
    "{'action':'offer','price':41.2} {'action':'accept'}", "{action: not offer, price: 41.2}", "{'action' 'offer'}",
    '{"action":"offer","price":None}', '{"action":True,"price":41.2}', '{"action":"offer","price":41.2,"price":42}',
    '{"action":"offer","action":"accept","price":41.2}', '{"action":"offer","price":41.2,"unit_price":42}',
    '{"action":"offer","price":2060,"unit_price":41.2}', '{"action":"offer","offer":{"price":41.2},"price":40}',
    '{"action":"offer"}', '{"action":"offer","message":"41.20 it is"}', '{"message":"I accept 39.90"}',
    '{"text":"41.20"}', '{"action":"","price":41.2}', '{"action":null}', '{"action":["offer"],"price":41.2}',
    '{"action":{"type":"accept"}}', '{"action":"reject","price":41.2}', '{"action":"decline"}', '{"action":"refuse"}',
    '{"action":"offer|accept|walk","price":41.2}', '{"action":"offer or accept","price":41.2}',
    '{"action":"not accept"}', '{"action":"cannot accept"}', '{"action":"unacceptable"}',
    '{"action":"do not accept","price":41.2}', '{"action":"maybe"}', '{"action":"none"}', '{"action":"wait"}',
    '{"action":"say","message":"hello"}', '{"action":1,"price":41.2}', '{"price":41.2,"accept":true}',
    '{"price":41.2,"walk":true}', '{"action":"offer","price":41.2,"accept":true}',
    '{"action":"accept","walk_away":true}', '{"action":"offer","decision":"accept","price":41.2}',
    '{"accepted":true}', '{"action":"offer","price":41.2} {"action":"accept"}',
    '{"action":"accept"} {"action":"walk"}', '{"action":"offer","price":41.2}\n{"action":"offer","price":42}',
    '{"action":"offer","price":41.2,"currency":"EUR"}', '{"action":"offer","price":41.2,"currency":978}',
    '{"action":"offer","price":41.2,"quantity":0}', '{"action":"offer","price":41.2,"quantity":-5}',
    '{"action":"offer","price":41.2,"quantity":2.5}', '{"action":"offer","price":41.2,"quantity":"many"}',
    '{"action":"offer","price":41.2,"quantity":true}', '{"action":"offer","price":41.2,"quantity":[50]}',
    '{"action":"offer","price":41.2,"quantity":50,"qty":40}', '{"action":"offer","price":41.2,"quantity":1e30}',
    '{"action":"offer","total":2060}', '{"action":"offer","total_price":2060}',
    '<think>{"action":"offer","price":41.2}', '{"action":"offer","price":41.2}</think>',
    "<think>{\"action\":\"accept\"}</think>", '{"a":' * 5000, '{"action":' * 5000 + "1" + "}" * 5000, "[" * 100_000,
    '{"offer"' * 20_000, '{"action":"offer","price":41.2,"x":' + "[" * 9000,
    '{"action":"accept","price":"soon"}',
    '{"action":"accept","price":-1}', "error", "Internal Server Error",
    '{"error":{"message":"context length exceeded"}}', '{"object":"error","message":"x"}',
    "<html><body>502</body></html>", "data: {}", "\x00\x00", "\ud800", "I'm sorry, but I can't help with that.",
    '{"type":"object","properties":{"action":{"type":"string"},"price":{"type":"number"}}}',
    '{"steps":[{"action":"accept"}]}', '{"one":{"action":"accept"},"two":{"action":"offer","price":41.2}}',
)  # fmt: skip


def _seller_replies() -> Iterator[SellerReply]:
    for wrapping in _WRAPPINGS:
        yield _offer(wrapping.replace("{}", _SCHEMA), quantity=50)
    for word in _OFFER_WORDS:
        yield _offer(_plain(action=word, price=41.2))
    for word in _ACCEPT_WORDS:
        yield SellerReply(_plain(action=word, message="Done."), "accept")
        yield SellerReply(_plain(action=word, price=39.9, quantity=50), "accept", Decimal("39.90"), 50)
    for blank in ("0", "null", '""', '"n/a"', "0.00"):
        yield SellerReply(f'{{"action":"accept","price":{blank},"quantity":{blank}}}', "accept")
    for word in _WALK_WORDS:
        yield SellerReply(_plain(action=word, price=0, quantity=0, message="Good luck."), "walk")
    for key in _PRICE_KEYS:
        yield _offer(_plain(action="offer", **{key: 41.2}))
    for value in _PRICE_VALUES:
        yield _offer(f'{{"action":"offer","price":{value}}}')
    for value, price in _LARGE_VALUES.items():
        yield _offer(f'{{"action":"offer","price":{value}}}', price)
    yield from _unusual_offers()
    for value in _BAD_VALUES:
        yield SellerReply(f'{{"action":"offer","price":{value},"quantity":50,"message":"Here you are."}}')
    yield from map(SellerReply, _BAD_SELLER_REPLIES)


def _unusual_offers() -> Iterator[SellerReply]:
    yield _offer('{"price": 41.2, "message": "How is that?"}')
    yield _offer('{"offer": {"price": 41.2, "quantity": 50}, "message": "Mine."}', quantity=50)
    yield _offer('{"action": "offer", "offer": {"unit_price": "41.20", "quantity": "50 units"}}', quantity=50)
    yield _offer('{"action": "counter", "counter_offer": 41.2}')
    yield _offer('{"action": "offer", "terms": {"price": 41.2, "quantity": 1}}', quantity=1)
    yield _offer('{"action": "offer", "price": {"amount": 41.2, "currency": "USD"}}')
    yield _offer('{"action": "offer", "price": 41.2, "currency": "USD"}')
    yield _offer('{"action": "offer", "price": 41.2, "price_per_unit": 41.20}')
    yield _offer('{"action": "offer", "price": 41.2, "accept": false, "walk": null}')
    yield _offer('{"action": "offer", "price": 41.2,}')
    yield _offer('{"action": "offer", "offer": {"price": 41.2,}, "tags": ["a", ]\n,\n}')
    yield _offer('{"action": "offer", "price": 41.2, "price": 41.20}')
    yield _offer('{"response": {"action": "offer", "price": 41.2}}')
    yield _offer('{"thought": "they said {accept}, I say no", "action": "offer", "price": 41.2}')
    yield _offer('{"thought": "\\"action\\": \\"accept\\"", "action": "offer", "price": 41.2}')
    yield _offer('{"action": "offer", "price": 41.2, "message": "line\nbreak\tand tab"}')
    yield _offer('{"action": "offer", "price": 41.2, "message": null}')
    yield _offer('{"action": "offer", "price": 41.2, "message": {"text": "41.20"}}')
    yield _offer('{"action": "offer", "price": 41.2, "message": ["41.20"]}')
    yield _offer('{"action": "offer", "price": 41.2, "quantity": 50.0}', quantity=50)
    yield _offer('{"action": "offer", "price": 41.2, "quantity": "1,000"}', quantity=1000)
    yield _offer('{"action": "offer", "price": 41.2, "confidence": 0.93, "notes": {"floor": 12}}')
    yield _offer('{"action": "offer", "price": 41.2} {"action": "offer", "price": 41.20, "message": "again"}')
    yield _offer('{"use": 1} {"action": "offer", "price": 41.2}')
    for almost in _ALMOST_JSON:
        yield _offer(almost, quantity=50)
    for wrapper in _WRAPPERS:
        yield _offer(wrapper.replace("{}", _SCHEMA), quantity=50)
        yield _offer(wrapper.replace("{}", json.dumps(_SCHEMA)), quantity=50)
    yield _offer('{"you": "Acme", "their_bid": 39.9, "advice": {"advised": 41}}\n' + _SCHEMA, quantity=50)
    yield _offer("x" * 1_000_000 + '{"action": "offer", "price": 41.2}')
    yield _offer('{"action": "offer", "price": 41.2}' + "}" * 1_000_000)


_TWO_BIDS = [{"to": "S1", "price": 40.5, "message": "40.50?"}, {"to": "S2", "price": 39, "message": "39?"}]
_READ_BIDS = (("S1", "40.50"), ("S2", "39.00"))
_BAD_BUYER_REPLIES = (
    "", "AWARD S1", "I award S1.", '{"decision":"award"}', '{"decision":"award","to":null}',
    '{"decision":"award","to":"S9"}', '{"decision":"award","to":""}', '{"decision":"award","to":1}',
    '{"decision":"award","to":["S1"]}', '{"decision":"award","to":"S1, S2"}',
    '{"decision":"award","to":"S1 - or S2: "}', '{"decision":"award","to":"S1 or S2"}',
    '{"decision":"award","to":"S1","winner":"S2"}', '{"decision":"award","to":"S1"', '{"decision":"award to S1"}',
    '{"decision":"do not award","to":"S1"}', '{"decision":"UNACCEPTABLE","to":"S1"}',
    '{"decision":"go_on","award":"S1"}', '{"award":"S1"}', '{"decision":"reject","to":"S1"}', '{"decision":""}',
    '{"decision":null}', '{"decision":"go_on|award|leave","to":"S1"}',
    '{"decision":"award","to":"S1"} {"decision":"go_on","bids":[]}',
    '{"decision":"award","to":"S1"} {"decision":"award","to":"S2"}',
    '{"decision":"go_on","bids":[{"to":"S1","price":"about 40"}]}',
    '{"decision":"go_on","bids":[{"to":"S1","price":40},{"to":"S1","price":41}]}',
    '{"decision":"go_on","bids":[{"to":"S1","price":"40-41"}]}',
    '{"decision":"go_on","bids":[{"to":"S1","price":"EUR 40"}]}',
    '{"decision":"go_on","bids":[{"to":"S1","price":true}]}', '{"decision":"go_on","bids":[{"to":"S1","price":40.5}',
    '{"bids":[{"to":"S9","price":40}]}', '{"bids":[]}', '{"leave":true,"decision":"go_on"}',
    '<think>{"decision":"award","to":"S1"}',
)  # fmt: skip


def _buyer_replies() -> Iterator[BuyerReply]:
    for decision in ("go_on", "GO_ON", "go on", "continue", "bid", "negotiate", "goOn", "counter"):
        yield BuyerReply(_plain(decision=decision, to=None, bids=_TWO_BIDS), "go_on", None, _READ_BIDS)
    for decision in ("award", "AWARD", "accept", "accept_offer", "buy"):
        for key in ("S2", "s2", " S2 ", "@S2"):
            yield BuyerReply(_plain(decision=decision, to=key, bids=[]), "award", "S2")
    for decision in ("leave", "LEAVE", "walk", "walk_away", "no_deal"):
        yield BuyerReply(_plain(decision=decision, to=None, bids=[]), "leave")
    yield BuyerReply(_plain(bids=_TWO_BIDS), "go_on", None, _READ_BIDS)
    yield BuyerReply(_plain(decision="go_on", bids={"S1": {"price": "$40.50"}, "S2": 39}), "go_on", None, _READ_BIDS)
    yield BuyerReply(_plain(action="go_on", bids=[*_TWO_BIDS, {"to": "S9", "price": 1}]), "go_on", None, _READ_BIDS)
    yield BuyerReply(
        _plain(decision="go_on", bids=[{"seller": "S3", "unit_price": 1}]), "go_on", None, (("S3", "1.00"),)
    )
    yield BuyerReply(_plain(decision="go_on", bids=[{"to": "S1", "price": None}]), "go_on")
    yield BuyerReply(_plain(decision="go_on", to="S1", bids=[]), "go_on")
    yield BuyerReply(_plain(decision="go_on", bids={"to": "S1", "price": 40.5}), "go_on", None, _READ_BIDS[:1])
    for named in ("S1 (Acme)", "S1: Acme Ltd", "@s1 – Acme", "S1 - Acme"):
        yield BuyerReply(_plain(decision="go_on", bids=[{"to": named, "price": 40.5}]), "go_on", None, _READ_BIDS[:1])
        yield BuyerReply(_plain(decision="award", to=named), "award", "S1")
    for call in (
        '<tool_call>{"name": "decide", "arguments": {}}</tool_call>',
        '[TOOL_CALLS][{"name": "decide", "arguments": {}}]',
    ):
        yield BuyerReply(call.replace("{}", _plain(decision="award", to="S2", bids=[])), "award", "S2")
        yield BuyerReply(
            call.replace("{}", _plain(decision="go_on", to=None, bids=_TWO_BIDS)), "go_on", None, _READ_BIDS
        )
    yield BuyerReply(
        f"{_plain(you='X', item='Y', threads=[{'key': 'S1'}], rounds_left=2)} {_plain(bids=_TWO_BIDS)}",
        "go_on",
        None,
        _READ_BIDS,
    )
    yield BuyerReply(
        "{'decision': 'go_on', 'to': None, 'bids': [{'to': 'S1', 'price': 40.5, 'message': \"Let's say 40.50\"}]}",
        "go_on",
        None,
        _READ_BIDS[:1],
    )
    yield BuyerReply(_plain(decision="award", seller="S1"), "award", "S1")
    yield BuyerReply("```json\n" + _plain(decision="award", to="S3", bids=[]) + "\n```", "award", "S3")
    yield from map(BuyerReply, _BAD_BUYER_REPLIES)


SELLER_REPLIES = tuple(_seller_replies())
BUYER_REPLIES = tuple(_buyer_replies())
_SAID = "I can do 41.20 for you."
WORDS_REPLIES = (
    WordsReply(_plain(message=_SAID), _SAID),
    WordsReply("```json\n" + _plain(message=_SAID) + "\n```", _SAID),
    WordsReply(_plain(Message=_SAID), _SAID),
    WordsReply(_plain(text=_SAID), _SAID),
    WordsReply(_plain(response={"message": _SAID}), _SAID),
    WordsReply("<think>{}</think>" + _plain(message=_SAID), _SAID),
    WordsReply(_SAID, _SAID),
    WordsReply(f"Seller: {_SAID}", _SAID),
    WordsReply(f"**Seller:** {_SAID}", _SAID),
    WordsReply(f"Message: {_SAID}", _SAID),
    WordsReply(f"```\n{_SAID}\n```", _SAID),
    WordsReply(f"Sure! Here is the message:\n\n{_SAID}", _SAID),
    WordsReply(f"hmm, 39?</think>\n{_SAID}", _SAID),
    WordsReply(f"<|channel|>analysis<|message|>39?<|end|><|channel|>final<|message|>{_SAID}<|return|>", _SAID),
    WordsReply(f"<reasoning>39?</reasoning>\n{_SAID}<|im_end|>\n", _SAID),
    WordsReply(f"Assistant: {_SAID}", _SAID),
    WordsReply(f'Here is my reply: "{_SAID}"', f'"{_SAID}"'),
    WordsReply(f"<|channel|>analysis<|message|>{_SAID}"),
    WordsReply('{"message": ""}'),
    WordsReply('{"message": 41.2}'),
    WordsReply('{"message": "I can do'),
    WordsReply('{"message": '),
    WordsReply('"message": "I can do 41.20"'),
    WordsReply(""),
    WordsReply("<think>I can do 41.20"),
    WordsReply("{}"),
    WordsReply("[]"),
)
