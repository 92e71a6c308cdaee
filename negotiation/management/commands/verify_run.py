"""Checks that the logs of rooms are as they were written."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from marketplace.management.schema import DatabaseCommand
from negotiation.models import NegotiationRun
from negotiation.verification import first_broken, misjudged_stock, strayed


class Command(DatabaseCommand):
    help = "Checks the hash chain of a room's log, or of all; fails if one was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", nargs="?", type=UUID, help="the room's id; all rooms without one")
        parser.add_argument(
            "--deep",
            action="store_true",
            help="while nothing is played: also that messages, offers, outcomes and stock are what the logs say",
        )

    def handle(self, *args: object, **options: Any) -> None:
        runs = NegotiationRun.objects.filter(code=options["room"]) if options["room"] else NegotiationRun.objects.all()
        if options["room"] and not runs.exists():
            raise CommandError(f"there is no room {options['room']}")
        total = runs.count()
        broken = sum(not self._is_whole(run, is_deep=options["deep"]) for run in runs.iterator())
        if broken:
            raise CommandError(f"{broken} of {total} logs were changed")
        if options["deep"] and not options["room"]:
            self._require_right_stock()
        self.stdout.write(f"as they were written: {total} of {total} logs")

    def _is_whole(self, run: NegotiationRun, *, is_deep: bool) -> bool:
        number = first_broken(run)
        if number is not None:
            self.stderr.write(f"{run.code} is not as it was written from event {number} on")
            return False
        wrong = strayed(run) if is_deep else []
        if wrong:
            self.stderr.write(f"{run.code}: {', '.join(wrong)} not as the log says")
        return not wrong

    def _require_right_stock(self) -> None:
        wrong = misjudged_stock()
        for item in wrong:
            self.stderr.write(f"{item}: {item.quantity_reserved} units are reserved, which is not what was sold")
        if wrong:
            raise CommandError(f"the reserved stock of {len(wrong)} items is not what was sold")
