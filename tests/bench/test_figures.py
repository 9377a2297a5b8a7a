"""The judgement of figures, and the tables that tell them."""

import pytest

from bench import cases
from bench.data.contents import HUNDRED, MANY_OWNERS, MILLION
from bench.measuring.measures import Key, Measure, Measures
from bench.results.figures import FIGURES, STORE, Figure, faster, grown, longer, number
from bench.results.machine import Machine
from bench.results.report import document, measured, table
from bench.stages.peers import DJANGO_1, ONE_WORKER

MACHINE = Machine("2026-11-29", "a processor", 2, 24, 0.1)


def measure(per_second: float) -> Measure:
    return Measure(per_second, 1000 / per_second, 2000 / per_second, 3000 / per_second)


def measured_beside_django(portal: float, django: float, connections: int = 4) -> Measures:
    measures = Measures()
    measures.add(Key(cases.LIST, ONE_WORKER, STORE, connections), measure(portal))
    measures.add(Key(cases.LIST, DJANGO_1, STORE, connections), measure(django))
    return measures


@pytest.mark.parametrize(("portal", "judged"), [(500, ("5×", "reached")), (499, ("4.99×", "**missed**"))])
def test_a_least_figure_is_reached_at_its_bound(portal: float, judged: tuple[str, str]) -> None:
    figure = Figure("list", 5, faster(cases.LIST, ONE_WORKER, DJANGO_1), "×")

    assert figure.judge(measured_beside_django(portal, 100)) == judged


@pytest.mark.parametrize(("portal", "judged"), [(500, "reached"), (400, "**missed**")])
def test_a_time_is_reached_below_its_bound(portal: float, judged: str) -> None:
    figure = Figure("list", 0.2, longer(cases.LIST, ONE_WORKER, DJANGO_1), "×", is_least=False)

    assert figure.judge(measured_beside_django(portal, 100, connections=1))[1] == judged


def test_a_figure_without_its_measurements_is_neither_reached_nor_missed() -> None:
    assert {figure.judge(Measures()) for figure in FIGURES} == {("–", "not measured")}


def test_the_worst_growth_counts() -> None:
    measures = Measures()
    for name, per_second in ((HUNDRED.name, 100), (MILLION.name, 90), (MANY_OWNERS.name, 50)):
        measures.add(Key(f"administrator: {cases.LIST}", ONE_WORKER, name, 1), measure(per_second))

    assert grown((cases.LIST, cases.OPEN))(measures) == 2
    assert grown((cases.OPEN,))(measures) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1234, "0.123"), (12.345, "12.3"), (123.4, "123"), (12345.6, "12,346"), (0, "0")]
)
def test_numbers_have_as_many_digits_as_say_something(value: float, shown: str) -> None:
    assert number(value) == shown


def test_a_table_has_a_line_for_each_row() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_measurements_are_told_with_their_errors() -> None:
    key = Key(cases.LIST, ONE_WORKER, STORE, 4)

    line = measured([(key, Measure(200, 5, 6, 7, 4.5, errors=3))]).splitlines()[-1]

    assert line == f"| list | {ONE_WORKER} | 10^4 | 4 | 200 | 5 | 6 | 7 | 4.5 | 3 |"


def test_the_document_tells_what_was_missed_and_what_was_left_out() -> None:
    measures = measured_beside_django(100, 100)
    measures.left_out["OpenSIPS-CP"] = "its sources are not at hand"
    measures.note("seconds until the portal answers", 1.25)

    text = document(measures, MACHINE)

    assert "| list, one process, against Django 1×8 | ≥ 5× | 1× | **missed** |" in text
    assert "| OpenSIPS-CP | its sources are not at hand |" in text
    assert "| seconds until the portal answers | 1.25 |" in text
    assert "| processor | 2 cores, a processor, 24 GiB |" in text
