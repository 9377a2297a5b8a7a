"""The sentences of refusals, the same on every channel."""

from collections.abc import Callable
from typing import Any

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.faults import known_refusal


def refusal(expected: type[Refused], act: Callable[[], Any]) -> str:
    """The sentence that an act is refused with; its rule and fields are those of the sentence, whatever the channel."""
    with pytest.raises(Refused) as refused:
        act()
    error = refused.value
    known = known_refusal(error.message)
    assert type(error) is expected
    assert (error.rule, error.fields) == ((known.rule, known.fields) if known else (None, ()))
    return error.message
