import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from llm.openai_compatible import OpenAICompatibleProvider, Server
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Behaviour, json_body, raw, refusal
from tests.fake_llm.server import FakeLlm
from tests.llm.calling import Make


async def test_ping_lists_the_models(fake: FakeLlm, make: Make) -> None:
    status = await make().ping()

    assert status.available
    assert status.base_url == fake.base_url
    assert status.models == ("fake-model",)
    assert status.error is None


@pytest.mark.parametrize(
    ("document", "models"),
    [
        ({"data": []}, ()),
        ({"models": [{"name": "a"}, {"model": "b"}]}, ("a", "b")),
        ([{"id": "a"}, "b"], ("a", "b")),
        ({"data": [{"id": "a\x00\x1b\u202e" + "b" * 999}, {"id": 7}, None, {}]}, ("a" + "b" * 196,)),
        ({"data": [{"id": f"m{number}"} for number in range(999)]}, tuple(f"m{number}" for number in range(200))),
    ],
)
async def test_ping_tolerates_all_sorts_of_lists(
    document: Any, models: Sequence[str], fake: FakeLlm, make: Make
) -> None:
    fake.models_answer = lambda asked: json_body(document)

    status = await make().ping()

    assert (status.available, status.models) == (True, models)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (refusal(401), "the server refuses the key"),
        (refusal(403), "the server refuses the key"),
        (refusal(500), "the server answered with status 500"),
        (refusal(302, location="http://elsewhere.example"), "the server answered with status 302"),
        (behaviours.page, "the answer is no list of models"),
        (lambda asked: json_body({"error": "no"}), "the answer is no list of models"),
        (lambda asked: json_body({"data": {"id": "a"}}), "the answer is no list of models"),
        (raw(b"[" * 100_000), "the answer is no list of models"),
        (raw(b"\xff\xfe"), "the answer is no list of models"),
        (raw(b'{"data": [', *[b" " * 100_000] * 50, b"]}"), "the answer is no list of models"),
        (behaviours.reset_at_once, "nobody answers"),
        (behaviours.cut, "nobody answers"),
        (behaviours.hang, "no answer within 0.1 seconds"),
        (behaviours.hang_midway, "no answer within 0.1 seconds"),
        (behaviours.drip, "no answer within 0.1 seconds"),
    ],
)
async def test_ping_says_why_a_server_is_not_available(
    behaviour: Behaviour, error: str, fake: FakeLlm, make: Make
) -> None:
    fake.models_answer = behaviour

    status = await make(ping_seconds=0.1 if "within" in error else 5.0).ping()

    assert (status.available, status.models, status.error) == (False, (), error)


@pytest.mark.parametrize("base_url", ["http://[", "ftp://127.0.0.1", "", "http://127.0.0.1:1/v1"])
async def test_ping_of_nobody_tells_so(base_url: str, make: Make) -> None:
    status = await make(base_url=base_url).ping()

    assert (status.available, status.error) == (False, "nobody answers")


async def test_ping_with_a_key_that_cannot_be_sent_does_not_raise(make: Make) -> None:
    assert not (await make(api_key="ключ").ping()).available


def test_ping_works_in_any_event_loop(fake: FakeLlm) -> None:
    provider = OpenAICompatibleProvider(Server("lm_studio", fake.base_url, "tiny", 10.0))

    assert [asyncio.run(provider.ping()).available for _ in range(2)] == [True, True]
