"""One file that holds an installation: all its tables as they stood at one moment, and its stored logs.

The tables are written row by row as JSON, whichever database they come from, so that what was kept on SQLite can be
restored on PostgreSQL and the other way round. Reading them keeps no writer waiting.
"""

import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import JSONField, Model
from django.utils import timezone

from marketplace.version import VERSION

FORMAT = 1
MANIFEST = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105  # the name of a file
OURS = ("marketplace", "negotiation", "auth", "contenttypes", "admin")
# What lets somebody in for a moment is of no use later. Whoever was signed in signs in again.
PASSING = ("marketplace.SignInLink", "marketplace.SignInTries")
ROWS_AT_ONCE = 500


def tables() -> list[type[Model]]:
    """The models whose rows a backup holds, those that join two others included."""
    found = [m for label in OURS for m in apps.get_app_config(label).get_models(include_auto_created=True)]
    return [model for model in found if model._meta.label not in PASSING]


def applied_migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in OURS)


def write_backup(path: Path, *, logs: Path, secret_key: Path | None = None) -> dict[str, Any]:
    """Returns the manifest. Nobody but the owner may read the file, which is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".parley-backup-") as folder:
            manifest = _collect(Path(folder), secret_key)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                _pack(file, Path(folder), manifest, logs)
                file.flush()
                os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _collect(folder: Path, secret_key: Path | None) -> dict[str, Any]:
    with _one_moment():
        at, migrations = timezone.now(), applied_migrations()
        counts = {model._meta.label: _dump(model, folder / _file_of(model)) for model in tables()}
    if secret_key is not None:
        (folder / SECRET_KEY).write_bytes(secret_key.read_bytes())
    sums = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
    return {
        "format": FORMAT,
        "version": VERSION,
        "at": at.isoformat(),
        "engine": connection.vendor,
        "migrations": migrations,
        "rows": counts,
        "sha256": sums,
    }


def _pack(file: Any, folder: Path, manifest: dict[str, Any], logs: Path) -> None:
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        archive.add(folder / MANIFEST, MANIFEST)
        for name in manifest["sha256"]:
            archive.add(folder / name, name)
        for log in sorted(logs.glob("*/*.json")):
            try:
                archive.add(log, f"logs/{log.parent.name}/{log.name}")
            except FileNotFoundError:
                continue  # its retention has just ended


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read within is of one moment, while others go on writing."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # a transaction of Django's would be IMMEDIATE, and lock writers out
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _dump(model: type[Model], path: Path) -> int:
    fields = model._meta.concrete_fields
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    is_json = [isinstance(field, JSONField) for field in fields]
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps([field.attname for field in fields]) + "\n")
        for row in rows.iterator(ROWS_AT_ONCE):
            cells = [cell if raw else _plain(cell) for cell, raw in zip(row, is_json, strict=True)]
            file.write(json.dumps(cells) + "\n")
            count += 1
    return count


def _plain(cell: object) -> str | int | float | bool | None:
    """What the field's `to_python` turns back into the cell, to the last digit."""
    match cell:
        case None | bool() | int() | float() | str():
            return cell
        case datetime():
            return cell.isoformat()
        case _:
            return str(cell)


def _file_of(model: type[Model]) -> str:
    return f"{model._meta.label_lower}.jsonl"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
