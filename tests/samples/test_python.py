import sys

from .conftest import LINES, SAMPLES, Run, tells

COMMAND = (sys.executable, SAMPLES / "python" / "customer.py")


def test_the_python_sample_shows_the_customer(run: Run) -> None:
    assert tells(run(COMMAND)) == (0, LINES, "")


def test_the_python_sample_says_that_the_password_is_wrong(run: Run) -> None:
    assert tells(run(COMMAND, "nobody-python")) == (1, [], "The username or the password is wrong.")
