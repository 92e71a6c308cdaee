"""Reads the words of a reply: one message, or one for each seller."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.objects import objects_in, plain_key
from negotiation.replies.templates import after_reasoning, without_tokens

MESSAGE_KEYS = ("message", "text", "reply", "response", "words", "say", "content", "msg")
SELLER_KEYS = ("to", "seller", "key", "seller_key", "seller_id", "thread", "recipient", "award_to", "winner", "id")
LIST_KEYS = ("messages", "replies", "bids", "threads")

# Their names by the keys of their threads.
Sellers = Mapping[str, str]

# What stands where a seller is to be named and means none of them, whatever sellers are called.
_NOBODY = {"", "all", "any", "anyone", "both", "each", "everyone", "nobody", "none", "null", "n/a", "seller", "sellers"}

_LONGEST_PLAIN = 4_000
_FENCE = re.compile(r"\A\s*+```[a-z]*\s*+(.*?)\s*```\s*\Z", re.DOTALL | re.IGNORECASE)
_PREAMBLE = re.compile(
    r"\A\s*+(?:sure|certainly|of course|okay|ok|here)\b[^\n.]{0,80}:(?:\s*\n+|\s*+(?=[\"“]))", re.IGNORECASE
)
_SPEAKER = re.compile(
    r"\A[\s*_\"']*+(?:message|seller|buyer|assistant|reply|response|(?:final )?answer|text|me)\s*[*_\"']*\s*:[*_\s]*+",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<=\w)(?:\s*+\([^()]{0,100}\)|\s*+[:\u2013\u2014]\s[^,;:]{1,100}|\s-\s[^,;:]{1,100})\Z")
_JSON = re.compile(r"[{}\[\]]|\"\s*:")


def read_message(text: str) -> str:
    """The words alone; a reply without anything like an object is itself the words. Raises Unusable."""
    for found in objects_in(text, MESSAGE_KEYS):
        message = words_of(found)
        if message:
            return message
        raise Unusable(Flaw.WRONG_TYPE, "the message must be text")
    return _plain_words(after_reasoning(text))


def read_messages(text: str, sellers: Sellers) -> dict[str, str]:
    """The words for each key that has some; keys that are not asked for are left out. Raises Unusable."""
    found = list(objects_in(text, (*LIST_KEYS, *SELLER_KEYS, *sellers, *(MESSAGE_KEYS if len(sellers) == 1 else ()))))
    if not found:
        raise Unusable(Flaw.NO_OBJECT, "reply with one JSON object that has one message for each seller")
    messages: dict[str, str] = {}
    for key, entry in _addressed(found, sellers):
        words = words_of(entry) if isinstance(entry, Mapping) else entry
        if isinstance(words, str) and words.strip():
            messages.setdefault(key, words)
    return messages


def words_of(found: Mapping[str, Any]) -> str:
    """The text under one of the keys for words, also one object deeper; empty if there is none."""
    for name in MESSAGE_KEYS:
        value = next((value for key, value in found.items() if plain_key(key) == name), None)
        if isinstance(value, Mapping):
            value = words_of(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def entries(listed: Any, sellers: Sellers) -> Iterator[tuple[str, Any]]:
    """The entries of a list or an object, with the known key that each is for."""
    if isinstance(listed, Mapping) and _addressee(listed, sellers) is not None:
        listed = [listed]
    if isinstance(listed, Mapping):
        pairs = [(known_key(key, sellers), entry) for key, entry in listed.items()]
    elif isinstance(listed, list):
        pairs = [(_addressee(entry, sellers), entry) for entry in listed if isinstance(entry, Mapping)]
    else:
        pairs = []
    yield from ((key, entry) for key, entry in pairs if key is not None)


def known_key(written: object, sellers: Sellers) -> str | None:
    """The key of whom it names: "S1", "S1 (Acme)", "Acme" or "Acme (S1)", if that can be one seller only.

    The key alone means its seller, whatever others are called.
    """
    if not isinstance(written, str):
        return None
    whole = " ".join(written.split()).removeprefix("@").casefold()
    bare = _NAMED.sub("", whole)
    if alone := [key for key in sellers if key.casefold() == whole]:
        return alone[0]
    meant = [key for key, name in sellers.items() if key.casefold() == bare or _is_named(whole, name, key)]
    return meant[0] if len(meant) == 1 else None


def keys_alone(sellers: Sellers) -> Sellers:
    """For where a name could be taken for what a field is called."""
    return dict.fromkeys(sellers, "")


def _is_named(whole: str, name: str, key: str) -> bool:
    return whole not in _NOBODY and whole in (name.casefold(), f"{name} ({key})".casefold())


def _addressed(found: list[dict[str, Any]], sellers: Sellers) -> Iterator[tuple[str, Any]]:
    """Some models list their messages without an object around them: then each object is one."""
    names = {plain_key(name) for name in SELLER_KEYS}
    if any(plain_key(key) in names for key in found[0]):
        yield from entries(found, sellers)
        return
    lists = [value for key, value in found[0].items() if plain_key(key) in LIST_KEYS and isinstance(value, list | dict)]
    yield from entries(lists[0], sellers) if lists else entries(found[0], keys_alone(sellers))
    if len(sellers) == 1 and not lists:
        yield next(iter(sellers)), found[0]


def _addressee(entry: Mapping[str, Any], sellers: Sellers) -> str | None:
    names = {plain_key(name) for name in SELLER_KEYS}
    named = {known_key(value, sellers) for key, value in entry.items() if plain_key(key) in names} - {None}
    return named.pop() if len(named) == 1 else None


def _plain_words(text: str) -> str:
    """What a small model says without any object. Raises Unusable if it looks like the remains of one."""
    words = _FENCE.sub(r"\1", without_tokens(text[:_LONGEST_PLAIN]))
    spoken = _SPEAKER.sub("", _PREAMBLE.sub("", words)).strip()
    if not spoken or _JSON.search(words):
        raise Unusable(Flaw.NO_OBJECT, 'reply with exactly one JSON object: {"message": "..."}')
    return spoken
