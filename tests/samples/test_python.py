import sys

from .conftest import BROKEN_RULE, INVALID, LINES, SAMPLES, TOUR, UNAUTHORISED, Run, Tour, tells

COMMAND = (sys.executable, SAMPLES / "python" / "customer.py")
IN_JSON = (sys.executable, SAMPLES / "python" / "accounts.py")


def test_the_python_sample_shows_the_customer(run: Run) -> None:
    assert tells(run(COMMAND)) == (0, LINES, "")


def test_the_python_sample_says_that_the_password_is_wrong(run: Run) -> None:
    assert tells(run(COMMAND, "nobody-python")) == (1, [], "The username or the password is wrong.")


def test_the_python_sample_takes_a_token_in_place_of_a_password(run: Run, token: str) -> None:
    assert tells(run(COMMAND, token=token)) == (0, LINES, "")


def test_the_python_sample_says_that_a_token_is_no_good(run: Run) -> None:
    assert tells(run(COMMAND, token="sips_unknown")) == (1, [], UNAUTHORISED)


def test_the_python_sample_goes_through_the_resources(tour: Tour) -> None:
    assert tells(tour(IN_JSON)) == (1, TOUR, BROKEN_RULE)


def test_the_python_sample_says_that_a_token_for_resources_is_no_good(tour: Tour) -> None:
    assert tells(tour(IN_JSON, token="sips_unknown")) == (1, [], INVALID)
