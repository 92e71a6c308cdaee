"""Replies of a model that knows nothing of bargaining: in the shape that the prompt wants, but chosen by a habit.

What it chooses depends on the prompt and the seed alone: a room plays the same whatever else is asked meanwhile.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fake_llm.asked import Asked
from tests.fake_llm.sensible import facts_in, sensible

Facts = Mapping[str, Any]

# `random` draws evenly; `first` takes the first of all that it is offered; `hasty` closes as soon as it may, and names
# the price that is worst for itself; `nonsense` asks for what is far off or may not be done, and says what it must not.
HABITS = ("random", "first", "hasty", "nonsense")
DIGITS_OF_A_PRICE = 2


@dataclass(frozen=True, slots=True)
class Careless:
    """Words alone, for a decision that is made, are as a sensible model finds them."""

    habit: str
    seed: int = 0

    def __call__(self, asked: Asked) -> str:
        facts = facts_in(asked.last_user)
        chance = random.Random(f"{self.seed}/{asked.last_user}")
        threads = facts.get("threads") or []
        if threads and "advice" in threads[0]:
            return json.dumps(self._purchase(threads, chance), ensure_ascii=False)
        if "advice" in facts:
            return json.dumps(self._sale(facts, chance), ensure_ascii=False)
        return sensible(asked)

    def _purchase(self, threads: Sequence[Facts], chance: random.Random) -> Facts:
        allowed = [thread for thread in threads if thread["advice"].get("may_award_up_to")]
        candidates = threads if self.habit == "nonsense" else allowed
        if candidates and self._closes(chance):
            return {"decision": "award", "to": chance.choice(candidates)["key"], "bids": []}
        if self._leaves(chance):
            return {"decision": "leave", "to": None, "bids": []}
        return {"decision": "go_on", "to": None, "bids": [self._bid(thread, chance) for thread in threads]}

    def _bid(self, thread: Facts, chance: random.Random) -> Facts:
        price = self._price(thread["advice"], thread["advice"]["high"], chance)
        return {"to": thread["key"], "price": price, "message": self._words("I can pay", price, thread, chance)}

    def _sale(self, facts: Facts, chance: random.Random) -> Facts:
        advice, bid = facts["advice"], facts.get("their_bid")
        may_close = bid is not None and (self.habit == "nonsense" or "may_accept_from" in advice)
        if may_close and self._closes(chance):
            words = f"Agreed, I take your {bid} for each of them."
            return {"action": "accept", "price": float(bid), "quantity": facts["quantity"], "message": words}
        if self._leaves(chance):
            return {"action": "walk", "message": "I am leaving these talks."}
        price = self._price(advice, advice["low"], chance)
        words = self._words("I can let you have them for", price, facts, chance)
        return {"action": "offer", "price": price, "quantity": facts["quantity"], "message": words}

    def _price(self, advice: Facts, worst: str, chance: random.Random) -> float:
        match self.habit:
            case "random":
                return round(chance.uniform(float(advice["low"]), float(advice["high"])), DIGITS_OF_A_PRICE)
            case "first":
                return float(advice["low"])
            case "hasty":
                return float(worst)
            case _:
                return round(float(advice["advised"]) * chance.uniform(0.5, 1.5), DIGITS_OF_A_PRICE)

    def _closes(self, chance: random.Random) -> bool:
        return self.habit == "hasty" or (self.habit != "first" and chance.random() < 0.5)

    def _leaves(self, chance: random.Random) -> bool:
        return self.habit == "nonsense" and chance.random() < 0.1

    def _words(self, begin: str, price: float, facts: Facts, chance: random.Random) -> str:
        if self.habit == "nonsense" and chance.random() < 0.2:
            return f"{begin} {price:.2f} each, and between us I could go to {facts['advice']['high']}."
        return f"{begin} {price:.2f} each."
