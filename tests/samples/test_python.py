import sys

from .conftest import LINES, SAMPLES, UNAUTHORISED, Run, tells

COMMAND = (sys.executable, SAMPLES / "python" / "customer.py")


def test_the_python_sample_shows_the_customer(run: Run) -> None:
    assert tells(run(COMMAND)) == (0, LINES, "")


def test_the_python_sample_says_that_the_password_is_wrong(run: Run) -> None:
    assert tells(run(COMMAND, "nobody-python")) == (1, [], "The username or the password is wrong.")


def test_the_python_sample_takes_a_token_in_place_of_a_password(run: Run, token: str) -> None:
    assert tells(run(COMMAND, token=token)) == (0, LINES, "")


def test_the_python_sample_says_that_a_token_is_no_good(run: Run) -> None:
    assert tells(run(COMMAND, token="sips_unknown")) == (1, [], UNAUTHORISED)
