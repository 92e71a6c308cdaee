"""Whether this process should be sent requests: it is not stopping, and its database is there and up to date."""

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


class Readiness:
    """What a process knows of itself. To drain is for good: another process takes its place."""

    def __init__(self) -> None:
        self._is_draining = False
        self._is_migrated = False

    def drain(self) -> None:
        self._is_draining = True

    def is_ready(self) -> bool:
        return not self._is_draining and self._has_database()

    def _has_database(self) -> bool:
        try:
            if not self._is_migrated:
                executor = MigrationExecutor(connection)
                self._is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
        except DatabaseError:
            return False
        return self._is_migrated


def readiness() -> Readiness:
    return apps.get_app_config("marketplace").readiness  # type: ignore[no-any-return, attr-defined]
