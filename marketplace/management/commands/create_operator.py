"""An account of an operator or auditor."""

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, transaction

from marketplace import audit
from marketplace.groups import AUDITORS, OPERATORS
from marketplace.identity import make_sign_in_link
from marketplace.management.schema import DatabaseCommand


class Command(DatabaseCommand):
    help = "Makes an account of staff. Without --password-stdin it prints a link that signs in once, on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--auditor", action="store_true", help="reads everything and changes nothing")
        parser.add_argument("--password-stdin", action="store_true", help="take the password from the standard input")

    def handle(self, *args: object, **options: Any) -> None:
        if settings.BEHIND_PROXY and not options["password_stdin"]:
            raise CommandError("behind a proxy no sign-in link is taken: give a password by --password-stdin")
        user = User(username=options["name"], is_staff=True)
        group = AUDITORS if options["auditor"] else OPERATORS
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            user.full_clean(exclude=["password"])
            if password is not None:
                validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        try:
            with transaction.atomic():
                user.save()
                user.groups.add(Group.objects.get(name=group))
        except IntegrityError as error:
            raise CommandError(f"there is an account {user} already") from error
        audit.note("manage.py", "made account", account=user.pk, group=group)
        if password is None:
            self.stdout.write(make_sign_in_link(f"http://{settings.HOST}:{settings.PORT}", user))
        else:
            self.stdout.write(f"Made the account {user}.")
