"""Event loops of their own for tests: in the thread of one that Playwright's synchronous browser runs, no other may."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(play: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run in another thread. Raises what it does."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, play).result()
