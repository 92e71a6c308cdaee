"""Rooms in which a person sits, and addresses to be told at."""

from typing import Any

from negotiation.notification_models import Channel, Kind, Notification, NotificationTarget, Side
from negotiation.targets import NewTarget, make_target
from tests import bodies

WEBHOOK = "http://127.0.0.1:1/hook"


def sellers_with_a_person() -> list[dict[str, Any]]:
    """A person sits for Acme, an agent for Bolt."""
    acme, bolt = bodies.two_sellers()
    return [{**acme, "mind": "human"}, bolt]


def a_target(
    side: Side, party: str | None = None, *kinds: Kind, channel: Channel = Channel.WEBHOOK, address: str = WEBHOOK
) -> NotificationTarget:
    """For all kinds if none is named."""
    wanted = NewTarget(channel, "told@example.com" if channel is Channel.EMAIL else address, kinds or tuple(Kind))
    return make_target(side, party, wanted, "test")


def told() -> list[tuple[str, str]]:
    """Which sides have been told of what, in the order of events."""
    rows = Notification.objects.order_by("run", "seq", "id")
    return list(rows.values_list("target__side", "kind"))


def make_due() -> None:
    """As if the time to the next attempt were over."""
    Notification.objects.update(next_at="2026-01-01T00:00:00+00:00")
