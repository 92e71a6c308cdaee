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

SET_UP = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
import django
django.setup()
print("openai" in sys.modules)
"""


def test_first_ping_and_call_load_nothing_more() -> None:
    program = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)

    assert program.stdout.split() == []


def test_commands_that_ask_no_model_do_not_wait_for_the_sdk() -> None:
    program = subprocess.run([sys.executable, "-c", SET_UP], capture_output=True, text=True, check=True)

    assert program.stdout.split() == ["False"]
