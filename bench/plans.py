"""The cost of running a dial plan: `python -m bench.plans`. The plan service runs beside it, as in production."""

import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.line_plans import run_extension_lines
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.dial_plans.service.client import PlanService
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan

from .processes import cpu_seconds, megabytes

THREE_LINES = """num = req.URI.User
sys.Log "to #{num}"
sys.Dial "#{num}@blueline"
"""
LINES = (
    "exten => _9X.,1,SIPReply(404,no)\nexten =~ ^1,1,Dial(${EXTEN}@blueline)\nexten => _X.,1,Dial(${EXTEN}@redline)\n"
)
RUNAWAYS = (
    "loop { }",
    "x = 'a' * 1_000_000; a = []; loop { a << x + 'b' }",
    "loop { sys.Log 'x' * 100 }",
    "loop { puts 1 }",
)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        service = PlanService(Path(folder), b"a key for measuring")
        try:
            print(f"image built and loaded in {_until_ready(service):.0f} s")
            _measure(service)
        finally:
            service.stop()


def _measure(service: PlanService) -> None:
    process = service.supervisor.process_id or 0
    print(f"idle: {megabytes(process, 'Rss'):.0f} MB")
    lines = [_timed_lines() for _ in range(500)]
    print(f"extension lines: p50 {statistics.median(lines) * 1000:.2f} ms")
    _many(service, 20, 1)
    quiet = _many(service, 300, 1)
    _say("three lines of Ruby, one after the other", quiet)
    began, spent = time.monotonic(), cpu_seconds(process)
    _many(service, 1000, 8)
    seconds, processor = time.monotonic() - began, cpu_seconds(process) - spent
    print(f"sustained: {1000 / seconds:.0f} executions/s, {1000 / processor:.0f} for a core of the service")
    print(f"after 1,300 executions, 100 and more of them waiting for their Dials: {megabytes(process, 'Rss'):.0f} MB")
    threads = [
        threading.Thread(target=_run, args=(service, RUNAWAYS[number % 4], f"runaway{number % 25}"), daemon=True)
        for number in range(100)
    ]
    for thread in threads:
        thread.start()
    beside = _many(service, 300, 1)
    _say("beside 100 runaway scripts of 25 customers", beside)
    print(f"p95 beside them is {_p95(beside) / _p95(quiet):.1f} times the quiet one")
    print(f"meanwhile: {megabytes(process, 'Rss'):.0f} MB")


def _until_ready(service: PlanService) -> float:
    began = time.monotonic()
    while not service.is_ready():
        time.sleep(0.1)
    return time.monotonic() - began


def _many(service: PlanService, count: int, at_once: int) -> list[float]:
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda number: _run(service, THREE_LINES, f"customer{number % 40}"), range(count)))


def _run(service: PlanService, script: str, owner: str) -> float:
    """Seconds from asked to answered."""
    execution = Execution(plan(script, owner=owner), call(), NOW)
    began = time.perf_counter()
    outcome = service.run(execution, FakeWorld()).outcome
    taken = time.perf_counter() - began
    if script == THREE_LINES and not isinstance(outcome, Dialling):
        print(f"refused: {outcome}")
    return taken


def _timed_lines() -> float:
    execution = Execution(plan(LINES, is_ruby=False), call(), NOW)
    began = time.perf_counter()
    run_extension_lines(execution, FakeWorld())
    return time.perf_counter() - began


def _say(what: str, taken: list[float]) -> None:
    print(f"{what}: p50 {statistics.median(taken) * 1000:.1f} ms, p95 {_p95(taken) * 1000:.1f} ms")


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    main()
