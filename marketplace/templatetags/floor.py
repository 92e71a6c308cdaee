"""What the floor of a session asks of its rooms."""

from collections.abc import Collection

from django import template

register = template.Library()


@register.filter
def meets(statuses: Collection[str], others: Collection[str]) -> bool:
    """Whether any is among the others."""
    return not set(statuses).isdisjoint(others)
