import subprocess
import sys

ASK = """
import asyncio, sys
from llm.loading import load_ahead
from llm.openai_compatible import OpenAICompatibleProvider, Server
from llm.types import ChatMessage
from tests.fake_llm.server import FakeLlm

async def ask(base_url):
    provider = OpenAICompatibleProvider(Server("fake", base_url, "fake-model", 10.0))
    await provider.ping()
    await provider.generate([ChatMessage("user", "Hello.")])
    await provider.close()

with FakeLlm() as fake:
    load_ahead()
    loaded = set(sys.modules)
    asyncio.run(ask(fake.base_url))
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - loaded}))
"""


def test_first_ping_and_call_load_nothing_more() -> None:
    program = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)

    assert program.stdout.split() == []
