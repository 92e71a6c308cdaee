"""Whether words plainly take the other side's offer, or plainly do not: their move says which of the two it is."""

import re
from decimal import Decimal

from negotiation.replies.numbers import numbers_in

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
_WE = r"\b(?:i|we)"
_WILLING = (
    r"(?:(?:'m|'re| am| are) (?:happy|glad|pleased|delighted) to|(?:'ll| will| hereby| gladly| happily| can| do)*"
    r"(?: now| gladly| happily)?)"
)
_OFFER = (
    r"(?:(?:your|this|that|the) (?:\w+ ){0,2}?(?:offer|bid|price|deal|proposal|quote|counter-?offer|figure)\b"
    r"|your \W?[0-9]|(?:it|this|that)\s?(?:[.,!;]|$))"
)
_ACCEPTS = re.compile(rf"{_WE}{_WILLING} (?:accept|take) {_OFFER}|{_WE}(?:'ve| have) accepted (?:\W?[0-9]|{_OFFER})")
_DEALS = re.compile(
    r"\b(?:you|we)(?:'ve| have)?(?: got)?(?: yourself| ourselves)? a deal\b"
    r"|\b(?:it's|that's|it is) a deal\b(?! (?:for|that|to))|\bwe(?:'re| are) agreed\b|\bconsider it (?:sold|done)\b"
    r"|^(?:(?:ok|okay|great|perfect|fine|alright|all right|yes),? )?(?:deal|agreed|sold|done)\s?[.!;]?$"
)
_HEDGES = re.compile(
    r"\?|\b(?:if|when|once|unless|until|provided|assuming|soon|could|would|might|may|should|must|cannot|not|never|but"
    r"|before|almost|nearly|close)\b|n't\b|'d\b"
)
_REFUSES = re.compile(
    rf"{_WE} (?:can(?:not|'t| not)|won't|will not|am unable to|are unable to|(?:have to |must )?(?:decline|reject)"
    rf"|do not|don't) (?:accept |agree to |take )?{_OFFER}|\bno deal\b|\b(?:my|our|a) counter-?\s?offer\b"
)


def contradicts(folded: str, price: Decimal | None, *, closes: bool) -> bool:
    """Whether the small letters of a message say the opposite of its move.

    What is said of the move's own price is no contradiction, nor what is only held out: "At 95 we have a deal".
    """
    if closes:
        return _REFUSES.search(folded) is not None
    return any(_closes(sentence, price) for sentence in _SENTENCE_END.split(folded))


def _closes(sentence: str, price: Decimal | None) -> bool:
    if _HEDGES.search(sentence):
        return False
    if found := _ACCEPTS.search(sentence):
        after = numbers_in(sentence[found.end() - 1 :])
        return not after or price not in after[0].values
    return _DEALS.search(sentence) is not None and not any(price in number.values for number in numbers_in(sentence))
