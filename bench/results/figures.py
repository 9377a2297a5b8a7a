"""The figures to reach: each made of measurements of one run, and judged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench import cases
from bench.data.contents import HUNDRED, MANY_OWNERS, MILLION, TEN_THOUSAND
from bench.measuring.measures import Measure, Measures
from bench.peers.baselines import NAME as BASELINES
from bench.peers.opensips_cp import NAME as OPENSIPS_CP
from bench.stages.peers import DJANGO_1, DJANGO_2, ONE_OVER_SOAP, ONE_WORKER, TWO_OVER_SOAP, TWO_WORKERS
from bench.stages.service import REST_FRAMEWORK

STORE = TEN_THOUSAND.name

Value = Callable[[Measures], float | None]


@dataclass(frozen=True)
class Figure:
    """A figure with its bound, in a unit that stands behind the number."""

    case: str
    bound: float
    value: Value
    unit: str = ""
    is_least: bool = True
    """True where the figure is to be at least the bound, False where at most."""

    @property
    def target(self) -> str:
        """Return the bound in words."""
        return f"{'≥' if self.is_least else '≤'} {number(self.bound)}{self.unit}"

    def judge(self, measures: Measures) -> tuple[str, str]:
        """Return what was measured, and whether that is reached, missed, or not measured."""
        value = self.value(measures)
        if value is None:
            return "–", "not measured"
        is_reached = value >= self.bound if self.is_least else value <= self.bound
        return f"{number(value)}{self.unit}", "reached" if is_reached else "**missed**"


def number(value: float) -> str:
    """Return a number with as many digits as say something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(one: float | None, other: float | None) -> float | None:
    """Return how many times the other it is; None where one of them was not measured."""
    return one / other if one is not None and other else None


def faster(case: str, peer: str, than: str, store: str = STORE, store_of_other: str = STORE) -> Value:
    """Return requests a second at 4 connections, as a multiple of another's."""
    return lambda measures: ratio(
        _per_second(measures.of(case, peer, store)), _per_second(measures.of(case, than, store_of_other))
    )


def longer(case: str, peer: str, than: str) -> Value:
    """Return the p50 at 1 connection, as a multiple of another's."""
    return lambda measures: ratio(_p50(measures.of(case, peer, STORE, 1)), _p50(measures.of(case, than, STORE, 1)))


def of_number(name: str) -> Value:
    """Return a number that was noted."""
    return lambda measures: measures.number(name)


def of_bare(case: str) -> Value:
    """Return the p50 of a call at 1 connection, as a multiple of that of a bare answer of the bytes of Get 25."""
    return lambda measures: ratio(
        _p50(measures.of(case, ONE_WORKER, STORE, 1)), _p50(measures.of(cases.SAME_BYTES, BASELINES, "", 1))
    )


def of_soap(measures: Measures) -> float | None:
    """Return the p50 of the list in JSON at 1 connection, as a multiple of that of the same over SOAP."""
    rest, soap = (measures.of(case, ONE_WORKER, STORE, 1) for case in (cases.REST_LIST, cases.SOAP_GET_25))
    return ratio(_p50(rest), _p50(soap))


def of_crowd(percentile: str) -> Value:
    """Return a percentile of what people waited, in milliseconds."""

    def value(measures: Measures) -> float | None:
        found = _only(measures, cases.PEOPLE)
        return None if found is None else float(getattr(found, percentile))

    return value


def beside_lists(measures: Measures) -> float | None:
    """Return the p95 of somebody who reads beside open lists, as a multiple of that of one who is alone."""
    beside, quiet = (_only(measures, case) for case in (cases.READER_BESIDE, cases.READER_QUIET))
    return None if beside is None or quiet is None else ratio(beside.p95, quiet.p95)


def _only(measures: Measures, case: str) -> Measure | None:
    return next((measure for key, measure in measures.medians() if key.case == case), None)


def grown(which: Sequence[str]) -> Value:
    """Return the largest p50 with very much in the store, as a multiple of that with a hundred accounts."""
    return lambda measures: max(_growths(measures, which), default=None)


def _growths(measures: Measures, which: Sequence[str]) -> Iterator[float]:
    for case in which:
        for name in (case, f"administrator: {case}"):
            few = _p50(measures.of(name, ONE_WORKER, HUNDRED.name, 1))
            for contents in (MILLION, MANY_OWNERS):
                found = ratio(_p50(measures.of(name, ONE_WORKER, contents.name, 1)), few)
                if found is not None:
                    yield found


