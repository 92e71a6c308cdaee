"""The key that signs sessions and links, made once and kept beside the database."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def keep_secret_key(path: Path) -> str:
    """Of several processes that start at once, all end up with the key of the first."""
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file 0600; a link appears complete, or not at all if another was faster.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    with suppress(FileExistsError):
        os.link(draft, path)
    os.unlink(draft)
