"""Accounts with plans, call control that a test plays, and providers that a test plays too."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import UserAgent

from .call_control import ScriptedCallControl


@pytest.fixture
def control(harness: KamailioHarness) -> Iterator[ScriptedCallControl]:
    with ScriptedCallControl(harness).at_work() as control:
        yield control


@pytest.fixture
def provider(harness: KamailioHarness) -> Iterator[Callable[..., UserAgent]]:
    """Servers of providers, by a name that they are known by in a test."""
    with ExitStack() as stack:

        def provider(name: str, **more: Any) -> UserAgent:
            return stack.enter_context(UserAgent(harness, name, **more))

        yield provider
