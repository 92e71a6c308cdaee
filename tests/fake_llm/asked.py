"""What a client asked of the fake server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names are in lower case, `body` is empty for a GET."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def is_stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def format(self) -> str:
        """The kind of response_format, or an empty text."""
        return str((self.body.get("response_format") or {}).get("type", ""))

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema that the reply is to follow, in whichever form it came; empty if none did."""
        wanted = self.body.get("response_format") or {}
        return (wanted.get("json_schema") or {}).get("schema") or wanted.get("schema") or {}

    @property
    def prompt(self) -> str:
        """All that was said, one message after another."""
        return "\n".join(self._said())

    @property
    def last_user(self) -> str:
        return next(iter(reversed(self._said("user"))), "")

    @property
    def system(self) -> str:
        return "\n".join(self._said("system"))

    def _said(self, role: str = "") -> list[str]:
        messages = self.body.get("messages", [])
        return [str(message.get("content", "")) for message in messages if role in ("", message.get("role"))]
