"""The page for those who write a client of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from sipsorcery_web.portal.areas import developers
from sipsorcery_web.portal.areas.developers import FILES, SAMPLE_ADDRESS, SOURCE

from ..app_harness import AppHarness
from ..browser import Browser, Page, words

HarnessWith = Callable[..., AppHarness]


def listings(page: Page) -> dict[str, str]:
    """The code on the page by its name."""
    return {words(page.one(f"//*[@id='{code.get('id')}-name']")): code.text_content() for code in page.all("//pre")}


def test_the_page_is_open_to_all_and_found_from_about_and_from_the_endpoint(browser: Browser) -> None:
    assert browser.open("/about").follow("samples for developers").h1 == "For developers"
    assert browser.open("/provisioning.svc").follow("Python, JavaScript, C# and curl").h1 == "For developers"


def test_who_has_signed_in_stays_in_the_frame(alice: Browser) -> None:
    assert "SIP accounts" in " ".join(alice.open("/developers").nav_items)


def test_every_sample_is_shown_as_it_stands_with_the_address_of_this_installation(browser: Browser) -> None:
    shown = listings(browser.open("/developers"))
    files = [SOURCE / language / name for language, names in FILES.items() for name in names]

    assert shown.keys() == {"In the envelope, before s:Body", *(file.name for file in files)}
    for file in files:
        assert shown[file.name] == file.read_text("utf-8").replace(SAMPLE_ADDRESS, "http://localhost/provisioning.svc")
    assert SAMPLE_ADDRESS not in "".join(shown.values())


def test_no_file_of_the_samples_is_left_out() -> None:
    shown = {SOURCE / language / name for language, names in FILES.items() for name in names}
    code = {".py", ".js", ".html", ".json", ".cs", ".sh"}

    assert {path for path in SOURCE.rglob("*") if path.suffix in code and "node_modules" not in path.parts} == shown


def test_each_sample_says_how_it_is_used_with_an_address() -> None:
    for language, names in FILES.items():
        texts = [(SOURCE / language / name).read_text("utf-8") for name in names]
        assert any(SAMPLE_ADDRESS in text for text in texts), language


def test_each_listing_can_be_copied_and_scrolled_with_keys(browser: Browser) -> None:
    page = browser.open("/developers")

    for code in page.all("//pre"):
        assert code.get("tabindex") == "0"
        assert len(page.all(f"//button[@data-copies='{code.get('id')}']")) == 1


def test_the_security_header_is_explained_in_three_sentences(browser: Browser) -> None:
    page = browser.open("/developers")
    explained = words(page.one("//section[@aria-labelledby='security-header']/p"))

    assert explained.count(". ") + 1 == 3
    assert 'xmlns="http://www.sipsorcery.com/security"' in listings(page)["In the envelope, before s:Body"]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "http://localhost/provisioning.svc"),
        ({"public_url": "https://sip.example.com/portal"}, "https://sip.example.com/portal/provisioning.svc"),
        ({"provisioning_url": "http://127.0.0.1:9/their.svc"}, "http://127.0.0.1:9/their.svc"),
    ],
)
def test_the_address_is_that_of_the_service_in_use(
    harness_with: HarnessWith, settings: dict[str, str], address: str
) -> None:
    page = harness_with(users=False, **settings).browser().open("/developers")

    assert words(page.all("//main//dd")[0]) == address
    assert f"customer.py {address} alice" in listings(page)["customer.py"]


def test_a_sample_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        developers.init_app(Flask(__name__), "", tmp_path)
