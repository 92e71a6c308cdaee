"""What models did beyond what their seats may: counted from the log of their calls."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from negotiation.replies.flaws import Flaw


class Violation(StrEnum):
    """A clamped price is used, moved to the nearer end of what was free; anything else is not used at all."""

    CLAMPED = "clamped"
    REFUSED_PRICE = "refused_price"
    REFUSED_ACCEPTANCE = "refused_acceptance"
    REFUSED_WALK = "refused_walk"
    UNREADABLE = "unreadable"
    STRAY_WORDS = "stray_words"
    SECRET_SAID = "secret_said"  # noqa: S105 - a kind, no password


KINDS: dict[Flaw, Violation] = {
    Flaw.CLAMPED: Violation.CLAMPED,
    Flaw.OUT_OF_LATITUDE: Violation.REFUSED_PRICE,
    Flaw.WRONG_QUANTITY: Violation.REFUSED_PRICE,
    Flaw.MAY_NOT_ACCEPT: Violation.REFUSED_ACCEPTANCE,
    Flaw.MAY_NOT_WALK: Violation.REFUSED_WALK,
    Flaw.NO_OBJECT: Violation.UNREADABLE,
    Flaw.WRONG_TYPE: Violation.UNREADABLE,
    Flaw.WRONG_ACTION: Violation.UNREADABLE,
    Flaw.NO_PRICE: Violation.UNREADABLE,
    Flaw.TOO_SHORT: Violation.STRAY_WORDS,
    Flaw.TOO_LONG: Violation.STRAY_WORDS,
    Flaw.PRICE_NOT_SAID: Violation.STRAY_WORDS,
    Flaw.FOREIGN_NUMBER: Violation.STRAY_WORDS,
    Flaw.RIVAL_NAMED: Violation.STRAY_WORDS,
    Flaw.FALSE_CLAIM: Violation.STRAY_WORDS,
    Flaw.CONTRADICTS: Violation.STRAY_WORDS,
    Flaw.OUT_OF_ROLE: Violation.STRAY_WORDS,
    Flaw.MARKUP: Violation.STRAY_WORDS,
    Flaw.CONTROL_CHARACTERS: Violation.STRAY_WORDS,
    Flaw.PROMPT_ECHOED: Violation.STRAY_WORDS,
    Flaw.SECRET_SAID: Violation.SECRET_SAID,
}


def violations_in(why: str) -> Iterable[Violation]:
    """Those that a call's note of what was wrong tells of; it may also tell of a server that was away."""
    return (KINDS[Flaw(code)] for code in why.split(", ") if code in set(Flaw))


def count_violations(noted: Iterable[tuple[str, int]]) -> dict[Violation, int]:
    """Of notes with how many calls have each, in the order of the kinds; a kind that did not happen is left out."""
    counted: Counter[Violation] = Counter()
    for why, calls in noted:
        for kind in violations_in(why):
            counted[kind] += calls
    return {kind: counted[kind] for kind in Violation if counted[kind]}
