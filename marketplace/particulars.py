"""How a party is reached once there is a deal: an e-mail address or a telephone number."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from marketplace.text import validate_line

NEITHER = "must be an e-mail address or a telephone number"
LONGEST_CONTACT = 100
_MAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"().]{2,}")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,28}[0-9]")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the other side learns of a party with a deal; only `region`, a seller's, is shown before."""

    legal_name: str = ""
    contact: str = ""
    region: str = ""


NOTHING_TOLD = Particulars()


def validate_contact(text: str) -> None:
    """A Django validator."""
    validate_line(text)
    if problem := contact_problem(text):
        raise ValidationError(f"It {problem}.")


def contact_problem(text: str) -> str:
    """What is wrong with the contact; empty if nothing is."""
    return "" if _MAIL.fullmatch(text) or _TELEPHONE.fullmatch(text) else NEITHER
