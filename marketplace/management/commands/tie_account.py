"""An account that acts for a buyer or seller."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from marketplace import audit
from marketplace.management.schema import DatabaseCommand
from marketplace.models import PartyAccess, Role
from marketplace.parties import account_problem, party_problem


class Command(DatabaseCommand):
    help = "Lets an account act for a buyer or seller, or with --untie no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the account's name")
        parser.add_argument("role", choices=[Role.BUYER.value, Role.SELLER.value])
        parser.add_argument("party", type=UUID, help="the buyer's or seller's id")
        parser.add_argument("--untie", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        role, party = Role(options["role"]), options["party"]
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"there is no account {options['name']}")
        if options["untie"]:
            deleted, _ = PartyAccess.objects.filter(user=user, role=role, party=party).delete()
            if not deleted:
                raise CommandError("the account is not tied to that party")
        else:
            problem = party_problem(role, party) or account_problem(user, role)
            if problem:
                raise CommandError(problem)
            PartyAccess.objects.get_or_create(user=user, party=party, defaults={"role": role})
        deed = "untied account" if options["untie"] else "tied account"
        audit.note("manage.py", deed, account=user.pk, role=role, party=party)
        self.stdout.write(f"{deed.capitalize()} {user}.")
