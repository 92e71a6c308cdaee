"""A new API key, printed once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from marketplace.identity import create_api_key
from marketplace.models import Buyer, Role, Seller


class Command(BaseCommand):
    help = "Makes an API key and prints it, once, alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--party", type=UUID, help="the buyer's or seller's id, for these roles")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="no end if left out")

    def handle(self, *args: object, **options: Any) -> None:
        role, party, days = Role(options["role"]), options["party"], options["expires"]
        if days is not None and days < 1:
            raise CommandError("--expires takes a number of days from 1")
        _require_party(role, party)
        expires_at = timezone.now() + timedelta(days=days) if days else None
        _, text = create_api_key(options["name"], role, party, expires_at)
        self.stderr.write("Keep this key; it is not shown again.")
        self.stdout.write(text)


def _require_party(role: Role, party: UUID | None) -> None:
    if role not in (Role.BUYER, Role.SELLER):
        return
    if party is None:
        raise CommandError(f"--party is needed for a {role} key")
    parties = Buyer.objects if role == Role.BUYER else Seller.objects
    if not parties.filter(code=party).exists():
        raise CommandError(f"there is no {role} with the id {party}")
