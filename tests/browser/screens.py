"""What tests do with an open page: tell it frames by its scripted socket, and expect things of it."""

import json
from collections.abc import Iterable
from typing import Any


def tell(socket: Any, frames: Iterable[dict[str, Any]]) -> None:
    for frame in frames:
        socket.send(json.dumps(frame))


def expect(what: Any) -> Any:
    from playwright.sync_api import expect as expect_of

    return expect_of(what)
