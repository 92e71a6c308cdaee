import subprocess
import sys

ASK = """
import asyncio, os, sys
from llm.loading import load_ahead
from llm.selection import choose_provider
from llm.types import ChatMessage
from tests.fake_llm.server import FakeLlm

async def ask(settings):
    provider = choose_provider("openai_compatible", settings)
    await provider.ping()
    await provider.generate([ChatMessage("user", "Hello.")])
    await provider.close()

with FakeLlm() as fake:
    os.environ["OPENAI_COMPATIBLE_BASE_URL"] = fake.base_url
    from marketplace.settings import LLM
    load_ahead()
    loaded = set(sys.modules)
    asyncio.run(ask(LLM))
print(*sorted(set(sys.modules) - loaded))
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
