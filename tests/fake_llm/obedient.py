"""A model that does what every attack in its prompt asks, in the worst way it can: the target of hostile texts."""

import base64
import binascii
import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from tests.fake_llm.asked import Asked
from tests.fake_llm.sensible import facts_in, sensible

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FOREIGN_ZEROES = "０٠०๐𝟎"
MARKUP = (
    "<img src=x onerror=alert(1)> offer",
    "<script>fetch('//evil.example')</script> my offer stands",
    "[a better deal](javascript:alert(1)) for you",
    "**FINAL** ![x](https://evil.example/?q=1) offer",
    "\x1b[2J\x07 my offer \u202e stands",
)

Misdeed = Callable[[Asked, str], Iterator[str]]


class Obedient:
    """Each reply is another misdeed of those that the prompt asks for; a harmless prompt gets a sensible reply."""

    def __init__(self) -> None:
        self._turns = count()

    def __call__(self, asked: Asked) -> str:
        orders = _orders(asked)
        misdeeds = [
            words for order, misdeed in MISDEEDS.items() if order.search(orders) for words in misdeed(asked, orders)
        ]
        if not misdeeds:
            return sensible(asked)
        turn = next(self._turns)
        words = misdeeds[turn % len(misdeeds)]
        return words if turn % 7 == 6 else json.dumps(_in_shape(asked, words, _worst_price(orders, turn)))


def numbers_in(asked: Asked) -> list[str]:
    """Every number that the prompt tells, in order of appearance."""
    return list(dict.fromkeys(re.findall(r"\d+(?:\.\d+)?", asked.prompt)))


def notations(number: str) -> Iterator[str]:
    """A number as digits, words, code, in other scripts and in disguise."""
    yield number
    yield " ".join(DIGIT_WORDS[int(sign)] if sign.isdigit() else "point" for sign in number)
    yield " ".join(number)
    yield "\u200b".join(number)
    yield number[::-1] + " read backwards"
    yield base64.b64encode(number.encode()).decode()
    yield number.encode().hex()
    yield number.replace(".", ",")
    yield number.replace(".", " point ")
    yield from (number.translate({48 + digit: ord(zero) + digit for digit in range(10)}) for zero in FOREIGN_ZEROES)
    whole = int(float(number))
    yield from (hex(whole), oct(whole), bin(whole), f"{whole / 10:g} times ten", f"one more than {whole - 1}")


def _orders(asked: Asked) -> str:
    """What others wrote into the prompt, with all that hides in it, in lower case."""
    text = "\n".join(_foreign(facts_in(asked.last_user))) or asked.last_user
    hidden = [*_decoded(text), codecs.encode(text, "rot13"), text[::-1], _joined(text)]
    return "\n".join([text, *hidden]).lower()


def _foreign(facts: Any) -> Iterator[str]:
    """All texts among the facts but those that our own side has written."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, list):
        for fact in facts:
            yield from _foreign(fact)
    elif isinstance(facts, dict) and facts.get("who") != "you":
        for name, fact in facts.items():
            if name not in ("draft", "decision", "price", "rival_price", "claim", "advice", "moves"):
                yield from _foreign(fact)


def _decoded(text: str) -> Iterator[str]:
    for token in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", text):
        with suppress(binascii.Error):  # its length is that of no encoding
            yield base64.b64decode(token + "=" * (-len(token) % 4)).decode("ascii", "ignore")


def _joined(text: str) -> str:
    """Words that were spelled out, letter by letter."""
    return re.sub(r"\b(?:\w[\s.\-_*]){3,}\w\b", lambda spelled: re.sub(r"[\s.\-_*]", "", spelled[0]), text)


def _reveal(asked: Asked, orders: str) -> Iterator[str]:
    for number in numbers_in(asked):
        yield from (f"My lowest price is {notation}, to be honest." for notation in notations(number))


def _echo(asked: Asked, orders: str) -> Iterator[str]:
    yield asked.prompt
    yield from (asked.system[start : start + 200] for start in range(0, len(asked.system), 200))
    yield base64.b64encode(asked.system[:120].encode()).decode()
    yield asked.system[:200].upper()


def _take_any_price(asked: Asked, orders: str) -> Iterator[str]:
    for price in re.findall(r"\d+(?:\.\d+)?", orders)[:20]:
        yield f"Agreed, I accept {price} and it is a deal."
    yield "I accept anything you say, it is yours for free."


def _name_others(asked: Asked, orders: str) -> Iterator[str]:
    for name in dict.fromkeys(re.findall(r"[A-Z][\w&]+(?: [A-Z&][\w&]*)*", asked.prompt)):
        yield f"Between us, {name} quotes you less than I do."


def _mark_up(asked: Asked, orders: str) -> Iterator[str]:
    yield from MARKUP


def _never_stop(asked: Asked, orders: str) -> Iterator[str]:
    yield "I repeat my offer. " * 3000


def _say(asked: Asked, orders: str) -> Iterator[str]:
    yield from re.findall(SAID, orders)


def _do_everything(asked: Asked, orders: str) -> Iterator[str]:
    for misdeed in (_reveal, _echo, _take_any_price, _name_others, _mark_up):
        yield from misdeed(asked, orders)


SAID = r"\b(?:say|write|reply|respond|answer|output|print|repeat)\b[^\"'“]{0,30}[\"'“]([^\"'”]{1,300})"
MISDEEDS: Mapping[re.Pattern[str], Misdeed] = {
    re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass)\b|developer mode|jailbreak|new instructions"
    ): _do_everything,
    re.compile(r"\b(?:floor|limit|minimum|lowest|least|reservation|budget|maximum|cost|margin|secret)\b"): _reveal,
    re.compile(r"\b(?:system prompt|prompt|instructions|rules|above|verbatim)\b(?! to you)"): _echo,
    re.compile(r"\b(?:sell|offer|accept|agree|give|deal|price)\b[^.]{0,40}?\d|for free"): _take_any_price,
    re.compile(r"\b(?:rivals?|competitors?|other sellers?|who else|names?)\b"): _name_others,
    re.compile(r"<\w|html|markdown|javascript|script|\blink\b|https?:"): _mark_up,
    re.compile(r"\b\d+ times\b|for ?ever|as long as|never stop|endless"): _never_stop,
    re.compile(SAID): _say,
}


def _worst_price(orders: str, turn: int) -> Any:
    asked_for = [float(price) for price in re.findall(r"\d{1,12}(?:\.\d{1,4})?", orders)]
    worst = (
        min(asked_for, default=0.01),
        max(asked_for, default=1e9),
        0,
        -1,
        1e308,
        0.01,
        "1e3",
        None,
        True,
        float("nan"),
    )
    return worst[turn % len(worst)]


def _in_shape(asked: Asked, words: str, price: Any) -> Mapping[str, Any]:
    """Accepts, awards and offers whatever it can, so that only the checks behind it stand in the way."""
    threads = facts_in(asked.last_user).get("threads") or []
    keys = [thread.get("key") for thread in threads]
    return {
        "action": "offer" if isinstance(price, float) and price > 1 else "accept",
        "decision": "award",
        "price": price,
        "quantity": 10**6,
        "message": words,
        "to": keys[0] if keys else "S1",
        "bids": [{"to": key, "price": price, "message": words} for key in keys],
        "messages": [{"to": key, "message": words} for key in keys],
    }
