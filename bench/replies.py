"""Measures how long it takes to read a reply and to judge its words: the worst shapes of a megabyte, and usual ones.

Of what a person writes only as much is read as a message may have.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from negotiation.offers_in_text import read_offer
from negotiation.replies.choices import read_buyer_choice, read_seller_choice
from negotiation.replies.flaws import Unusable
from negotiation.replies.messages import read_message
from negotiation.replies.notations import LONGEST, says_secret
from negotiation.replies.numbers import numbers_in
from negotiation.replies.sentences import complete_sentences, fields_before_message, message_so_far, messages_so_far
from negotiation.replies.wording import Speech, check_words

MEGABYTE = 1_000_000
SELLERS = {"S1": "Acme", "S2": "Bolt & Co", "S3": "Cargo"}
SHAPES = {
    '{"offer"': '{"offer"',
    "{": "{",
    '{"': '{"',
    "[": "[",
    '"': '"',
    "\\": "\\",
    '{"a":': '{"a":',
    "{} ": "{} ",
    '{"":0}': '{"":0}',
    '{"action":"offer"}': '{"action":"offer"}',
    '{"a":"{",': '{"a":"{",',
    "{ ": "{ ",
    "spaces": " ",
    "1,": "1,",
    "nines": "9",
    "one-": "one-",
    "zero width": "\u200b",
    "</think>": "</think>",
    "sentences": "I can do 41.20. ",
    "Han": "三",
}
SPEECH = Speech(
    price=Decimal("41.20"),
    allowed=frozenset({Decimal(50)}),
    names=("HP 15 Laptop", "Acme"),
    forbidden_names=("ElectroMart", "Tech World"),
    secrets=frozenset({Decimal("391.21"), Decimal("33.10"), Decimal("350.07")}),
    currency="USD",
)
USUAL = (
    "Thank you for coming back to me about the HP 15 Laptop. I can move to 41.20 per unit for all fifty of them today, "
    "which is a fair price for this quality, and I hope that we can close on that; what do you say to it?"
)
READERS: dict[str, Callable[[str], object]] = {
    "seller's choice": lambda text: read_seller_choice(text, "USD"),
    "buyer's choice": lambda text: read_buyer_choice(text, SELLERS, "USD"),
    "message": read_message,
    "so far": message_so_far,
    "so far, buyer": lambda text: messages_so_far(text, SELLERS),
    "fields": fields_before_message,
    "words": lambda text: check_words(text, SPEECH),
    "secrets": lambda text: says_secret(text, SPEECH.secrets),
    "person's offer": lambda text: read_offer(text, currency="USD", quantity=50, last=Decimal(41)),
}


def main() -> None:
    print(f"Milliseconds for {MEGABYTE:,} characters")
    print("shape".ljust(20), *(name.rjust(15) for name in READERS))
    for name, shape in SHAPES.items():
        text = (shape * (MEGABYTE // len(shape) + 1))[:MEGABYTE]
        opened = f'{{"message": "{text}'
        worst = [max(_milliseconds(read, text), _milliseconds(read, opened)) for read in READERS.values()]
        print(name.ljust(20), *(f"{took:15.2f}" for took in worst))
    print(f"\nMilliseconds for a message of {len(USUAL)} characters")
    for what, judge in _usual().items():
        print(what.ljust(40), f"{_milliseconds(judge, USUAL, repeat=200):8.3f}")
    longest = USUAL * (LONGEST // len(USUAL))
    print(
        f"private numbers in {len(longest)} characters".ljust(40), f"{_milliseconds(READERS['secrets'], longest):8.3f}"
    )


def _usual() -> dict[str, Callable[[str], object]]:
    return {
        "all rules": READERS["words"],
        "private numbers": READERS["secrets"],
        "numbers": numbers_in,
        "sentences": complete_sentences,
        "reply with choice": lambda text: read_seller_choice(
            f'{{"action":"offer","price":41.2,"quantity":50,"message":"{text}"}}', "USD"
        ),
    }


def _milliseconds(judge: Callable[[str], object], text: str, repeat: int = 1) -> float:
    with suppress(Unusable):
        judge(text[:300])
    started = time.perf_counter()
    for _ in range(repeat):
        with suppress(Unusable):
            judge(text)
    return (time.perf_counter() - started) / repeat * 1000


if __name__ == "__main__":
    main()
