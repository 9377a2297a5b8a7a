"""The document that tells what was measured: bench/RESULTS.md."""

from collections.abc import Iterable, Iterator

from bench.measuring.measures import Key, Measure, Measures

from .figures import FIGURES, number
from .machine import Machine

HEAD = """# Results

`make bench` has written this: peers in turns in one run, medians of the rounds, answers looked at before they counted.
A ratio says more than a number, since machines differ.
"""
BOUNDS = """The bound of SOAP Get 1,000 is an eighth of what it took before answers were written as text: 15.3 times as
long as Get 25, and that 23 times as long as a bare answer. Against a million stands the slowest of the cases, of the
customer with 10^6 accounts, of one of 10^5 customers, and of an administrator. With a million accounts PostgreSQL has
10^5 call records, since it is filled anew in each run. What was not measured stands below, or was not come to.
"""
COLUMNS = ("case", "of", "in the store", "connections", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "errors")


def document(measures: Measures, machine: Machine) -> str:
    """Return the document."""
    parts = [HEAD, *_machine(measures, machine), "## Figures to reach\n", figures(measures), BOUNDS]
    parts += ["## What was measured\n", measured(measures.medians()), *_numbers(measures), *_left_out(measures)]
    return "\n".join(parts)


def figures(measures: Measures) -> str:
    """Return the figures to reach as a table."""
    rows = ((figure.case, figure.target, *figure.judge(measures)) for figure in FIGURES)
    return table(("figure", "to reach", "measured", ""), rows)


def measured(medians: Iterable[tuple[Key, Measure]]) -> str:
    """Return the measurements as a table, a line for each."""
    return table(COLUMNS, (_row(key, measure) for key, measure in medians))


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(key: Key, measure: Measure) -> tuple[str, ...]:
    times = (measure.per_second, measure.p50, measure.p95, measure.p99, measure.cpu_ms)
    return (key.case, key.peer, key.store, str(key.connections), *map(number, times), str(measure.errors))


def _machine(measures: Measures, machine: Machine) -> Iterator[str]:
    yield table(("", ""), machine.rows())
    if measures.versions:
        yield table(("measured", "version"), measures.versions.items())


def _numbers(measures: Measures) -> Iterator[str]:
    if measures.numbers:
        yield "## Memory, start and others\n"
        yield table(("", "median"), ((name, number(measures.number(name) or 0)) for name in measures.numbers))


def _left_out(measures: Measures) -> Iterator[str]:
    if measures.left_out:
        yield "## Left out\n"
        yield table(("", "why"), measures.left_out.items())
