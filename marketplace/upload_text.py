"""The text of an uploaded file, as spreadsheets save it."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

# Excel's plain "CSV" is in the code page of its machine, which the file does not name. Western Europe's is the most
# common by far; what is in another one and read with it has signs or capitals within words, or words with hardly a
# plain letter.
_CODE_PAGE = "cp1252"
_LETTER = "[A-Za-zÀ-ÖØ-öø-ÿŠŒŽšœžŸ]"
_WORD = re.compile(f"{_LETTER}{{2,}}")
_SIGN = r"[\xa1-\xa6\xa8\xa9\xab\xac\xaf\xb1-\xb3\xb6\xb8\xb9\xbb-\xbf]"
_IS_OTHER = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\N{REPLACEMENT CHARACTER}]"
    rf"|(?<={_LETTER}){_SIGN}(?={_LETTER})"
    rf"|(?<={_LETTER})[À-ÖØ-ÞŠŒŽŸ](?=[a-zß-öø-ÿšœž])"
)


def text_of_upload(content: bytes) -> str:
    """By its byte order mark, else as UTF-8, else as Western European. Raises UnicodeDecodeError if it is none."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode(_CODE_PAGE, errors="replace")
        if _IS_OTHER.search(text) or any(map(_is_strange, _WORD.findall(text))):
            raise
        return text


def _is_strange(word: str) -> bool:
    return 2 * sum(map(str.isascii, word)) < len(word)
