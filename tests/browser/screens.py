"""What tests do with an open page: tell it frames by its scripted socket, and expect things of it."""

import json
from collections.abc import Iterable
from typing import Any

SETTLED_MILLISECONDS = 200


def tell(socket: Any, frames: Iterable[dict[str, Any]]) -> None:
    for frame in frames:
        socket.send(json.dumps(frame))


def expect(what: Any) -> Any:
    from playwright.sync_api import expect as expect_of

    return expect_of(what)


def settled_boxes(page: Any, parts: Iterable[Any]) -> list[Any]:
    """Where the parts of a page stand once what was told before is drawn: twice the same, some frames apart."""
    parts = list(parts)
    boxes = [part.bounding_box() for part in parts]
    while True:
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        earlier, boxes = boxes, [part.bounding_box() for part in parts]
        if boxes == earlier:
            return boxes
