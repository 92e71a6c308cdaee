"""Which thing in stock a person means by a name: plural or singular, any case, a small slip of the keys."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from negotiation.replies.characters import fold

MOST_CHOICES = 5
_CLOSE = 0.8
_SHORTEST = 2
_SHORTEST_MISSPELT = 4
_WORD = re.compile(r"[^\W_]+")
_ODD_PLURALS = {
    "mice": "mouse",
    "knives": "knife",
    "shelves": "shelf",
    "children": "child",
    "people": "person",
    "men": "man",
    "feet": "foot",
    "teeth": "tooth",
    "buses": "bus",
}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`name` is the one that is meant; without it, `choices` are those that may be. Unsure is what is only near."""

    name: str = ""
    is_sure: bool = False
    choices: tuple[str, ...] = ()


def match_name(said: str, known: Iterable[str]) -> NameMatch:
    """Nothing is chosen where several may be meant."""
    names, words = sorted(set(known)), _words(said)
    if not words:
        return NameMatch()
    alike = [name for name in names if _words(name) == words]
    exact = [name for name in alike if " ".join(name.split()).casefold() == " ".join(said.split()).casefold()]
    if len(exact or alike) == 1:
        return NameMatch((exact or alike)[0], is_sure=True)
    if not alike and len(max(words, key=len)) < _SHORTEST:
        return NameMatch()
    near = alike or list(_naming(words, names)) or list(_nearly_naming(words, names))
    return NameMatch(near[0]) if len(near) == 1 else NameMatch(choices=tuple(near[:MOST_CHOICES]))


def names_like(said: str, known: Iterable[str]) -> tuple[str, ...]:
    """Names in stock that may be meant by a name that is none of them."""
    found = match_name(said, known)
    if found.name:
        return () if found.name.casefold() == " ".join(said.split()).casefold() else (found.name,)
    return found.choices


def _naming(words: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The names in which all of these words stand."""
    return (name for name in names if set(words) <= _words_set(name))


def _nearly_naming(words: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The same with words that may be misspelt."""
    vocabulary = sorted({word for name in names for word in _words(name)})
    wanted = [_spelled_nearly(word, vocabulary) for word in words]
    if all(wanted):
        yield from (name for name in names if all(_words_set(name) & spellings for spellings in wanted))


def _spelled_nearly(word: str, vocabulary: Sequence[str]) -> set[str]:
    if word in vocabulary or len(word) < _SHORTEST_MISSPELT:
        return {word} & set(vocabulary)
    return set(get_close_matches(word, vocabulary, cutoff=_CLOSE))


def _words_set(name: str) -> frozenset[str]:
    return frozenset(_words(name))


@lru_cache(maxsize=32_768)
def _words(name: str) -> tuple[str, ...]:
    return tuple(_singular(word) for word in _WORD.findall(fold(name).casefold()))


def _singular(word: str) -> str:
    if word in _ODD_PLURALS:
        return _ODD_PLURALS[word]
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.isalpha():
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    return word.removesuffix("s")