def _per_second(measure: Measure | None) -> float | None:
    return None if measure is None else measure.per_second


def _p50(measure: Measure | None) -> float | None:
    return None if measure is None else measure.p50


BOTH = "list, both cores"
FLAT = 10.0
"""Megabytes by which memory may differ and still be flat: what is on its way."""
GET_1000_BEFORE = 350.0
"""The p50 of Get 1,000, of a bare answer's, before answers were written as text: it took 15.3 times as long as Get 25,
and that 23 times as long as a bare answer."""
SEARCHES = (cases.SEARCH, cases.SEARCH_ALL, cases.CDRS_QUERY)
LISTS = tuple(case for case in cases.OF_SIZES if case not in SEARCHES)

FIGURES = (
    Figure(f"{BOTH}, against OpenSIPS-CP", 1.15, faster(cases.LIST, TWO_WORKERS, OPENSIPS_CP), "×"),
    Figure(f"{BOTH}, against Django 2×8", 5, faster(cases.LIST, TWO_WORKERS, DJANGO_2), "×"),
    Figure("list, one process, against Django 1×8", 5, faster(cases.LIST, ONE_WORKER, DJANGO_1), "×"),
    Figure(
        "list, one process, p50 at 1 connection, of Django's", 0.2, longer(cases.LIST, ONE_WORKER, DJANGO_1), "×", False
    ),
    Figure("list over SOAP, 1 + 1 workers, against Django 1×8", 3.5, faster(cases.LIST, ONE_OVER_SOAP, DJANGO_1), "×"),
    Figure("list over SOAP, 2 + 2 workers, against Django 2×8", 2, faster(cases.LIST, TWO_OVER_SOAP, DJANGO_2), "×"),
    *(
        Figure(f"{case}, one process, against Django 1×8", 4, faster(case, ONE_WORKER, DJANGO_1), "×")
        for case in (cases.OPEN, cases.SEARCH, cases.LAST_PAGE, cases.SAVE)
    ),
    Figure("SOAP Get 25, p50 at 1 connection, of a bare answer's", 4, of_bare(cases.SOAP_GET_25), "×", False),
    Figure(
        "SOAP Get 1,000, p50 at 1 connection, of a bare answer's",
        GET_1000_BEFORE / 8,
        of_bare(cases.SOAP_GET_1000),
        "×",
        False,
    ),
    Figure(
        "REST list of 25, against Django REST framework 1×8",
        3,
        faster(cases.REST_LIST, ONE_WORKER, REST_FRAMEWORK),
        "×",
    ),
    Figure("REST list of 25, p50 at 1 connection, of SOAP Get 25's", 1.3, of_soap, "×", False),
    Figure("lists, open and save with a million accounts, against a hundred", 1.5, grown(LISTS), "×", False),
    Figure("searches with a million accounts, against a hundred", 3, grown(SEARCHES), "×", False),
    Figure(f"{cases.IN_PROCESS}, rows/s", 35_000, of_number(cases.ROWS.format(way=cases.IN_PROCESS))),
    Figure(f"{cases.OVER_SOAP}, rows/s", 10_000, of_number(cases.ROWS.format(way=cases.OVER_SOAP))),
    *(
        Figure(f"{way}, first byte", bound, of_number(cases.FIRST_BYTE.format(way=way)), " ms", False)
        for way, bound in ((cases.IN_PROCESS, 50), (cases.OVER_SOAP, 150))
    ),
    *(
        Figure(f"{way}, memory more meanwhile", FLAT, of_number(cases.GROWN.format(way=way)), " MB", False)
        for way in (cases.IN_PROCESS, cases.OVER_SOAP)
    ),
    Figure(f"{cases.PEOPLE}, p50", 15, of_crowd("p50"), " ms", False),
    Figure(f"{cases.PEOPLE}, p99", 250, of_crowd("p99"), " ms", False),
    Figure("500 open lists, of a core", 15, of_number(cases.SHARE), " %", False),
    Figure("p95 of a reader beside 500 open lists, of quiet", 1.3, beside_lists, "×", False),
    Figure("start", 0.8, of_number(cases.START), " s", False),
    Figure("memory of a process after every list was visited", 95, of_number(cases.MEMORY), " MB", False),
)
