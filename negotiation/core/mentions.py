"""Who a message is addressed to: `@` and the longest known name that follows it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence


def find_mentioned(message: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of `names` (key to name) mentioned in the message, in order, each once.

    Names match without regard to case, width or spaces ("@Electro Mart", "@electromart"); a name that another known
    name begins with is only taken when the longer one is not there. An unknown mention addresses nobody.
    """
    spellings: dict[str, str] = {_as_written(name): key for key, name in names.items()}
    for key, name in names.items():
        for spelling in _spellings(name):
            spellings.setdefault(spelling, key)
    longest_first = sorted(spellings, key=len, reverse=True)
    found: list[str] = []
    for tail in _after_each_at(" ".join(_plain(message).split())):
        match = next((s for s in longest_first if _begins_with_name(tail, s)), None)
        if match is not None and spellings[match] not in found:
            found.append(spellings[match])
    return tuple(found)


def distinct_names(names: list[str]) -> list[str]:
    """The names in order, those that read alike numbered from the second on: Acme, acme (2), Acme (3)."""
    taken: set[str] = set()
    distinct: list[str] = []
    for name in names:
        candidate, number = name, 1
        while _spelled_together(candidate) in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(_spelled_together(candidate))
        distinct.append(candidate)
    return distinct


def hide_names(text: str, names: Sequence[str]) -> str:
    """The text with each of the names, however cased or spaced, replaced by "another seller"."""
    plain = unicodedata.normalize("NFKC", text)
    for name in sorted(names, key=len, reverse=True):
        words = unicodedata.normalize("NFKC", name).removeprefix("@").split()
        spelled = r"[\s_\-]*".join(re.escape(word) for word in words)
        if spelled:
            plain = re.sub(rf"@?(?<!\w){spelled}(?!\w)", "another seller", plain, flags=re.IGNORECASE)
    return plain


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _after_each_at(text: str) -> list[str]:
    """What follows each `@` that stands by itself; one inside a word is part of an address."""
    return [
        text[place + 1 :]
        for place, character in enumerate(text)
        if character == "@" and not _joins_words(text[place - 1 : place])
    ]


def _as_written(name: str) -> str:
    return " ".join(_plain(name).removeprefix("@").split())


def _spelled_together(name: str) -> str:
    return "".join(_as_written(name).split())


def _spellings(name: str) -> list[str]:
    words = _as_written(name).split()
    return [joined for joined in ("".join(words), "_".join(words)) if joined]


def _begins_with_name(tail: str, name: str) -> bool:
    if not tail.startswith(name):
        return False
    following = tail[len(name) : len(name) + 1]
    return not (_joins_words(name[-1]) and _joins_words(following))


def _joins_words(character: str) -> bool:
    """Letters of scripts with upper and lower case, and digits: a name may not end in the middle of such a word."""
    return character.isdigit() or character.lower() != character.upper()
