"""Which providers can be used now, as pages and health checks show it: asked rarely, never for long."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from llm.types import Provider, ProviderStatus

FRESH_SECONDS = 5.0


@dataclass(slots=True)
class _Light:
    provider: Provider
    lock: threading.Lock = field(default_factory=threading.Lock)
    status: ProviderStatus | None = None
    asked_at: float = 0.0


class ProviderLights:
    """Safe from any thread; a caller waits for one ping at most, and not at all while another one is asking."""

    def __init__(self, choose: Callable[[str], Provider], clock: Callable[[], float] = time.monotonic) -> None:
        self._choose, self._clock = choose, clock
        self._lights: dict[str, _Light] = {}
        self._lock = threading.Lock()

    def status(self, name: str) -> ProviderStatus:
        """At most `FRESH_SECONDS` old, or as it was when somebody began to ask anew."""
        light = self._light(name)
        if light.status is not None and self._clock() - light.asked_at < FRESH_SECONDS:
            return light.status
        if not light.lock.acquire(blocking=light.status is None):
            assert light.status is not None
            return light.status
        try:
            return self._ask(light)
        finally:
            light.lock.release()

    def statuses(self, names: Sequence[str]) -> dict[str, ProviderStatus]:
        """All of them, asked at once."""
        with ThreadPoolExecutor(len(names), thread_name_prefix="lights") as threads:
            return dict(zip(names, threads.map(self.status, names), strict=True))

    def _light(self, name: str) -> _Light:
        with self._lock:
            if name not in self._lights:
                self._lights[name] = _Light(self._choose(name))
            return self._lights[name]

    def _ask(self, light: _Light) -> ProviderStatus:
        if light.status is None or self._clock() - light.asked_at >= FRESH_SECONDS:
            # In a thread of its own: the caller's may have a running loop.
            with ThreadPoolExecutor(1, thread_name_prefix="ping") as thread:
                light.status = thread.submit(asyncio.run, light.provider.ping()).result()
            light.asked_at = self._clock()
        return light.status
