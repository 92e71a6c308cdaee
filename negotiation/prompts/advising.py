"""Asks a model to put the reasons for a suggestion in its own words.

They go to the side that asked, and hold nothing that either side keeps to itself.
"""

from dataclasses import dataclass
from decimal import Decimal

from llm.types import ChatMessage
from negotiation.prompts.narrating import as_prompt
from negotiation.prompts.quoting import CURRENCY_LENGTH, ITEM_LENGTH, fenced, spoken, tame

ADVICE_TASK = """\
You explain to one side of a price negotiation why a next move is suggested. The suggestion is made; you only find the \
words."""

ADVICE_RULES = """\
Rules:
- Write one to three short sentences, at most 220 characters, in plain text, to the one who asked.
- Your message must contain "price" exactly as written. Use only numbers that stand in the data. Write no percentages.
- "draft" gives all the reasons there are. Say the same in words of your own; add none.
Reply with one JSON object and nothing else: {"message": "your words"}"""

# The reasons may be longer than the words of a move.
_DRAFT_LENGTH = 400


@dataclass(frozen=True, slots=True)
class AdviceFacts:
    """What the model is told, in this order."""

    item: str
    currency: str
    suggestion: str
    price: str
    draft: str


def explain_suggestion(
    item_name: str, currency: str, action: str, price: Decimal, draft: str
) -> tuple[ChatMessage, ...]:
    facts = AdviceFacts(
        item=tame(item_name, ITEM_LENGTH),
        currency=tame(currency, CURRENCY_LENGTH),
        suggestion=action,
        price=spoken(price),
        draft=tame(draft, _DRAFT_LENGTH),
    )
    return as_prompt((ADVICE_TASK, ADVICE_RULES), fenced(facts))
