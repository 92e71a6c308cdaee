import json

import pytest

from bench.seen import Seen


def seen_of(*numbers: int, **last: object) -> Seen:
    seen = Seen()
    for number in numbers:
        seen.take(frame(number))
    if last:
        seen.take(frame(numbers[-1] + 1, **last))
    return seen


def frame(number: int, kind: str = "seller_response", **fields: object) -> bytes:
    told = {"type": kind, "seq": number, "timestamp": "2026-11-21T12:00:00.250000+00:00", **fields}
    return json.dumps(told, separators=(",", ":")).encode()


@pytest.mark.parametrize(("numbers", "wrong"), [((1, 2, 3), 0), ((1, 3), 1), ((1, 1, 2), 2), ((2, 1), 2)])
def test_numbers_that_miss_or_double_are_counted(numbers, wrong):
    assert seen_of(*numbers).gaps_and_doubles == wrong


def test_frames_without_a_number_leave_no_trace():
    seen = seen_of(1)

    seen.take(b'{"type":"message_delta","timestamp":"2026-11-21T12:00:00+00:00","text":"I can"}')

    assert seen.numbers == [1]
    assert seen.fingerprint == seen_of(1).fingerprint


def test_same_numbers_with_other_content_are_another_list():
    assert seen_of(1, kind="round_start").fingerprint != seen_of(1, kind="decision").fingerprint


def test_room_is_over_with_its_last_frame():
    assert not seen_of(1).is_over
    assert seen_of(1, kind="negotiation_complete").is_over


def test_words_of_a_template_in_a_models_place_are_counted():
    seen = seen_of(1, fallback="provider_unavailable")
    seen.take(frame(3, fallback=None))

    assert seen.in_template_words == 1
