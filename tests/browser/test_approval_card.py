import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DRAW = """async (approval) => {
  const { approvalCard } = await import("/static/js/approval_card.js");
  const card = approvalCard(approval, { mayDecide: true, onDecided: (_, words) => card.replaceWith(words) });
  document.body.replaceChildren(card);
}"""
APPROVAL = {
    **{"approval_id": "a1", "room_id": "r1", "seller_name": "Acme", "item_name": "Laptop", "currency": "USD"},
    **{"price": 590, "quantity": 50, "total": 29500, "terms": {}, "kind": "above_threshold"},
    **{"limit_reason": "The total is above the approval limit of $1,000.00.", "expires_at": "2099-01-01T00:00:00Z"},
}
BEYOND = {
    "error": {
        "code": "OUTSIDE_MANDATE",
        "message": "This is beyond your own limits.",
        "details": [{"field": "price", "reason": "This is beyond your own limits.", "can_overrule": True}],
    }
}


def test_counter_beyond_the_own_limits_takes_a_second_press_for_the_same_offer(blank):
    sent = []

    def answer(route):
        sent.append(route.request.post_data_json)
        is_told = sent[-1]["overrule"]
        route.fulfill(status=200 if is_told else 422, json=APPROVAL if is_told else BEYOND)

    blank.route("**/api/v1/approvals/a1/decide", answer)
    blank.evaluate(DRAW, APPROVAL)
    blank.get_by_role("button", name="Counter…").click()
    price = blank.get_by_label("Price per unit")

    price.fill("700")
    blank.get_by_role("button", name="Send the counter-offer").click()
    expect(blank.get_by_role("alert")).to_have_text("This is beyond your own limits.")
    price.fill("710")  # another offer, so the word given for the first is void
    blank.get_by_role("button", name="Send the counter-offer").click()
    blank.get_by_role("button", name="Send it all the same").click()

    expect(blank.get_by_text("Countered. The room goes on.")).to_be_visible()
    assert [(body["counter_offer"]["price"], body["overrule"]) for body in sent] == [
        (700, False),
        (710, False),
        (710, True),
    ]
