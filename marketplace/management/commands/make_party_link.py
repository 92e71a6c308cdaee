"""A link that lets one browser in for a buyer or seller."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from marketplace import audit
from marketplace.management.schema import DatabaseCommand
from marketplace.models import Role
from marketplace.parties import LINK_DAYS, invitation, make_party_link
from marketplace.waiting import party_of
from negotiation.models import Participant


class Command(DatabaseCommand):
    help = "Makes a link that works once and lets a browser in for a party; prints it alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[Role.BUYER.value, Role.SELLER.value])
        parser.add_argument("party", type=UUID, nargs="?", help="the buyer's or seller's id; not needed with --thread")
        parser.add_argument("--thread", type=UUID, help="the negotiation whose page the link leads to, by its id")
        parser.add_argument("--days", type=int, default=LINK_DAYS, help="until it expires unused (%(default)s)")
        parser.add_argument(
            "--base-url", default="", help="where people reach the marketplace, with https:// (else PUBLIC_URL)"
        )

    def handle(self, *args: object, **options: Any) -> None:
        if not 1 <= options["days"] <= 365:
            raise CommandError("--days takes a number from 1 to 365")
        role, thread = Role(options["role"]), options["thread"]
        party = _party(role, options["party"], thread)
        try:
            link, token = make_party_link(role, party, "manage.py", timezone.now() + timedelta(days=options["days"]))
        except ValueError as error:
            raise CommandError(str(error)) from error
        audit.note("manage.py", "made link", link=link.pk, role=role, party=link.party)
        base_url = (options["base_url"] or settings.PUBLIC_URL).rstrip("/") or f"http://{settings.HOST}:{settings.PORT}"
        self.stderr.write("Keep this link; it is not shown again.")
        self.stdout.write(f"{base_url}{invitation(token, thread)}")


def _party(role: Role, named: UUID | None, thread: UUID | None) -> UUID:
    """Whom the link is for: who is named, or else that side of the thread; if both are, they have to agree."""
    if thread is None:
        if named is None:
            raise CommandError(f"Name the {role} by its id, or a negotiation of its own by --thread.")
        return named
    found = Participant.objects.select_related("run__session__buyer").filter(code=thread).first()
    if found is None:
        raise CommandError(f"There is no negotiation with the id {thread}.")
    party = party_of(found, role)
    if named not in (None, party):
        raise CommandError(f"The {role} {named} has no part in the negotiation {thread}.")
    return party
