from typing import Any

import pytest

from tests.browser.scripts import ACME, BOLT, bid, connected, deal, offer_updated, quote, round_start, short_room

pytestmark = pytest.mark.browser

FOLD = """async (frames) => {
  const state = await import("/static/js/room_state.js");
  const room = frames.reduce(state.fold, state.newRoom());
  const badges = Object.fromEntries(room.sellers.map((one) => [one.name, state.badge(room, one)]));
  return { ...room, badges, best: state.bestStanding(room)?.name ?? null, lowest: state.lowestByRound(room) };
}"""


def fold(page: Any, *frames: dict[str, Any]) -> dict[str, Any]:
    return page.evaluate(FOLD, list(frames))


def test_room_is_told_to_its_end(blank):
    room = fold(blank, *short_room())

    assert room["status"] == "completed"
    assert room["lastSeq"] == 8
    assert [entry["kind"] for entry in room["entries"]] == ["round", "buyer", "buyer", "seller", "seller"]
    assert [seller["hasWon"] for seller in room["sellers"]] == [True, False]


def test_lowest_standing_offer_within_the_limit_is_best(blank):
    room = fold(blank, connected(), round_start(1), quote(2, ACME, 590), quote(3, BOLT, 610))

    assert room["best"] == "Acme"
    assert room["badges"] == {"Acme": "best", "Bolt": "over"}


def test_offer_below_the_minimum_is_not_best(blank):
    room = fold(blank, connected(), round_start(1), quote(2, ACME, 390), quote(3, BOLT, 590))

    assert room["best"] == "Bolt"
    assert room["badges"]["Acme"] == "low"


def test_countered_offer_stands_until_the_next_one(blank):
    room = fold(blank, connected(), round_start(1), quote(2), offer_updated(3, "o2", "countered"))

    assert room["sellers"][0]["standing"]["price"] == 590


@pytest.mark.parametrize("state", ["withdrawn", "expired", "rejected"])
def test_offer_that_is_gone_does_not_stand(blank, state):
    room = fold(blank, connected(), round_start(1), quote(2), offer_updated(3, "o2", state))

    assert room["sellers"][0]["standing"] is None


def test_accepted_bid_is_the_sellers_offer(blank):
    accepted = quote(3, ACME, 450, action="accept", offer={"offer_id": "o2", "price": 450, "quantity": 50})

    room = fold(blank, connected(), round_start(1), bid(2, ACME, 450), accepted)

    assert room["sellers"][0]["isAgreed"] is True
    assert room["sellers"][0]["standing"]["price"] == 450
    assert room["offerStates"]["o2"] == "accepted"


def test_change_is_told_to_the_last_offer(blank):
    room = fold(blank, connected(), round_start(1), quote(2, ACME, 620.1), quote(3, ACME, 600))

    assert [offer["change"] for offer in room["sellers"][0]["quotes"]] == [-29.9, -20.1]


def test_seller_who_walks_away_leaves_no_offer(blank):
    room = fold(blank, connected(), round_start(1), quote(2), quote(3, ACME, action="walk_away", offer=None))

    assert room["sellers"][0]["isOpen"] is False
    assert room["best"] is None


def test_interjection_reaches_those_it_names(blank):
    words = bid(2, offers=[], mentioned_sellers=[ACME, BOLT], is_interjection=True, voice="person")

    room = fold(blank, connected(), round_start(1), words)

    assert room["entries"][1]["sellerIds"] == [ACME, BOLT]


def test_failed_mind_is_a_note_and_the_room_goes_on(blank):
    failed = {"type": "error", "seq": 2, "message": "A mind did not answer.", "seller_id": ACME}

    room = fold(blank, connected(), round_start(1), failed)

    assert room["entries"][1]["kind"] == "note"
    assert room["status"] == "active"


def test_viewer_without_the_limits_sees_which_offer_is_best_and_no_more(blank):
    start = connected(buyer_constraints=None)

    room = fold(blank, start, round_start(1), quote(2, ACME, 590), quote(3, BOLT, 610))

    assert room["badges"] == {"Acme": "best", "Bolt": None}


def test_frame_of_a_kind_not_known_yet_changes_nothing(blank):
    room = fold(blank, connected(), round_start(1), {"type": "weather", "seq": 2})

    assert room["lastSeq"] == 2
    assert len(room["entries"]) == 1


def test_reconnect_keeps_what_was_told(blank):
    room = fold(blank, connected(), round_start(1), quote(2), connected(last_seq=2, current_round=1))

    assert room["sellers"][0]["standing"]["price"] == 590


def test_statuses_that_are_history_do_not_overrule_the_present(blank):
    old = {"type": "status_changed", "seq": 1, "old": "pending", "new": "queued"}

    room = fold(blank, connected(last_seq=8, status="completed"), old)

    assert room["status"] == "completed"


def test_lowest_quote_of_each_round(blank):
    later = quote(5, ACME, 560, round=2)

    room = fold(blank, connected(), round_start(1), quote(2, ACME, 590), quote(3, BOLT, 610), round_start(4, 2), later)

    assert room["lowest"] == [{"round": 1, "price": 590}, {"round": 2, "price": 560}]


def test_many_frames_at_once_make_the_same_room_and_change_none_before(blank):
    told = blank.evaluate(
        """async (frames) => {
          const { fold, foldAll, newRoom } = await import("/static/js/room_state.js");
          const half = foldAll(newRoom(), frames.slice(0, 4));
          const before = JSON.stringify(half);
          const whole = foldAll(half, frames.slice(4));
          const single = frames.reduce((room, frame) => fold(room, frame), newRoom());
          return { isSame: JSON.stringify(whole) === JSON.stringify(single), isKept: JSON.stringify(half) === before };
        }""",
        short_room(),
    )

    assert told == {"isSame": True, "isKept": True}


def test_seller_sees_the_band_above_its_own_floor(blank):
    limits = {"least_price": 500, "cost_price": 400}
    one = {"seller_id": ACME, "seller_name": "Acme", "initial_price": 650, "is_open": True, "limits": limits}

    band = blank.evaluate(
        """async (frames) => {
          const [chart, state] = [await import("/static/js/chart.js"), await import("/static/js/room_state.js")];
          return chart.chartFigures(frames.reduce(state.fold, { ...state.newRoom(), isSeller: true })).band;
        }""",
        [connected(buyer_constraints=None, sellers=[one]), round_start(1), quote(2)],
    )

    assert (band["name"], band["least"]) == ("your floor", 500)


def test_chart_begins_with_the_asking_prices_and_ends_with_the_room(blank):
    figures = blank.evaluate(
        """async (frames) => {
          const [chart, state] = [await import("/static/js/chart.js"), await import("/static/js/room_state.js")];
          return chart.chartFigures(frames.reduce(state.fold, state.newRoom()));
        }""",
        [*short_room()[:-1], deal(8)],
    )

    assert figures["sellers"][0]["points"][0] == {"round": 0, "price": 650}
    assert figures["buyer"] == [{"round": 1, "price": 450}]
    assert figures["lastRound"] == 1
