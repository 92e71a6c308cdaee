"""The API keys there are, without their texts."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from marketplace.management.schema import DatabaseCommand
from marketplace.models import ApiKey

HEADINGS = ("number", "begins", "role", "scope", "party", "state", "last used", "name")


class Command(DatabaseCommand):
    help = "Lists the API keys, newest first, one a line, with tabs between."

    def handle(self, *args: object, **options: Any) -> None:
        self.stdout.write("\t".join(HEADINGS))
        for key in ApiKey.objects.all():
            party = str(key.party) if key.party else "-"
            shown = (str(key.pk), key.prefix, key.role, key.scope, party, _state(key), _day(key.last_used_at), key.name)
            self.stdout.write("\t".join(shown))


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "no end"
    return "expired" if key.expires_at <= timezone.now() else f"until {_day(key.expires_at)}"


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
