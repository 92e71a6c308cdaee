import threading

import pytest

from llm.lights import FRESH_SECONDS, ProviderLights
from llm.types import ProviderStatus

HERE = ProviderStatus(available=True, base_url=None, models=("tiny",))
AWAY = ProviderStatus(available=False, base_url=None, models=(), error="nobody answers")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class PingedProvider:
    """Answers its pings from a list; with a gate it answers once that is open."""

    def __init__(self, *answers, gate=None):
        self.answers, self.gate, self.pings = list(answers), gate, 0
        self.is_asked = threading.Event()

    async def ping(self):
        self.pings += 1
        self.is_asked.set()
        if self.gate is not None:
            assert self.gate.wait(5)
        return self.answers.pop(0)


@pytest.fixture
def clock():
    return Clock()


def test_a_server_that_comes_up_is_seen_when_the_light_has_grown_old(clock):
    lights = ProviderLights(lambda name: provider, clock)
    provider = PingedProvider(AWAY, HERE)
    assert lights.status("lm_studio") == AWAY

    clock.now += FRESH_SECONDS

    assert lights.status("lm_studio") == HERE


def test_a_fresh_light_is_not_asked_again(clock):
    provider = PingedProvider(HERE)
    lights = ProviderLights(lambda name: provider, clock)

    assert [lights.status("lm_studio") for _ in range(3)] == [HERE] * 3
    assert provider.pings == 1


def test_nobody_waits_while_another_is_asking_anew(clock):
    gate = threading.Event()
    provider = PingedProvider(AWAY, HERE, gate=gate)
    lights = ProviderLights(lambda name: provider, clock)
    gate.set()
    lights.status("lm_studio")
    gate.clear()
    provider.is_asked.clear()
    clock.now += FRESH_SECONDS
    asking = threading.Thread(target=lights.status, args=["lm_studio"])
    asking.start()
    assert provider.is_asked.wait(5)

    assert lights.status("lm_studio") == AWAY

    gate.set()
    asking.join()
    assert lights.status("lm_studio") == HERE


def test_each_provider_has_a_light_of_its_own(clock):
    providers = {"lm_studio": PingedProvider(AWAY), "builtin": PingedProvider(HERE)}
    lights = ProviderLights(providers.__getitem__, clock)

    assert lights.statuses(("lm_studio", "builtin")) == {"lm_studio": AWAY, "builtin": HERE}


async def test_a_light_can_be_asked_inside_a_running_loop(clock):
    lights = ProviderLights(lambda name: PingedProvider(HERE), clock)

    assert lights.status("lm_studio") == HERE
