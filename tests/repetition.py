"""Tests that are worth the more the more often they are repeated: `make test` has a sample, `make test-long` all."""

import pytest


def examples(count: int, *, sample: int) -> pytest.MarkDecorator:
    """Give a test the `count` of its examples: a sample of them, which are others each time, and marked `long` all."""
    return pytest.mark.parametrize(
        "count", [pytest.param(sample, id="sample"), pytest.param(count, id="long", marks=pytest.mark.long)]
    )
