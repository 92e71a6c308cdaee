"""A repeated request with the same `Idempotency-Key` has one effect and gets the first answer again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from marketplace.errors import InvalidRequest, KeyReused, Problem, StillWorking
from marketplace.identity import Principal
from marketplace.models import IdempotentReply

KEEP = timedelta(hours=24)
LONGEST_KEY = 200


def once(request: HttpRequest, principal: Principal, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of `act`, or the one it gave before to this key. Failures are not remembered.

    Raises KeyReused if the key came with another request, StillWorking if the first is not finished.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidRequest([Problem("Idempotency-Key", f"must be printable, at most {LONGEST_KEY} characters")])
    asked = sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    return _answer_again(principal.name, key, asked) or _answer_first(principal.name, key, asked, act)


def _answer_again(principal: str, key: str, asked: str) -> dict[str, Any] | None:
    IdempotentReply.objects.filter(created_at__lt=timezone.now() - KEEP).delete()
    reply = IdempotentReply.objects.filter(principal=principal, key=key).first()
    if reply is None:
        return None
    if reply.request_hash != asked:
        raise KeyReused("This Idempotency-Key was used for another request.")
    if not reply.body:
        raise StillWorking("The first request with this Idempotency-Key is not finished.")
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def _answer_first(principal: str, key: str, asked: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """In one transaction with what `act` does: a crash leaves neither, a racing repeat loses on the unique key."""
    try:
        with transaction.atomic():
            reply = IdempotentReply.objects.create(principal=principal, key=key, request_hash=asked, status=200)
            answer = act()
            reply.body = json.dumps(answer, default=datetime.isoformat)
            reply.save(update_fields=["body"])
            return answer
    except IntegrityError as race:
        again = _answer_again(principal, key, asked)
        if again is None:
            raise StillWorking("The first request with this Idempotency-Key is not finished.") from race
        return again
