"""An installation from its backup."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from marketplace.management.schema import DatabaseCommand
from marketplace.restoring import CannotRestore, read_manifest, restore


class Command(DatabaseCommand):
    help = "Puts a backup into an empty, migrated database, on SQLite or PostgreSQL, and checks every room's log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            manifest = read_manifest(options["path"])
            if not options["yes"] and not _agreed(manifest):
                raise CommandError("nothing was changed")
            restore(options["path"], logs=settings.LOGS.directory, secret_key=settings.DATA_DIR / "secret_key")
        except CannotRestore as error:
            raise CommandError(f"{error}; the database is as it was") from error
        self.stdout.write(f"restored {sum(manifest['rows'].values())} rows as of {manifest['at']}")
        call_command("verify_run", deep=True, stdout=self.stdout, stderr=self.stderr)


def _agreed(manifest: dict[str, Any]) -> bool:
    """Raises CommandError where nobody can answer."""
    try:
        answer = input(f"Restore the backup of {manifest['at']} (version {manifest['version']})? [y/N] ")
    except EOFError as error:
        raise CommandError("nothing was changed, for there is nobody to ask; with --yes nobody is asked") from error
    return answer.strip().lower() == "y"
