"""What the pages of a room say of its replay and its what-ifs."""

from collections.abc import Sequence
from typing import Any

from django import template

from marketplace.models import POLICIES, TEMPERAMENTS, TOUGHNESS
from negotiation.casting import agent_mind
from negotiation.models import NegotiationRun

register = template.Library()

HANDS = {"human": "person", "external": "program"}
SHORT_MINDS = {"strategy": "Strategy", "narrated": "Narrated", "llm": "Model"}


@register.simple_tag
def branches_of(run: NegotiationRun) -> int:
    """How many what-ifs were made of the room."""
    return run.branches.count()


@register.inclusion_tag("room/what_if_line.html", takes_context=True)
def what_if_line(context: dict[str, Any], run: NegotiationRun) -> dict[str, Any]:
    """What a what-if is, and nothing on the page of another room."""
    origin = run.branched_from if run.session.is_what_if else None
    return {"run": run, "origin": origin, "caller": context.get("caller")}


@register.inclusion_tag("room/what_if_dialog.html")
def what_if_dialog(run: NegotiationRun) -> dict[str, Any]:
    """For operators alone: it shows the limits."""
    session = run.session
    return {
        "run": run,
        "buyer": {
            **_seat(session.buyer_mind, session.buyer_temperament),
            "further": _further("policy", "Policy", POLICIES, session.buyer_policy),
        },
        "seats": [
            (
                seat,
                {
                    **_seat(seat.mind, seat.temperament),
                    "further": _further("toughness", "Toughness", TOUGHNESS, seat.toughness),
                },
            )
            for seat in run.participants.all()
        ],
    }


def _seat(mind: str, temperament: str) -> dict[str, Any]:
    """What an agent at the seat may be, and is: where a person or program sits, the agent that would take over."""
    return {
        "minds": [(one, SHORT_MINDS[one]) for one in SHORT_MINDS if one != agent_mind(mind)],
        "mind": f"{SHORT_MINDS.get(agent_mind(mind), mind)} ({'for a ' + HANDS[mind] if mind in HANDS else 'same'})",
        "temperaments": [(one, one.capitalize()) for one, _ in TEMPERAMENTS if one != temperament],
        "temperament": f"{temperament.capitalize()} (same)",
    }


def _further(name: str, label: str, choices: Sequence[tuple[str, str]], now: str) -> dict[str, Any]:
    """What else can be chosen for the seat, the one that it has first."""
    short = {str(value): words.partition(" (")[0] for value, words in choices}
    return {
        "name": name,
        "label": label,
        "now": f"{short[now]} (same)",
        "choices": [(value, words) for value, words in short.items() if value != now],
    }
