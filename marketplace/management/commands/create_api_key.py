"""A new API key, printed once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from marketplace import audit
from marketplace.identity import create_api_key
from marketplace.management.schema import DatabaseCommand
from marketplace.models import ApiKey, Role, Scope
from marketplace.parties import party_problem
from marketplace.text import validate_line


class Command(DatabaseCommand):
    help = "Makes an API key and prints it, once, alone on the last line. To rotate: make one, revoke the old."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--scope", default=Scope.WRITE.value, choices=[scope.value for scope in Scope])
        parser.add_argument("--party", type=UUID, help="the buyer's or seller's id, for these roles")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="no end if left out")

    def handle(self, *args: object, **options: Any) -> None:
        role, party, days = Role(options["role"]), options["party"], options["expires"]
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--expires takes a number of days from 1 to 36500")
        try:
            ApiKey._meta.get_field("name").clean(options["name"], None)
            validate_line(options["name"])
        except ValidationError as error:
            raise CommandError(f"--name: {error.messages[0]}") from error
        problem = party_problem(role, party)
        if problem:
            raise CommandError(f"--party: {problem}")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        key, text = create_api_key(options["name"], role, party, expires_at, Scope(options["scope"]))
        audit.note("manage.py", "made key", key=key.pk, role=role, scope=key.scope, party=party)
        self.stderr.write("Keep this key; it is not shown again.")
        self.stdout.write(text)
