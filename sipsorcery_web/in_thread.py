"""Work in a thread of its own, for what cannot be told when to give up, or goes on beside other work."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from sipsorcery_web.logs.request_ids import go_on_with, request_id

T = TypeVar("T")


def begun(work: Callable[[], T]) -> "Future[T]":
    """The coming result of work that begins now; a process that stops does not wait for it."""
    coming: Future[T] = Future()
    Thread(target=_fulfil, args=(coming, work, request_id()), daemon=True).start()
    return coming


def _fulfil(coming: "Future[T]", work: Callable[[], T], of_request: str) -> None:
    go_on_with(of_request)
    try:
        coming.set_result(work())
    except Exception as error:
        coming.set_exception(error)
