"""Plays a session in the terminal, without a server and without touching the database."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.color import no_style
from pydantic import ValidationError

from marketplace.management.arguments import whole_number
from marketplace.offline import OfflineRoom, open_rooms, play_rooms
from marketplace.offline_json import document
from marketplace.problems import problems_of
from marketplace.requests import SessionRequest
from marketplace.schemas import MAX_SEED, InitializeIn
from marketplace.terminal import LEAST_WIDTH, Palette, Transcript, table
from negotiation.core.events import Event

WATCHABLE_TURN_SECONDS = 0.15
WRONG_INPUT = 2
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Plays a session in the terminal. FILE.json holds the body of POST /api/v1/simulation/initialize."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.json", help="such as demo.json")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of the talk")
        parser.add_argument("--seed", type=whole_number(0, MAX_SEED), help="the same seed plays the same session again")
        parser.add_argument("--fast", action="store_true", help="take no rest between turns")

    def run_from_argv(self, argv: list[str]) -> None:
        # `negotiate FILE | head` is no failure; tests that call the command keep their own signals.
        if hasattr(signal, "SIGPIPE"):
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        super().run_from_argv(argv)

    def handle(self, *args: object, **options: Any) -> None:
        request = read_request(options["file"])
        if options["seed"] is not None:
            request = replace(request, seed=options["seed"])
        rooms = open_rooms(request)
        try:
            if options["json"]:
                self._print_document(request, rooms)
            else:
                is_watched = self.stdout.isatty() and not options["fast"]
                self._print_talk(request, rooms, WATCHABLE_TURN_SECONDS if is_watched else 0.0)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
            sys.exit(INTERRUPTED)

    def _print_document(self, request: SessionRequest, rooms: Sequence[OfflineRoom]) -> None:
        played = asyncio.run(play_rooms(rooms, _say_nothing))
        self.stdout.write(json.dumps(document(request, played), ensure_ascii=False, indent=2))

    def _print_talk(self, request: SessionRequest, rooms: Sequence[OfflineRoom], turn_seconds: float) -> None:
        width = shutil.get_terminal_size((LEAST_WIDTH, 24)).columns
        transcript = Transcript(rooms, self.stdout.write, width, self._palette())
        transcript.introduce(request, rooms)
        played = asyncio.run(play_rooms(rooms, transcript.tell, turn_seconds))
        self.stdout.write("")
        for line in table(played, width, self._palette()):
            self.stdout.write(line)

    def _palette(self) -> Palette:
        style = self.style if self.stdout.isatty() else no_style()
        return Palette(label=style.HTTP_NOT_MODIFIED, head=style.MIGRATE_LABEL, good=style.SUCCESS, bad=style.WARNING)


def read_request(path: Path) -> SessionRequest:
    """The session that the file asks for. Raises CommandError for whatever is wrong with it."""
    try:
        body = InitializeIn.model_validate(_read_json(path))
    except ValidationError as error:
        raise _refused(path, [f"{problem['field']}: {problem['reason']}" for problem in problems_of(error)]) from error
    if body.use_standing_sellers or body.standing_sellers:
        raise _refused(path, ["standing_sellers: are in the database, which this command leaves alone"])
    if not body.sellers:
        raise _refused(path, ["sellers: at least one is needed"])
    if len(body.sellers) > settings.NEGOTIATION.max_sellers:
        raise _refused(path, [f"sellers: a session takes at most {settings.NEGOTIATION.max_sellers}"])
    return body.to_request(default_rounds=settings.NEGOTIATION.max_rounds)


def _read_json(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.", returncode=WRONG_INPUT) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}.", returncode=WRONG_INPUT) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _refused(path: Path, problems: Sequence[str]) -> CommandError:
    listed = "\n".join(f"  {problem}" for problem in problems)
    return CommandError(f"{path} is not a session that can be played:\n{listed}", returncode=WRONG_INPUT)


def _say_nothing(room: OfflineRoom, event: Event) -> None:
    """For a session that nobody watches."""
