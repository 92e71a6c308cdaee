"""Checks that the logs of rooms are as they were written."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from negotiation.models import NegotiationRun
from negotiation.verification import first_broken


class Command(BaseCommand):
    help = "Checks the hash chain of a room's log, or of all; fails if one was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", nargs="?", type=UUID, help="the room's id; all rooms without one")

    def handle(self, *args: object, **options: Any) -> None:
        runs = NegotiationRun.objects.filter(code=options["room"]) if options["room"] else NegotiationRun.objects.all()
        if options["room"] and not runs.exists():
            raise CommandError(f"there is no room {options['room']}")
        broken = {run.code: number for run in runs.iterator() if (number := first_broken(run)) is not None}
        for code, number in broken.items():
            self.stderr.write(f"{code} is not as it was written from event {number} on")
        if broken:
            raise CommandError(f"{len(broken)} of {runs.count()} logs were changed")
        self.stdout.write(f"as they were written: {runs.count()} of {runs.count()} logs")
