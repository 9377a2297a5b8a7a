"""Medians of rounds, and percentiles."""

from bench.measuring.measures import Key, Measure, Measures, middle, percentiles


def measure(per_second: float, errors: int = 0, first_error: str = "") -> Measure:
    return Measure(per_second, p50=1000 / per_second, p95=9, p99=10, errors=errors, first_error=first_error)


def test_the_median_is_of_each_figure_by_itself() -> None:
    found = middle([measure(100), measure(500), measure(200)])

    assert (found.per_second, found.p50) == (200, 5)


def test_errors_of_every_round_count() -> None:
    found = middle([measure(100), measure(100, 2, "404"), measure(100, 1, "500")])

    assert (found.errors, found.first_error) == (3, "404")


def test_what_was_not_measured_is_none() -> None:
    measures = Measures()
    measures.add(Key("list", "portal", "10^4", 4), measure(100))

    assert measures.of("list", "portal", "10^4", 16) is None
    assert measures.number("start") is None
    found = measures.of("list", "portal", "10^4")
    assert found is not None
    assert found.per_second == 100


def test_numbers_have_a_median_too() -> None:
    measures = Measures()
    for seconds in (3.0, 1.0, 2.0):
        measures.note("start", seconds)

    assert measures.number("start") == 2


def test_percentiles_are_times_that_were_taken() -> None:
    assert percentiles(range(1, 101)) == (51, 96, 100)
    assert percentiles([7.0]) == (7, 7, 7)
