"""A backup while rooms are played."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from marketplace.backup import write_backup
from marketplace.management.schema import DatabaseCommand


class Command(DatabaseCommand):
    help = "Writes all tables, as they stand at this moment, and the stored logs into one file. Rooms go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the file to write, such as parley.tar.gz")
        parser.add_argument("--secret-key", action="store_true", help="put the key that signs sessions in as well")
        parser.add_argument("--force", action="store_true", help="replace a file that is there")

    def handle(self, *args: object, **options: Any) -> None:
        path: Path = options["path"].absolute()
        secret_key = settings.DATA_DIR / "secret_key" if options["secret_key"] else None
        if path.exists() and not options["force"]:
            raise CommandError(f"{path} is there already; --force replaces it")
        if secret_key is not None and not secret_key.is_file():
            raise CommandError(f"there is no {secret_key}: the key is set by SECRET_KEY, keep it yourself")
        try:
            manifest = write_backup(path, logs=settings.LOGS.directory, secret_key=secret_key)
        except OSError as error:
            raise CommandError(f"cannot write {path}: {error}") from error
        self.stdout.write(f"{path}: {sum(manifest['rows'].values())} rows as of {manifest['at']}")
