"""Hundreds of people at once, each with a connection and a session of their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from .measures import Measure, percentiles
from .requests import BROWSER, HOST, SENT_BACK, Script, Step

PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass
class Crowd:
    """People who send their next request when they have thought about the last answer.

    All begin within the time of one thought. `milliseconds` is what the answers took that were not thrown away.
    """

    port: int
    scripts: Sequence[Script]
    think: float
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Throw away what was measured up to now."""
        self.milliseconds.clear()
        self.wrong.clear()

    def measure(self, seconds: float, cpu_seconds: float) -> Measure:
        """Return what was measured in so many seconds, in which the server spent so much processor time."""
        count = len(self.milliseconds)
        p50, p95, p99 = percentiles(self.milliseconds or [0.0])
        first = self.wrong[0] if self.wrong else ""
        return Measure(count / seconds, p50, p95, p99, cpu_seconds * 1000 / max(count, 1), len(self.wrong), first)

    @asynccontextmanager
    async def present(self) -> AsyncIterator[None]:
        """The people, who have all begun, until the end of the block."""
        async with AsyncExitStack() as stack:
            tasks = []
            for number, script in enumerate(self.scripts):
                session = await stack.enter_async_context(_session())
                wait = self.think * number / len(self.scripts)
                tasks.append(asyncio.create_task(self._live(session, script, wait)))
            try:
                await asyncio.sleep(2 * self.think + 1)
                self.forget()
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _live(self, session: aiohttp.ClientSession, script: Script, wait: float) -> None:
        await asyncio.sleep(wait)
        told: Mapping[str, str] = {}
        while True:
            for step in script.steps:
                sent_back = {asks: told[name] for name, asks in SENT_BACK.items() if name in told}
                told = await self._told(session, step, sent_back)
                await asyncio.sleep(self.think)

    async def _told(
        self, session: aiohttp.ClientSession, step: Step, sent_back: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Send a request, with what the answer before told in headers that it has, and return those of its answer."""
        request = step.request
        headers = {name: sent_back.get(name, text) for name, text in request.headers.items()}
        url, began = f"http://{HOST}:{self.port}{request.path}", time.perf_counter()
        try:
            async with session.request(
                request.method, url, headers=headers, data=request.body or None, allow_redirects=False
            ) as response:
                await response.read()
                status, told = str(response.status), dict(response.headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            status, told = type(error).__name__, {}
        self.milliseconds.append((time.perf_counter() - began) * 1000)
        if status != str(step.expected.status):
            self.wrong.append(status)
        return told


@asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=1, keepalive_timeout=600)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=jar, timeout=PATIENCE, headers=BROWSER, auto_decompress=False
    ) as session:
        yield session
