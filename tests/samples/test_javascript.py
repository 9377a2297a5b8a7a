import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import HOME

from .conftest import (
    BROKEN_RULE,
    INVALID,
    LINES,
    PASSWORD,
    PATIENCE,
    SAMPLES,
    TOUR,
    UNAUTHORISED,
    Run,
    Tour,
    needs,
    tells,
)

IN_JSON = ("node", SAMPLES / "javascript" / "accounts.js")

# In Node


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in a folder of its own, with what its package.json names."""
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(SAMPLES / "javascript", folder, dirs_exist_ok=True)
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install @xmldom/xmldom: {done.stderr.strip().splitlines()[-1]}")
    return folder


@needs("node", "npm")
def test_the_javascript_sample_shows_the_customer_in_node(run: Run, installed: Path) -> None:
    assert tells(run(("node", installed / "customer.js"))) == (0, LINES, "")


@needs("node", "npm")
def test_the_javascript_sample_says_that_the_password_is_wrong_in_node(run: Run, installed: Path) -> None:
    told = tells(run(("node", installed / "customer.js"), "nobody-node"))

    assert told == (1, [], "The username or the password is wrong.")


@needs("node", "npm")
def test_the_javascript_sample_takes_a_token_in_place_of_a_password(run: Run, installed: Path, token: str) -> None:
    assert tells(run(("node", installed / "customer.js"), token=token)) == (0, LINES, "")


@needs("node", "npm")
def test_the_javascript_sample_says_that_a_token_is_no_good(run: Run, installed: Path) -> None:
    told = tells(run(("node", installed / "customer.js"), token="sips_unknown"))

    assert told == (1, [], UNAUTHORISED)


@needs("node")
def test_the_javascript_sample_goes_through_the_resources_in_node(tour: Tour) -> None:
    assert tells(tour(IN_JSON)) == (1, TOUR, BROKEN_RULE)


@needs("node")
def test_the_javascript_sample_says_that_a_token_for_resources_is_no_good_in_node(tour: Tour) -> None:
    assert tells(tour(IN_JSON, token="sips_unknown")) == (1, [], INVALID)


# In a browser, from another site


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context() as context:
        yield context.new_page()


def shown(page: Page, site: str, service_address: str, username: str, password: str) -> str:
    """Return the text that the page of the sample shows for a customer."""
    page.goto(f"{site}/customer.html")
    page.get_by_label("Service").fill(service_address)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button").click()
    output = page.get_by_role("status")
    output.filter(has_text="a").wait_for()
    return output.text_content() or ""


def test_the_javascript_sample_shows_the_customer_in_a_browser(
    page: Page, site_port: int, service_address: str
) -> None:
    site = f"http://{HOME}:{site_port}"

    assert shown(page, site, service_address, "alice", PASSWORD).splitlines() == LINES
    assert shown(page, site, service_address, "nobody-web", PASSWORD) == "The username or the password is wrong."


def test_a_site_that_is_not_allowed_is_told_nothing(page: Page, site_port: int, service_address: str) -> None:
    site = f"http://localhost:{site_port}"

    assert shown(page, site, service_address, "alice", PASSWORD) == "Failed to fetch"


def test_the_javascript_sample_goes_through_the_resources_in_a_browser(
    page: Page, site_port: int, rest_address: str, rest_token: str
) -> None:
    page.goto(f"http://{HOME}:{site_port}/accounts.html")
    page.get_by_label("Resources").fill(rest_address)
    page.get_by_label("Token").fill(rest_token)
    page.get_by_role("button").click()
    output = page.get_by_role("status")
    output.filter(has_text="sip_username").wait_for()
    assert (output.text_content() or "").splitlines() == [*TOUR, BROKEN_RULE]
