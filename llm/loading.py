"""Does before an event loop has to wait for it what providers and HTTP libraries do when they are first used."""

from importlib import import_module

import httpx2
import openai

from llm.transport import trust_for

LOADED_LATE = ("llm.factory", "anyio._backends._asyncio", "httpcore", "httpcore2", "truststore")


def load_ahead() -> None:
    for name in LOADED_LATE:
        import_module(name)
    _make_sdk_find_out_where_it_runs()


def _make_sdk_find_out_where_it_runs() -> None:
    """By programs of the system that it starts; it remembers what they say."""
    client = openai.AsyncOpenAI(
        base_url="http://localhost",
        api_key="none",
        http_client=httpx2.AsyncClient(verify=trust_for("http://localhost")),
    )
    assert client.default_headers
