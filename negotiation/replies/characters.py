# ruff: noqa: RUF001 - characters that look alike are what this module is about
"""Text as a reader sees it: what is invisible is taken away, and what looks alike becomes alike."""

import re
import unicodedata
from functools import lru_cache

# Stands in a folded text for what was taken out of it.
MASK_SIGN = "\N{WHITE SQUARE}"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_MARKS = {"Mn", "Me"}
_FILLERS = set("\u115f\u1160\u3164\uffa0\u2800\u3000\u17b4\u17b5")
_SPACES = re.compile(r"\s+")
_PILED_MARKS = 4
_LOOK_ALIKE = {
    **dict(zip("аеорсухѕіјһԛԝк", "aeopcyxsijhqwk", strict=True)),
    **dict(zip("АВСЕНІЈКМОРЅТХҮԚԜ", "ABCEHIJKMOPSTXYQW", strict=True)),
    **dict(zip("αεικνορυϲ", "aeikvopuc", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
    **dict(zip("ıłøđħŧɑɡɩʟ", "ilodhtagil", strict=True)),
    **dict(zip("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚", "1234567890", strict=True)),
    **dict(zip("⚀⚁⚂⚃⚄⚅", "123456", strict=True)),
    **dict(zip("٫٬。、‚", ".,.,,", strict=True)),
    **dict.fromkeys("′’‘ʼ", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("٪‰", "%"),
    **dict.fromkeys("−‒–—", "-"),
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "🔟": "10",
    "💯": "100",
}
_LETTER_SETS = (0x1F150, 0x1F170, 0x1F1E6)


def clean_line(text: str) -> str:
    """The text as it may be shown: one line, composed, without what nobody sees and without outer space."""
    if not (text.isascii() and text.isprintable()):
        composed = unicodedata.normalize("NFC", text)
        text = "".join(character for character in map(_shown, composed))
    return _SPACES.sub(" ", text).strip()


def is_piled_up(text: str) -> bool:
    """Whether more marks are stacked on a letter than any language needs."""
    if text.isascii():
        return False
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in _MARKS else 0
        if run >= _PILED_MARKS:
            return True
    return False


def is_plain(text: str) -> bool:
    """Whether it is ASCII, masks aside: then it holds nothing that looks like something else."""
    return text.isascii() or text.replace(MASK_SIGN, "").isascii()


def fold(text: str) -> str:
    """The text for comparison: plain digits and letters, their case kept. Folding twice changes nothing."""
    if is_plain(text):
        return text if text.isprintable() else "".join(map(_folded, text))
    return "".join(map(_folded, unicodedata.normalize("NFKD", text)))


def squeeze(folded: str) -> str:
    """Letters and digits alone, without case."""
    return (folded if folded.isalnum() else _JOINTS.sub("", folded)).casefold()


_JOINTS = re.compile(r"[\W_]+")


def _shown(character: str) -> str:
    if character in "\n\r\t\v\f\u2028\u2029":
        return " "
    hidden = unicodedata.category(character) in _UNSEEN or "\ufe00" <= character <= "\ufe0f"
    return "" if hidden or character in _FILLERS - {"\u3000"} else character


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    if character in "\n\r\t\v\f\u2028\u2029":
        return " "
    if character in _LOOK_ALIKE:
        return _LOOK_ALIKE[character]
    kind = unicodedata.category(character)
    if kind in _UNSEEN or kind in _MARKS or character in _FILLERS:
        return ""
    if character.isascii():
        return character
    return _folded_by_kind(character, kind)


def _folded_by_kind(character: str, kind: str) -> str:
    if kind in {"Nd", "No", "Nl"} and character != "〇":
        return f"{unicodedata.numeric(character, 0):g}"
    if kind == "Zs":
        return " "
    if kind == "Pd":
        return "-"
    for first in _LETTER_SETS:
        if first <= ord(character) < first + 26:
            return chr(ord("A") + ord(character) - first)
    return character
