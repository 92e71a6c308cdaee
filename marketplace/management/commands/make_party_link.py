"""A link that lets one browser in for a buyer or seller."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from marketplace import audit
from marketplace.models import Role
from marketplace.parties import LINK_DAYS, make_party_link


class Command(BaseCommand):
    help = "Makes a link that works once and lets a browser in for a party; prints it alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[Role.BUYER.value, Role.SELLER.value])
        parser.add_argument("party", type=UUID, help="the buyer's or seller's id")
        parser.add_argument("--days", type=int, default=LINK_DAYS, help="until it expires unused (%(default)s)")
        parser.add_argument("--base-url", default="", help="where people reach the marketplace, with https://")

    def handle(self, *args: object, **options: Any) -> None:
        if not 1 <= options["days"] <= 365:
            raise CommandError("--days takes a number from 1 to 365")
        role, expires_at = Role(options["role"]), timezone.now() + timedelta(days=options["days"])
        try:
            link, token = make_party_link(role, options["party"], "manage.py", expires_at)
        except ValueError as error:
            raise CommandError(str(error)) from error
        audit.note("manage.py", "made link", link=link.pk, role=role, party=link.party)
        base_url = options["base_url"].rstrip("/") or f"http://{settings.HOST}:{settings.PORT}"
        self.stderr.write("Keep this link; it is not shown again.")
        self.stdout.write(f"{base_url}{reverse('enter', args=[token])}")
