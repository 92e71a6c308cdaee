"""Puts a backup into an empty database: all of its rows or, whatever goes wrong, none."""

import json
import os
import shutil
import tarfile
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, router, transaction
from django.db.models import JSONField, Model

from marketplace.backup import FORMAT, MANIFEST, ROWS_AT_ONCE, SECRET_KEY, applied_migrations, sha256_of, tables

# What `migrate` itself puts into an empty database.
MADE_BY_MIGRATIONS: tuple[type[Model], ...] = (ContentType, Permission, Group, Group.permissions.through)


class CannotRestore(Exception):
    """The backup is not whole or does not fit, or the database is not empty; the database is as it was."""


def read_manifest(path: Path) -> dict[str, Any]:
    """Raises CannotRestore."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            first = archive.next()
            file = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
            manifest = json.load(file) if file is not None else None
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise CannotRestore(f"{path} cannot be read as a backup: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CannotRestore(f"{path} is no backup of a kind that this version knows")
    return manifest


def restore(path: Path, *, logs: Path, secret_key: Path | None = None) -> dict[str, Any]:
    """Returns the manifest. The secret key is put where `secret_key` says, if the backup holds one.

    Raises CannotRestore.
    """
    manifest = read_manifest(path)
    _require_fitting(manifest)
    with tempfile.TemporaryDirectory(prefix="parley-restore-") as name:
        folder = Path(name)
        _unpack(path, folder)
        _require_whole(folder, manifest)
        with transaction.atomic():
            _fill(folder, manifest)
            _place_files(folder, logs, secret_key)
    return manifest


def _require_fitting(manifest: dict[str, Any]) -> None:
    here = applied_migrations()
    if manifest["migrations"] != here:
        other = ", ".join(sorted(set(manifest["migrations"]) ^ set(here))[:3])
        raise CannotRestore(
            f"the backup is of version {manifest['version']}, whose tables are not those of this database ({other}...);"
            " restore it with that version, then migrate"
        )
    filled = next((model for model in tables() if model not in MADE_BY_MIGRATIONS and _has_rows(model)), None)
    if filled is not None:
        raise CannotRestore(f"the database is not empty: there are rows of {filled._meta.label}")


def _has_rows(model: type[Model]) -> bool:
    return model._base_manager.exists()


def _unpack(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise CannotRestore(f"{path} cannot be unpacked: {error}") from error


def _require_whole(folder: Path, manifest: dict[str, Any]) -> None:
    expected = {f"{model._meta.label_lower}.jsonl" for model in tables()}
    if not expected <= set(manifest["sha256"]):
        raise CannotRestore(f"the backup lacks {', '.join(sorted(expected - set(manifest['sha256'])))}")
    for name, expected_sum in manifest["sha256"].items():
        file = folder / name
        if not file.is_file() or sha256_of(file) != expected_sum:
            raise CannotRestore(f"{name} is not what was written into the backup")


def _fill(folder: Path, manifest: dict[str, Any]) -> None:
    models = tables()
    for made in reversed(MADE_BY_MIGRATIONS):
        made._base_manager.all().delete()
    for model in models:
        count = _load(model, folder / f"{model._meta.label_lower}.jsonl")
        if count != manifest["rows"][model._meta.label]:
            raise CannotRestore(f"the backup holds {count} rows of {model._meta.label}, and says otherwise")
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _load(model: type[Model], path: Path) -> int:
    """As the rows were, the times of their making too, which the ORM's own way would set anew."""
    insert = model._base_manager._insert  # type: ignore[attr-defined]  # the stubs leave it out
    count = 0
    with path.open(encoding="utf-8") as file:
        fields = [model._meta.get_field(name) for name in _field_names(model, json.loads(file.readline()))]
        size = connection.ops.bulk_batch_size(fields, [None] * ROWS_AT_ONCE)
        while lines := list(islice(file, max(1, min(size, ROWS_AT_ONCE)))):
            rows = [_row(model, fields, json.loads(line)) for line in lines]
            insert(rows, fields=fields, using=router.db_for_write(model), raw=True)
            count += len(rows)
    return count


def _field_names(model: type[Model], columns: list[str]) -> list[str]:
    known = {field.attname: field.name for field in model._meta.concrete_fields}
    if set(columns) != set(known):
        raise CannotRestore(f"{model._meta.label} has other columns than the backup")
    return [known[column] for column in columns]


def _row(model: type[Model], fields: list[Any], cells: list[Any]) -> Model:
    pairs = zip(fields, cells, strict=True)
    return model(**{f.attname: cell if isinstance(f, JSONField) else f.to_python(cell) for f, cell in pairs})


def _place_files(folder: Path, logs: Path, secret_key: Path | None) -> None:
    """Last, and without them the tables are not filled either. The key that was there stays until its heir is there."""
    kept = folder / SECRET_KEY
    try:
        if (folder / "logs").is_dir():
            shutil.copytree(folder / "logs", logs, dirs_exist_ok=True)
        if secret_key is not None and kept.is_file():
            heir = secret_key.with_suffix(".new")
            heir.unlink(missing_ok=True)
            with os.fdopen(os.open(heir, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(kept.read_bytes())
            os.replace(heir, secret_key)
    except (OSError, shutil.Error) as error:
        raise CannotRestore(f"the logs or the secret key cannot be put in their place: {error}") from error
