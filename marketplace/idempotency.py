"""A repeated request with the same `Idempotency-Key` has one effect and gets the first answer again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from marketplace.errors import InvalidRequest, KeyReused, Problem
from marketplace.identity import Principal
from marketplace.models import IdempotentReply

KEEP = timedelta(hours=24)
LONGEST_KEY = 200


def once(request: HttpRequest, principal: Principal, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of `act`, or the one it gave before to this key. Failures are not remembered.

    Key, answer and deed are one transaction: a crash leaves nothing of them, and a repeat that comes meanwhile waits
    for its end. Raises KeyReused if the key came with another request.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidRequest([Problem("Idempotency-Key", f"must be printable, at most {LONGEST_KEY} characters")])
    asked = sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
    with transaction.atomic():
        mine = IdempotentReply.objects.filter(principal=principal.name, key=key)
        mine.filter(created_at__lt=timezone.now() - KEEP).delete()
        reply, is_first = mine.get_or_create(
            principal=principal.name, key=key, defaults={"request_hash": asked, "status": 200}
        )
        if not is_first:
            return _answer_again(reply, asked)
        answer = act()
        reply.body = json.dumps(answer, default=_as_text)
        reply.save(update_fields=["body"])
        return answer


def delete_old_replies() -> int:
    return IdempotentReply.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0]


def _answer_again(reply: IdempotentReply, asked: str) -> dict[str, Any]:
    if reply.request_hash != asked:
        raise KeyReused("This Idempotency-Key was used for another request.")
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
