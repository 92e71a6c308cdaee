"""A seller that plays by its key, which is in PARLEY_KEY, at the marketplace that is at PARLEY_URL."""

import os
import time

import httpx

desk = httpx.Client(
    base_url=os.environ["PARLEY_URL"] + "/api/v1/trade-desk",
    headers={"Authorization": f"Bearer {os.environ['PARLEY_KEY']}"},
)


def choose(thread: dict) -> tuple[str, dict]:
    """Comes a third of the way down to its floor each time, and takes a bid that is as good, without further terms."""
    limits, bid, last = thread["your_limits"], thread["live_offer"], thread["own_offer"]
    asked = last["price"] if last else limits["selling_price"]
    price = round(asked - (asked - limits["least_price"]) / 3, 2)
    if bid and bid["price"] >= price and not bid["terms"]:
        return "accept", {"offer_id": bid["offer_id"]}
    return "offer", {"price": price, "quantity": min(thread["quantity_needed"], limits["stock"])}


while True:
    for thread in desk.get("/negotiations", params={"waiting": True}).raise_for_status().json()["negotiations"]:
        (act, body), once = choose(thread), {"Idempotency-Key": f"{thread['negotiation_id']}/{thread['last_seq']}"}
        answer = desk.post(f"/negotiations/{thread['negotiation_id']}/{act}", json=body, headers=once)
        print(thread["item_name"], act, body.get("price", ""), answer.status_code, flush=True)
    time.sleep(1)
