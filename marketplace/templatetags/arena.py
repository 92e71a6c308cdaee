"""What the pages of arenas, and those of an arena's sessions, say."""

from typing import Any

from django import template

from marketplace.models import Session
from negotiation.arena_models import ArenaGame

STATE_WORDS = {
    "waiting": "Waiting to begin",
    "playing": "Playing",
    "paused": "Paused",
    "finished": "Finished",
    "cancelled": "Cancelled",
}
# The states in the colours that rooms have.
LIGHTS = {
    "waiting": "queued",
    "playing": "active",
    "paused": "paused",
    "finished": "deal",
    "cancelled": "cancelled",
}

register = template.Library()


@register.filter
def arena_state(state: str) -> str:
    return STATE_WORDS[state]


@register.filter
def arena_light(state: str) -> str:
    return LIGHTS[state]


@register.inclusion_tag("arena/mind.html")
def mind_name(spec: str) -> dict[str, Any]:
    """The name of a mind, and how it was set."""
    name, _, rest = spec.partition("(")
    told = [one.partition("=") for one in rest.removesuffix(")").split(", ") if one]
    return {"name": name, "set": [(key, value) for key, _, value in told]}


@register.inclusion_tag("arena/line.html")
def arena_line(session: Session) -> dict[str, Any]:
    """Which game of which arena a session is; of an arena that is not there any more, that it was one."""
    return {"game": ArenaGame.objects.filter(session=session).select_related("arena").first()}
