# ruff: noqa: RUF001 - typographic quotation marks are meant
"""Judges a model's words before anybody sees them.

The rules, in the order in which they are tried; the first that is broken is reported:
characters, markup, role, prompt, percentages, names, claims, what its move does not do, digits that spell a secret
together, numbers, secrets in any notation; and of a whole message also its length and whether it names its price.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from negotiation.replies.characters import clean_line, fold, is_piled_up
from negotiation.replies.closing import contradicts
from negotiation.replies.endings import last_sentence_end
from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.markup import claims_rival, has_markup, has_percentage, is_out_of_role
from negotiation.replies.money import counts_small_coins, names_other_currency
from negotiation.replies.names import MASK, mask_names, names_somebody
from negotiation.replies.notations import digits_tell, near_amounts, says_secret
from negotiation.replies.numbers import Mention, MentionKind, numbers_in

SHORTEST, LONGEST = 8, 240
FEWEST_WORDS = 3
ECHO_WORDS = 8

# As much of a reply as is looked at; a message that goes on after this is cut long before.
_READ_AT_MOST = 4_000
_QUOTES = ('""', "''", "“”", "„“", "«»", "‘’", "「」", "``")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[0-9][0-9.,]*")
_TOKENS = re.compile(r"[^\W_]+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Speech:
    """What may be said: `price` must be, `allowed` may, and the digits in `names` are no numbers.

    A secret that is the price or allowed is no secret any more. With `may_claim` others' offers may be spoken of.
    `closes` is whether they go with a move that takes the other side's offer, None if with none.
    """

    price: Decimal | None
    allowed: frozenset[Decimal]
    names: tuple[str, ...]
    forbidden_names: tuple[str, ...]
    secrets: frozenset[Decimal]
    prompt_sentences: tuple[str, ...] = ()
    may_claim: bool = False
    currency: str = ""
    closes: bool | None = None


def check_words(text: str, speech: Speech) -> str:
    """The text, cleaned, and cut after a sentence if it is too long. Raises Unusable."""
    cleaned = tidy(text)
    if len(cleaned) > LONGEST:
        cleaned = cleaned[: last_sentence_end(cleaned[: LONGEST + 1])].rstrip()
        if not cleaned:
            raise Unusable(Flaw.TOO_LONG, f"the message must have at most {LONGEST} characters")
    for flaw, hint in (*_breaches(cleaned, speech), *_shortcomings(cleaned, speech)):
        raise Unusable(flaw, hint)
    return cleaned


def may_be_said(text: str, speech: Speech) -> bool:
    """Whether the text breaks no rule, even if it is not all that has to be said."""
    return not any(_breaches(tidy(text), speech))


def sayable(speech: Speech) -> frozenset[Decimal]:
    return speech.allowed if speech.price is None else speech.allowed | {speech.price}


def tidy(text: str) -> str:
    """One clean line, without quotes around it."""
    cleaned = clean_line(text[:_READ_AT_MOST])
    while len(cleaned) > 1 and cleaned[0] + cleaned[-1] in _QUOTES and not _is_quoted_inside(cleaned):
        cleaned = cleaned[1:-1].strip()
    return cleaned


def _is_quoted_inside(cleaned: str) -> bool:
    return cleaned[0] in cleaned[1:-1] or cleaned[-1] in cleaned[1:-1]


def _breaches(cleaned: str, speech: Speech) -> Iterator[tuple[Flaw, str]]:
    folded = fold(cleaned)
    secrets = speech.secrets - sayable(speech)
    spoken = mask_names(folded, speech.names)
    if is_piled_up(cleaned):
        yield Flaw.CONTROL_CHARACTERS, "write plain text"
    if has_markup(cleaned) or (spoken != cleaned and has_markup(spoken)):
        yield Flaw.MARKUP, "write plain sentences without markup, addresses, brackets or blanks to fill in"
    if is_out_of_role(folded):
        yield Flaw.OUT_OF_ROLE, "speak only for yourself, to the other side, and never of instructions"
    if _echoes(folded, speech.prompt_sentences):
        yield Flaw.PROMPT_ECHOED, "use your own words"
    if has_percentage(folded):
        yield Flaw.FOREIGN_NUMBER, "name no percentages"
    if names_somebody(folded, speech.forbidden_names, speech.names):
        yield Flaw.RIVAL_NAMED, "name no other party"
    if not speech.may_claim and claims_rival(folded):
        yield Flaw.FALSE_CLAIM, "do not speak of other offers, sellers or buyers"
    if speech.closes is not None and contradicts(folded.lower(), speech.price, closes=speech.closes):
        yield Flaw.CONTRADICTS, "say nothing that your move does not do"
    if digits_tell(spoken, secrets):
        yield Flaw.SECRET_SAID, "name no number but those you were given"
    yield from _number_breaches(spoken, speech, secrets)


def _number_breaches(spoken: str, speech: Speech, secrets: frozenset[Decimal]) -> Iterator[tuple[Flaw, str]]:
    if speech.currency and (names_other_currency(spoken, speech.currency) or counts_small_coins(spoken)):
        yield Flaw.FOREIGN_NUMBER, f"name prices in {speech.currency} only"
    mentions = _mentions(spoken)
    for mention in mentions:
        if not _is_allowed(mention, speech, secrets):
            is_private = bool(mention.values & near_amounts(secrets))
            yield Flaw.SECRET_SAID if is_private else Flaw.FOREIGN_NUMBER, "name no number but those you were given"
    if says_secret(_without(spoken, mentions), secrets):
        yield Flaw.SECRET_SAID, "name no number but those you were given"


def _is_allowed(mention: Mention, speech: Speech, secrets: frozenset[Decimal]) -> bool:
    if mention.values & secrets:
        return False
    match mention.kind:
        case MentionKind.PASSING:
            return True
        case MentionKind.LOOK_ALIKE:
            return False
        case MentionKind.DIGITS | MentionKind.WORDS | MentionKind.ROMAN | MentionKind.HAN:
            return not mention.values.isdisjoint(sayable(speech))


def _without(spoken: str, mentions: tuple[Mention, ...]) -> str:
    """The text with a mask for each number in digits that it may name; words stay, they may be part of others."""
    parts, place = [], 0
    for mention in mentions:
        if mention.kind is MentionKind.DIGITS:
            parts += [spoken[place : mention.start], MASK]
            place = mention.end
    return "".join([*parts, spoken[place:]])


def _shortcomings(cleaned: str, speech: Speech) -> Iterator[tuple[Flaw, str]]:
    if len(cleaned) < SHORTEST or len(_WORD.findall(cleaned)) + len(_IDEOGRAPHS.findall(cleaned)) < FEWEST_WORDS:
        yield Flaw.TOO_SHORT, "write at least one whole sentence"
    if speech.price is not None and not _names(cleaned, speech.price, speech.names):
        yield Flaw.PRICE_NOT_SAID, f"the message must contain the price {speech.price:.2f}"


def _names(cleaned: str, price: Decimal, names: tuple[str, ...]) -> bool:
    mentions = _mentions(mask_names(fold(cleaned), names))
    return any(price in mention.values and mention.kind is MentionKind.DIGITS for mention in mentions)


@lru_cache(maxsize=64)
def _mentions(spoken: str) -> tuple[Mention, ...]:
    """Remembered, for a message is looked through twice: for what it must not say and for what it must."""
    return numbers_in(spoken)


def _echoes(folded: str, sentences: tuple[str, ...]) -> bool:
    return bool(sentences) and not _runs_of(sentences).isdisjoint(_runs(folded))


@lru_cache(maxsize=64)
def _runs_of(sentences: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(run for sentence in sentences for run in _runs(fold(sentence)))


def _runs(folded: str) -> Iterator[tuple[str, ...]]:
    words = _TOKENS.findall(folded.casefold())
    return zip(*(words[place:] for place in range(ECHO_WORDS)), strict=False)
