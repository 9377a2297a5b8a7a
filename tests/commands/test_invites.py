import pytest

from tests.conftest import ServiceFixture

from .conftest import Run


def test_invite_codes_are_shown_one_a_line(run: Run, service_fixture: ServiceFixture) -> None:
    codes = run("invites", "create", "--count", "3").output.splitlines()

    assert len(set(codes)) == 3
    assert [service_fixture.stranger.invite_complaint(code) for code in codes] == [None, None, None]


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_an_impossible_number_of_codes_is_refused(run: Run, count: str) -> None:
    assert run("invites", "create", "--count", count).exit_code == 2
