"""Rooms, threads, an arena and links in the states in which the pages are pictured, made over the API of a server."""

from typing import Any

from playwright.sync_api import Page

Body = dict[str, Any]

RANGES = {"delivery_days": [3, 21], "payment_days": [10, 60]}
BUYERS_WEIGHTS = {"price": 0.7, "delivery_days": -0.2, "payment_days": 0.1}
SELLERS_WEIGHTS = {"price": 0.7, "delivery_days": 0.1, "payment_days": -0.2}
BID = {"party": "buyer", "price": 500, "quantity": 50, "terms": {"delivery_days": 3, "payment_days": 30}}
OFFER = {
    **{"party": "seller", "price": 605, "quantity": 50, "terms": {"delivery_days": 7, "payment_days": 30}},
    "packages": [
        {"price": 612, "terms": {"delivery_days": 3, "payment_days": 30}},
        {"price": 598.5, "terms": {"delivery_days": 14, "payment_days": 10}},
    ],
}
PATIENCE_MILLISECONDS = 30_000
DESK_STOCK = {"quantity_available": 120, "cost_price": 391.2, "least_price": 452.3, "selling_price": 640}
ARENA = {
    "name": "Who gives in first",
    "buyers": ["strategy", "strategy(temperament=brisk)", "boulware(exponent=3)"],
    "sellers": ["strategy", "conceder", "tit_for_tat"],
    "scenarios": {"bundled": [{"kind": "multi", "count": 4}, {"kind": "bilateral", "count": 2}]},
}


class Stage:
    """What an operator sets up; `page` is signed in. Each `made` is a room by its code."""

    def __init__(self, page: Page, base: str) -> None:
        self._page, self._base = page, base
        page.goto(f"{base}/")
        token = page.locator('meta[name="csrf-token"]').get_attribute("content")
        self._headers = {"X-CSRFToken": token or ""}

    def begin(self) -> dict[str, str]:
        """What takes its time: an arena, and the rooms that wait for somebody. Their addresses by name."""
        arena = self.post("arenas", ARENA)["arena_id"]
        waiting = self.open_room(sellers=[_seller("Northwind Supply", mind="human"), _seller("Atlas Trading")])
        approval = self.open_room(approve_above=10000, max_rounds=6)
        pending = self.open_room(start=False)
        none_sells = self.open_room(_item(item_id="wind_tunnel", item_name="Wind tunnel"), start=False)
        no_deal = self.open_room(_item(max_price_per_unit=452.5), policy="price_first", max_rounds=3)
        paused = self.open_room(turn_seconds=1.5, max_rounds=12)
        terms = self.open_room(
            _item(allowed_terms=RANGES, term_weights=BUYERS_WEIGHTS, max_price_per_unit=620),
            sellers=[
                _seller("Northwind Supply", _with_terms()),
                _seller("Atlas Trading", _with_terms(least_price=470)),
            ],
        )
        threads = {
            "thread_waiting": self._thread(waiting, "Northwind Supply", "seller"),
            "thread_packages": self._offered_packages(),
        }
        self._page.goto(f"{self._base}/rooms/{paused}/")
        self._page.locator(".words").first.wait_for()
        self.post(f"negotiation/{paused}/pause")
        return {
            "arena": f"{self._base}/arenas/{arena}/",
            **threads,
            **{
                name: f"{self._base}/rooms/{code}/"
                for name, code in {
                    "waiting": waiting,
                    "approval": approval,
                    "pending": pending,
                    "none_sells": none_sells,
                    "no_deal": no_deal,
                    "paused": paused,
                    "terms": terms,
                }.items()
            },
        }

    def follow(self, room: str) -> dict[str, str]:
        """What hangs on a room that is over: a what-if, a link for spectators, and a trade."""
        code = room.rstrip("/").rpartition("/")[2]
        branch = self.post(f"negotiation/{code}/branch", {"after_round": 3, "buyer": {"temperament": "brisk"}})
        watched = self.post(f"negotiation/{code}/spectator-links", {"shows_talk": True, "days": 1})
        trade = self._get("trade-desk/trades")["trades"][0]["page"]
        return {"what_if": f"{self._base}/rooms/{branch['room_id']}/", "watch": watched["address"], "trade": trade}

    def watched(self, room: str) -> str:
        """A spectators' link that shows progress only."""
        code = room.rstrip("/").rpartition("/")[2]
        return str(self.post(f"negotiation/{code}/spectator-links", {"shows_talk": False, "days": 1})["address"])

    def open_room(
        self, *items: Body, start: bool = True, buyer: str = "strategy", policy: str = "deal_first", **asked: Any
    ) -> str:
        shopping_list = list(items) or [_item()]
        body = {
            "buyer": {"name": "Harbour Office", "shopping_list": shopping_list, "mind": buyer, "policy": policy},
            "sellers": [_seller("Northwind Supply"), _seller("Atlas Trading"), _seller("Corner Electronics")],
            **{"seed": 7, "max_rounds": 5, "turn_seconds": 0},
            **asked,
        }
        room = str(self.post("simulation/initialize", body)["negotiation_rooms"][0]["room_id"])
        if start:
            self.post(f"negotiation/{room}/start")
        return room

    def post(self, path: str, body: object = None) -> Any:
        answer = self._page.request.post(f"{self._base}/api/v1/{path}", data=body or {}, headers=self._headers)
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.text()}")
        return answer.json()

    def _get(self, path: str) -> Any:
        return self._page.request.get(f"{self._base}/api/v1/{path}").json()

    def _thread(self, room: str, seller: str, party: str) -> str:
        listed = self._get("trade-desk/negotiations?party=buyer&limit=100")["negotiations"]
        code = next(
            one["negotiation_id"] for one in listed if one["room_id"] == room and one["counterparty"]["name"] == seller
        )
        return f"{self._base}/negotiations/{code}/?party={party}"

    def _offered_packages(self) -> str:
        """The thread of a buyer that holds its seat itself and has been offered packages by a program."""
        room = self.open_room(
            _item(allowed_terms=RANGES, term_weights=BUYERS_WEIGHTS, max_price_per_unit=700),
            sellers=[_seller("Northwind Supply", _with_terms(), mind="external")],
            **{"buyer": "human", "max_rounds": 9},
        )
        address = self._thread(room, "Northwind Supply", "buyer")
        for move in (BID, OFFER):
            self._move(address.rstrip("/").rpartition("/")[0].rpartition("/")[2], move)
        return address

    def _move(self, thread: str, move: Body) -> None:
        """As soon as it is that side's turn."""
        path = f"trade-desk/negotiations/{thread}"
        for _ in range(PATIENCE_MILLISECONDS // 100):
            if "offer" in self._get(f"{path}?party={move['party']}")["legal_actions"]:
                break
            self._page.wait_for_timeout(100)
        self.post(f"{path}/offer", move)


def _item(**changes: Any) -> Body:
    usual = {"item_id": "laptop_field_14", "item_name": "Field laptop 14", "quantity_needed": 50}
    return {**usual, "min_price_per_unit": 401, "max_price_per_unit": 604, **changes}


def _seller(name: str, *stock: Body, **changes: Any) -> Body:
    profile = {"priority": "customer_retention", "speaking_style": "neutral"}
    return {"name": name, "profile": profile, "inventory": list(stock) or [_stock()], **changes}


def _stock(**changes: Any) -> Body:
    return {"item_id": "laptop_field_14", "item_name": "Field laptop 14", **DESK_STOCK, **changes}


def _with_terms(**changes: Any) -> Body:
    return _stock(allowed_terms=RANGES, term_weights=SELLERS_WEIGHTS, **changes)
