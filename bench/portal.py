"""The cost of a page for a customer who has very much, beside one who has little: `python -m bench.portal`."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from sipsorcery_web import create_app
from sipsorcery_web.settings import Settings
from tests.portal.bulk_data import LARGE, SMALL, Size, id_of, settle

from .service_fixture import USERNAME, signed_in

ROUNDS = 15
HEADERS = {"Accept-Encoding": "br"}
PAGES = (
    "/sip-accounts",
    "/sip-accounts?page={last_account_page}",
    "/sip-accounts?q=line-00001",
    "/sip-accounts/{account}",
    "/registrations",
    "/providers",
    "/providers/{provider}",
    "/provider-registrations",
    "/dial-plans",
    "/dial-plans/{plan}",
    "/calls",
    "/cdrs",
    "/cdrs?page={last_cdr_page}",
    "/cdrs?q=00001",
)


@dataclass(frozen=True)
class Cost:
    """The cost of one page: the median of some requests, and its length on the way."""

    milliseconds: float
    length: int


def main() -> None:
    """Print a line for each page."""
    small, large = costs(SMALL), costs(LARGE)
    print(f"{'':<42}{'ms: few':>10}{'many':>8}{'ratio':>7}{'bytes: few':>12}{'many':>8}{'ratio':>7}")
    for page in PAGES:
        few, many = small[page], large[page]
        times = f"{few.milliseconds:>10.1f}{many.milliseconds:>8.1f}{many.milliseconds / few.milliseconds:>7.2f}"
        lengths = f"{few.length:>12}{many.length:>8}{many.length / few.length:>7.2f}"
        print(f"{page:<42}{times}{lengths}")


def costs(size: Size) -> dict[str, Cost]:
    """Return the cost of each page for a customer of that size."""
    with tempfile.TemporaryDirectory() as folder:
        browser = _browser(Path(folder), size)
        parts: dict[str, object] = {kind: id_of(USERNAME, kind, 1) for kind in ("account", "provider", "plan")}
        parts |= {"last_account_page": -(-size.accounts // 25), "last_cdr_page": -(-size.cdrs // 25)}
        return {page: _cost(browser, page.format(**parts)) for page in PAGES}


def _browser(folder: Path, size: Size) -> FlaskClient:
    name, _, value = signed_in(folder).partition("=")
    settings = Settings(data_dir=folder)
    app = create_app(settings)
    settle(app.extensions["database"], USERNAME, settings.domain, size, datetime.now(UTC))
    browser = app.test_client()
    browser.set_cookie(name, value)
    return browser


def _cost(browser: FlaskClient, path: str) -> Cost:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = browser.get(path, headers=HEADERS)
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status}")
    return Cost(statistics.median(taken), len(answer.data))


if __name__ == "__main__":
    main()
