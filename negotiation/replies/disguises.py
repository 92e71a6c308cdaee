"""Takes escapes and encodings off a text, so that it can be read for what it says."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote

_DEEPEST = 2
_MOST_TOKENS = 40
_ESCAPE = re.compile(r"\\(?:u\{?([0-9a-fA-F]{2,6})\}?|x([0-9a-fA-F]{2}))")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,6}")
_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2}[\s:,-]{0,2}){3,}")
_BITS = re.compile(r"(?:[01]{7,8}[\s,-]{0,2}){3,}")


def undisguised(text: str, depth: int = _DEEPEST) -> Iterator[str]:
    """The text, and what it becomes when escapes are resolved and words decoded, also when that was done twice."""
    yield text
    if not depth:
        return
    for plain in (_unescaped(text), *_decoded(text)):
        if plain != text:
            yield from undisguised(plain, depth - 1)


def _unescaped(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = unquote(text, errors="ignore")
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
    return text


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code <= 0x10FFFF else ""


def _decoded(text: str) -> Iterator[str]:
    """Each word that is some printable text in another encoding."""
    for place, match in enumerate(_TOKEN.finditer(text)):
        if place >= _MOST_TOKENS:
            return
        yield from _readings(match.group())
    for match in _PAIRS.finditer(text):
        yield from _read_as(re.sub(r"[^0-9a-fA-F]", "", match.group()), binascii.unhexlify)
    for match in _BITS.finditer(text):
        yield "".join(chr(int(bits, 2)) for bits in re.findall(r"[01]{7,8}", match.group()))


@lru_cache(maxsize=4096)
def _readings(word: str) -> tuple[str, ...]:
    """Remembered, for nearly all words are plain ones that come again and again."""
    token = word.rstrip("=").replace("-", "+").replace("_", "/")
    return (
        *_read_as(token + "=" * (-len(token) % 4), base64.b64decode),
        *_read_as(token.upper() + "=" * (-len(token) % 8), base64.b32decode),
    )


def _read_as(token: str, decode: Callable[[str], bytes]) -> Iterator[str]:
    try:
        plain = decode(token).decode("ascii")
    except ValueError:
        return
    if plain.isprintable():
        yield plain


def rotated(text: str) -> str:
    return codecs.encode(text, "rot13")
