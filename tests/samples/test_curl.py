import subprocess

from lxml import html

from .conftest import BROKEN_RULE, INVALID, LINES, PATIENCE, SAMPLES, TOUR, UNAUTHORISED, Run, Tour, needs, tells

pytestmark = needs("sh", "curl", "awk")
COMMAND = ("sh", SAMPLES / "curl" / "customer.sh")
IN_JSON = ("sh", SAMPLES / "curl" / "accounts.sh")


def test_the_shell_sample_shows_the_customer(run: Run) -> None:
    assert tells(run(COMMAND)) == (0, LINES, "")


def test_the_shell_sample_says_that_the_password_is_wrong(run: Run) -> None:
    assert tells(run(COMMAND, "nobody-<curl>")) == (1, [], "The username or the password is wrong.")


def test_the_shell_sample_takes_a_token_in_place_of_a_password(run: Run, token: str) -> None:
    assert tells(run(COMMAND, token=token)) == (0, LINES, "")


def test_the_shell_sample_says_that_a_token_is_no_good(run: Run) -> None:
    assert tells(run(COMMAND, token="sips_unknown")) == (1, [], UNAUTHORISED)


@needs("jq")
def test_the_shell_sample_goes_through_the_resources(tour: Tour) -> None:
    assert tells(tour(IN_JSON)) == (1, TOUR, BROKEN_RULE)


@needs("jq")
def test_the_shell_sample_says_that_a_token_for_resources_is_no_good(tour: Tour) -> None:
    assert tells(tour(IN_JSON, token="sips_unknown")) == (1, [], INVALID)


def shell(command: str) -> str:
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout


def test_the_first_call_on_the_page_of_the_endpoint_works_as_it_stands(service_address: str) -> None:
    page = html.document_fromstring(shell(f"curl -s {service_address}"))

    assert "<IsAliveResult>true</IsAliveResult>" in shell(page.xpath("string(//pre)"))


def test_a_message_may_come_in_pieces(service_address: str) -> None:
    page = html.document_fromstring(shell(f"curl -s {service_address}"))
    command = page.xpath("string(//pre)")

    assert "<IsAliveResult>true</IsAliveResult>" in shell(
        f"{command} -H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue'"
    )


def test_pieces_beyond_the_limit_are_refused(service_address: str) -> None:
    upload = f"head -c 1500000 /dev/zero | curl -s -o /dev/null -w '%{{http_code}}' {service_address} -X POST -T -"

    assert shell(f"{upload} -H 'Content-Type: text/xml'") == "413"
