"""Plays minds against minds on chosen scenarios, and compares them with an earlier run."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.errors import InvalidRequest
from marketplace.management.arguments import whole_number
from marketplace.management.schema import refuse_outdated_schema
from negotiation.arena import memory, services
from negotiation.arena.choosing import choose_scenarios
from negotiation.arena.documents import Played, Report, csv_text, document, read_document
from negotiation.arena.gate import judge, verdict_line
from negotiation.arena.minds import split_minds
from negotiation.arena.planning import ArenaRequest, Plan, with_scenarios
from negotiation.arena.results import Row, Tally, leaderboard
from negotiation.arena_models import AT_WORK, Arena
from negotiation.core.vocabulary import ArenaState, Party
from negotiation.errors import NegotiationError
from negotiation.listening import listening
from negotiation.threads import in_thread
from negotiation.worker import Worker

GATE_FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130
LOOK_SECONDS = 0.5
DRAIN_SECONDS = 8.0
MOST_PROCESSES = 61  # as many as Windows lets a pool have


class Command(BaseCommand):
    help = (
        "Plays every buyer's mind against every sellers' mind in every scenario and prints who did how well. "
        "Exits with 1 if a mind got worse than in the baseline, with 2 for wrong input."
    )
    _told = -1

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--buyers", default="strategy", help='minds with ";" between them')
        parser.add_argument("--sellers", default="strategy", help='such as "strategy(toughness=tough); conceder"')
        parser.add_argument(
            "--scenarios", default="bundled", help="a file, bundled:multi:20,two:10, or catalogue:ITEM,ITEM"
        )
        parser.add_argument("--repeats", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same results")
        parser.add_argument("--name", default="")
        parser.add_argument("--out", type=Path, help="write everything as JSON")
        parser.add_argument("--csv", type=Path, help="write a line for each room")
        parser.add_argument("--baseline", type=Path, help="the JSON of an earlier run; fails if a mind got worse")
        parser.add_argument("--in-memory", action="store_true", help="without the database, and without models")
        parser.add_argument(
            "--processes",
            type=whole_number(1, MOST_PROCESSES),
            default=os.cpu_count() or 1,
            help="how many processes play the games in memory (one for each core)",
        )
        parser.add_argument("--resume", type=UUID, help="go on with an arena that was left")

    def handle(self, *args: object, **options: Any) -> None:
        if options["in_memory"] and options["resume"]:
            raise CommandError("What was played in memory cannot be gone on with.", returncode=WRONG_INPUT)
        for path in filter(None, (options["out"], options["csv"])):
            if path.is_dir() or not path.parent.is_dir():
                raise CommandError(
                    f"Cannot write {path}: there is no such folder, or it is one.", returncode=WRONG_INPUT
                )
        try:
            baseline = _read_baseline(options["baseline"]) if options["baseline"] else None
            report = self._in_memory(options) if options["in_memory"] else self._with_database(options)
        except InvalidRequest as wrong:
            told = "\n".join(f"  {problem.field}: {problem.reason}" for problem in wrong.problems)
            raise CommandError(f"This cannot be played:\n{told}", returncode=WRONG_INPUT) from wrong
        except OSError as error:
            raise CommandError(f"Cannot read {error.filename}: {error.strerror}.", returncode=WRONG_INPUT) from error
        self._tell(report)
        _write(report, options)
        if baseline is not None:
            self._judge(report, baseline)

    def _in_memory(self, options: Mapping[str, Any]) -> Report:
        plan = services.plan(_request(options))
        if plan.model_games:
            raise CommandError("Minds with a model need the database: leave out --in-memory.", returncode=WRONG_INPUT)
        try:
            rooms = memory.play(plan, lambda over: self._progress(over, plan.games), options["processes"])
        except BrokenProcessPool as broken:
            raise CommandError("One of the processes was killed, perhaps for want of memory.") from broken
        except KeyboardInterrupt:
            self.stderr.write("\nStopped.")
            sys.exit(INTERRUPTED)
        return _report(plan, rooms)

    def _with_database(self, options: Mapping[str, Any]) -> Report:
        refuse_outdated_schema()
        try:
            if options["resume"]:
                arena = services.find_arena(options["resume"])
                if arena.state == ArenaState.PAUSED:
                    services.resume(arena)
            else:
                arena = services.create_arena(_request(options), "command")
        except NegotiationError as error:
            raise CommandError(f"{str(error).capitalize()}.", returncode=WRONG_INPUT) from error
        self.stderr.write(f"arena {arena.code}")
        try:
            asyncio.run(self._play(arena))
        except KeyboardInterrupt:
            self.stderr.write(f"\nStopped. Go on with: manage.py arena --resume {arena.code}")
            sys.exit(INTERRUPTED)
        return services.report_of(arena)

    async def _play(self, arena: Arena) -> None:
        """By a worker of this process; those of others may help."""
        worker = Worker(concurrency=settings.WORKER_CONCURRENCY)
        async with listening(), asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            while await in_thread(None, self._is_played, arena):  # noqa: ASYNC110  # other workers' doing is only stored
                await asyncio.sleep(LOOK_SECONDS)
            await worker.drain(DRAIN_SECONDS)

    def _is_played(self, arena: Arena) -> bool:
        """Whether more is to come."""
        arena.refresh_from_db(fields=["state", "started_at"])
        progress = services.progress_of(arena)
        self._progress(progress.done + progress.failed, progress.total)
        return arena.state in AT_WORK

    def _progress(self, over: int, total: int) -> None:
        if over != self._told:
            self.stderr.write(f"\r{over:,} of {total:,} games", ending="\n" if over == total else "")
            self.stderr.flush()
            self._told = over

    def _tell(self, report: Report) -> None:
        buyers = leaderboard(report.rooms, Party.BUYER, report.buyers)
        sellers = leaderboard(report.rooms, Party.SELLER, report.sellers)
        for title, rows in (("Buyers, by their part of the surplus", buyers), ("Sellers, by theirs", sellers)):
            self.stdout.write("\n".join([title, _HEADING, *map(_line, rows), ""]))
        asking = [("buyer", row) for row in buyers if row.calls] + [("sellers", row) for row in sellers if row.calls]
        if asking:
            told = [_model_line(side, row) for side, row in asking]
            self.stdout.write("\n".join(["What models took", _MODEL_HEADING, *told, ""]))
        if failed := sum(tally.failed for tally in report.tallies.values()):
            self.stdout.write(f"{failed:,} games could not be played to their end.")

    def _judge(self, report: Report, baseline: Report) -> None:
        try:
            verdicts = judge(report, baseline)
        except ValueError as error:
            raise CommandError(f"Nothing to compare: {error}.", returncode=WRONG_INPUT) from error
        self.stdout.write("Against the baseline")
        for verdict in verdicts:
            self.stdout.write(verdict_line(verdict))
        if any(verdict.reasons for verdict in verdicts):
            raise CommandError("A mind got worse.", returncode=GATE_FAILED)


_HEADING = f"    {'mind':<44}{'share':>7}{'95 % interval':>18}{'deals':>7}{'rounds':>8}{'games':>7}"


_MODEL_HEADING = (
    f"    {'mind':<32}{'as':<10}{'calls':>8}{'tokens':>11}{'cost':>10}{'seconds':>10}"
    f"{'stood in':>10}{'beyond rules':>14}"
)


def _line(row: Row) -> str:
    share = row.share
    interval = "" if share.low is None or share.high is None else f"{share.low:.3f} to {share.high:.3f}"
    return (
        f"{row.place:>2}. {row.mind:<44}{_figure(share.mean, 3):>7}{interval:>18}"
        f"{_figure(row.deals, 3):>7}{_figure(row.rounds, 1):>8}{row.games:>7}"
    )


def _model_line(side: str, row: Row) -> str:
    took = f"{row.calls:>8,}{row.tokens:>11,}{f'${row.cost:.4f}':>10}{row.model_seconds:>10.1f}"
    return f"    {row.mind:<32}{side:<10}{took}{row.fallbacks:>10,}{row.violations:>14,}"


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"


def _request(options: Mapping[str, Any]) -> ArenaRequest:
    wanted = ArenaRequest(
        name=options["name"],
        buyers=tuple(split_minds(options["buyers"])),
        sellers=tuple(split_minds(options["sellers"])),
        repeats=options["repeats"],
        seed=options["seed"],
    )
    return with_scenarios(wanted, lambda: choose_scenarios(options["scenarios"]))


def _report(plan: Plan, rooms: list[Any]) -> Report:
    games = len(plan.scenarios) * plan.repeats
    buyers, sellers = tuple(map(str, plan.buyers)), tuple(map(str, plan.sellers))
    return Report(
        name=plan.name,
        seed=plan.seed,
        repeats=plan.repeats,
        buyers=buyers,
        sellers=sellers,
        scenarios=tuple(Played(one.name, one.tags, one.fingerprint) for one in plan.scenarios),
        rooms=tuple(rooms),
        tallies={(buyer, seller): Tally(games, games, 0) for buyer in buyers for seller in sellers},
    )


def _write(report: Report, options: Mapping[str, Any]) -> None:
    try:
        if options["out"]:
            options["out"].write_text(json.dumps(document(report), indent=1), "utf-8")
        if options["csv"]:
            options["csv"].write_text(csv_text(report), "utf-8", newline="")
    except OSError as error:
        raise CommandError(f"Cannot write {error.filename}: {error.strerror}.", returncode=WRONG_INPUT) from error


def _read_baseline(path: Path) -> Report:
    try:
        return read_document(json.loads(path.read_text("utf-8")))
    except (ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise CommandError(f"{path} is no result of an arena: {error}.", returncode=WRONG_INPUT) from error
