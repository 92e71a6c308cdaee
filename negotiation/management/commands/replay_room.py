"""Plays a room again from the record of what its models answered."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from marketplace.management.schema import DatabaseCommand
from negotiation.errors import RoomNotFound
from negotiation.replaying import replay_room


class Command(DatabaseCommand):
    help = "Plays a room again without a model, from what its models answered; fails if anything comes out otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", type=UUID, help="the room's id")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            count, difference = replay_room(options["room"])
        except RoomNotFound as missing:
            raise CommandError(str(missing)) from missing
        if difference is not None:
            raise CommandError(
                f"event {difference.seq} came out otherwise:\n"
                f"  recorded: {difference.recorded}\n  played:   {difference.played}"
            )
        self.stdout.write(f"the same again: {count} of {count} events")
