"""Prompts as they stand in `golden/`, one file each, written anew with REWRITE_GOLDEN_FILES=1."""

import os
from collections.abc import Sequence
from pathlib import Path

from llm.types import ChatMessage

FOLDER = Path(__file__).parent / "golden"


def as_text(messages: Sequence[ChatMessage]) -> str:
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in messages) + "\n"


def golden(name: str, text: str) -> str:
    """What the file says; on request it first takes on the text."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("REWRITE_GOLDEN_FILES") == "1":
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
