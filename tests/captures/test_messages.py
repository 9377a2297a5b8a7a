"""The original's answers are read the short way, and written as a writer of elements would write them."""

import pytest

from sipsorcery_web.contract import codec, plain_messages
from sipsorcery_web.contract.message_text import answer_bytes
from tests.contract.element_writer import answer

from .capture_fixture import Run
from .exchanges import Exchange
from .runs import exchanges_of_all_runs


def _is_valid(exchange: Exchange) -> bool:
    return exchange.reply.is_valid


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs(_is_valid))
def test_an_answer_is_written_again_byte_for_byte(run: Run, exchange: Exchange) -> None:
    content = exchange.reply.content
    assert content is not None
    result = codec.read_result(exchange.operation, content)

    assert answer_bytes(exchange.operation, result) == answer(exchange.operation, result)


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs(_is_valid))
def test_no_valid_answer_goes_the_long_way(run: Run, exchange: Exchange) -> None:
    content = exchange.reply.content
    assert content is not None

    plain_messages.read_result(exchange.operation, content)
