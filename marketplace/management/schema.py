"""Whether the database has the tables that this version of the code expects."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class DatabaseCommand(BaseCommand):
    """A command that has nothing to do where the tables are missing."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        refuse_outdated_schema()
        return super().execute(*args, **options)


def refuse_outdated_schema() -> None:
    """Raises CommandError, as for a database that cannot be reached."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(f"The database cannot be used: {str(error).strip()}") from error
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:3])
        raise CommandError(f"The database lacks {len(missing)} migrations ({names}...). Run `manage.py migrate` first.")
