"""The benchmarks' model, asked over HTTP as the server asks it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, str(ROOT / "bench" / "fake_model.py")]
FACTS = {"draft": "I can do 415.50 for each."}
ASKED = {"messages": [{"role": "user", "content": f"The data:\n{json.dumps(FACTS)}\nReply."}]}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with subprocess.Popen(PROGRAM, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


async def behave(base: str, **behaviour: Any) -> None:
    async with httpx.AsyncClient() as http:
        (await http.post(f"{base}/settings", json=behaviour)).raise_for_status()


async def ask(base: str, **extra: Any) -> httpx.Response:
    async with httpx.AsyncClient(timeout=10) as http:
        return await http.post(f"{base}/v1/chat/completions", json={**ASKED, **extra})


async def stats(base: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        return dict((await http.get(f"{base}/stats")).json())


async def test_reply_has_the_prompts_draft(base):
    await behave(base)

    reply = (await ask(base)).json()

    assert FACTS["draft"] in reply["choices"][0]["message"]["content"]


async def test_streamed_pieces_add_up_to_the_whole_reply(base):
    await behave(base, chunks=5)
    whole = (await ask(base)).json()["choices"][0]["message"]["content"]

    lines = (await ask(base, stream=True)).text.split("\n\n")

    chunks = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == whole
    assert len(chunks) == 5 + 1
    assert lines[-2] == "data: [DONE]"


async def test_no_more_calls_are_at_work_than_there_are_places(base):
    await behave(base, latency=0.05, max_concurrency=2)

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(ask(base))

    seen = await stats(base)
    assert (seen["answered"], seen["peak_busy"], seen["in_flight"]) == (6, 2, 0)
    assert seen["peak_in_flight"] > 2
    assert seen["busy_seconds"] >= 6 * 0.05


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("429", 429), ("garbage", 200)])
async def test_fault_comes_in_its_share_of_calls(base, kind, status):
    await behave(base, faults={kind: 0.5})

    answers = [await ask(base) for _ in range(40)]

    faulty = [answer for answer in answers if not is_completion(answer)]
    assert {answer.status_code for answer in faulty} == {status}
    assert 8 <= len(faulty) <= 32
    assert (await stats(base))["faulted"] == len(faulty)


async def test_cut_reply_ends_before_its_length(base):
    await behave(base, faults={"cut": 1.0})

    with pytest.raises(httpx.RemoteProtocolError):
        await ask(base)


async def test_client_that_leaves_is_counted_and_holds_no_place(base):
    await behave(base, max_concurrency=1, faults={"hang": 1.0})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await ask(base)

    seen = await stats_once_aborted(base)
    assert (seen["aborted"], seen["in_flight"], seen["busy"]) == (1, 0, 0)


async def test_prompt_that_comes_again_is_counted(base):
    await behave(base)

    for temperature in (0.1, 0.2, 0.1):
        await ask(base, temperature=temperature)

    assert (await stats(base))["repeated"] == 1


def test_unknown_fault_is_refused():
    refused = subprocess.run([*PROGRAM, "--fault", "fire=1"], capture_output=True, text=True)

    assert refused.returncode == 2
    assert "no such fault: fire" in refused.stderr


async def stats_once_aborted(base: str) -> dict[str, Any]:
    for _ in range(500):
        if (seen := await stats(base))["aborted"]:
            return seen
        await asyncio.sleep(0.01)
    raise AssertionError("the server does not notice that its client has left")


def is_completion(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and answer.headers["content-type"].startswith("application/json")
