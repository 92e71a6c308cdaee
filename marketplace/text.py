"""What text may come in from outside: no control characters, nothing invisible, nothing that turns the line around."""

import unicodedata

from django.core.exceptions import ValidationError

_JOINERS = {"‌", "‍"}


def clean_text(text: str, *, lines: bool = False) -> str:
    """The text without formatting characters and outer space. Raises ValueError on control characters."""
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and not (lines and character in "\n\t")):
            raise ValueError("control characters are not allowed")
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS)
    return kept.strip()


def validate_line(text: str) -> None:
    """A Django validator: the text is one clean line."""
    try:
        cleaned = clean_text(text)
    except ValueError as error:
        raise ValidationError("Control characters are not allowed.") from error
    if cleaned != text:
        raise ValidationError("Invisible characters and outer spaces are not allowed.")
