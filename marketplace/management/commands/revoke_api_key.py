"""The end of an API key."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Q

from marketplace import audit
from marketplace.identity import revoke_api_keys
from marketplace.management.schema import DatabaseCommand
from marketplace.models import ApiKey


class Command(DatabaseCommand):
    help = "Revokes one API key, at once and for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="its number, or what it begins with, as in list_api_keys")

    def handle(self, *args: object, **options: Any) -> None:
        named = options["key"]
        by_number = Q(pk=int(named)) if named.isascii() and named.isdigit() and len(named) < 19 else Q()
        found = ApiKey.objects.filter(by_number if by_number else Q(prefix=named[:12]))
        keys = list(found[:2])
        if len(keys) != 1:
            raise CommandError(f"{'no key is' if not keys else 'several keys are'} called {named[:12]}")
        if not revoke_api_keys(found):
            raise CommandError(f"{keys[0]} was revoked before")
        audit.note("manage.py", "revoked key", key=keys[0].pk)
        self.stdout.write(f"Revoked {keys[0]}.")
