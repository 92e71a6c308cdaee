"""The fake server as a process of its own, for benchmarks: prints its port, then serves until it is stopped."""

import argparse
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

from tests.fake_llm.asked import Asked
from tests.fake_llm.behaviours import Behaviour, Reply
from tests.fake_llm.obedient import Obedient
from tests.fake_llm.sensible import sensible
from tests.fake_llm.server import FakeLlm


def main() -> None:
    options = read_options()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    signal.signal(signal.SIGINT, lambda number, frame: stopped.set())
    with FakeLlm(rule=rule_of(options), port=options.port, max_concurrency=options.max_concurrency) as fake:
        print(fake.port, flush=True)
        stopped.wait()
    print(f"answered {fake.answered}, aborted {fake.aborted}, at most {fake.peak_in_flight} at once", flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_llm", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before a reply begins")
    parser.add_argument("--jitter", type=float, default=0.0, help="up to so many seconds more")
    parser.add_argument("--tokens-per-second", type=float, default=0.0, help="0: all at once")
    parser.add_argument("--max-concurrency", type=int, default=0, help="0: no limit; the others wait")
    parser.add_argument("--mode", choices=("sensible", "obedient"), default="sensible")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def rule_of(options: argparse.Namespace) -> Callable[[Asked], Behaviour]:
    chance = random.Random(options.seed)
    text = sensible if options.mode == "sensible" else Obedient()
    reply = Reply(text=text, latency_seconds=options.latency, tokens_per_second=options.tokens_per_second)
    if not options.jitter:
        return lambda asked: reply
    return lambda asked: replace(reply, latency_seconds=options.latency + chance.uniform(0, options.jitter))


if __name__ == "__main__":
    main()
