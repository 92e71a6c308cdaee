"""Replies of a well-behaved model, made from the facts in a prompt, so that whole rooms can be played."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from tests.fake_llm.asked import Asked

SMALL_TALK = "Good day to you."


def sensible(asked: Asked) -> str:
    """In the shape that the prompt wants, with its draft as words and its advice as price."""
    facts = facts_in(asked.last_user)
    if facts.get("threads"):
        return json.dumps(_buyers_reply(facts["threads"]), ensure_ascii=False)
    if "advice" in facts:
        return json.dumps(_sellers_choice(facts), ensure_ascii=False)
    if "draft" in facts:
        return json.dumps({"message": facts["draft"]}, ensure_ascii=False)
    return json.dumps({"message": SMALL_TALK}) if asked.format else SMALL_TALK


def facts_in(prompt: str) -> Mapping[str, Any]:
    """The first JSON object in a text that is one of facts; empty if there is none."""
    return next((found for found in _objects(prompt) if {"draft", "threads", "advice"} & found.keys()), {})


def _objects(text: str) -> Iterable[Mapping[str, Any]]:
    decoder, position = json.JSONDecoder(), text.find("{")
    while position >= 0:
        with suppress(ValueError):
            yield decoder.raw_decode(text, position)[0]
        position = text.find("{", position + 1)


def _buyers_reply(threads: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    if "advice" not in threads[0]:
        return {"messages": [{"to": thread["key"], "message": thread["draft"]} for thread in threads]}
    for thread in threads:
        if float(thread["advice"].get("may_award_up_to", 0)) >= float(thread.get("their_offer") or "inf"):
            return {"decision": "award", "to": thread["key"], "bids": []}
    return {"decision": "go_on", "to": None, "bids": [_bid(thread) for thread in threads]}


def _bid(thread: Mapping[str, Any]) -> Mapping[str, Any]:
    advised = thread["advice"]["advised"]
    return {"to": thread["key"], "price": float(advised), "message": f"I can pay {advised} for each of them."}


def _sellers_choice(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    advice, bid = facts["advice"], facts.get("their_bid")
    if bid is not None and float(bid) >= float(advice.get("may_accept_from", "inf")):
        words = f"Agreed, I take your {bid} for each of them."
        return {"action": "accept", "price": float(bid), "quantity": facts["quantity"], "message": words}
    words = f"I can let you have them for {advice['advised']} each."
    return {"action": "offer", "price": float(advice["advised"]), "quantity": facts["quantity"], "message": words}
