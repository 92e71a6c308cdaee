"""What pydantic finds wrong with a body, as our answers tell it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError


def problems_of(error: ValidationError) -> list[dict[str, str]]:
    """Each with the path of its field and the reason."""
    return [{"field": field_path(problem["loc"]), "reason": reason_of(problem)} for problem in error.errors()]


def field_path(location: Sequence[int | str]) -> str:
    """('buyer', 'shopping_list', 0, 'name') as buyer.shopping_list[0].name; the body itself as body."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".") or "body"


def reason_of(problem: Mapping[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")
