"""A Chromium profile that holds a saved login, as it is on the machine of somebody who let the browser keep it.

Chromium makes the profile itself, so that the file `Login Data` has the tables of its version; the login is then written
into it as Chromium writes it where no keyring is there (`--password-store=basic`): AES-128 in CBC mode with a key that
is derived from a fixed word (Chromium, components/os_crypt/sync/os_crypt_linux.cc). The password manager works in the
new headless mode, which Debian's Chromium has for `--headless`, as long as it is not told that it is being automated.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.chromium import ARGUMENTS, chromium_path

AES_BLOCK = 128
EPOCH = 11_644_473_600
"""Seconds from 1601, where Chromium's time begins, to 1970."""


@contextmanager
def profile_with_login(
    playwright: Playwright, folder: Path, address: str, username: str, password: str
) -> Iterator[BrowserContext]:
    """Open a browser that has this login saved for the sign-in page of a portal."""
    with _opened(playwright, folder, address) as context:
        context.new_page().goto("/login")
    _save_login(folder / "Default" / "Login Data", address, username, password)
    with _opened(playwright, folder, address) as context:
        yield context


def filled_in_by_browser(page: Page) -> dict[str, str]:
    """Return what the password manager has filled into the page's own forms, by field.

    It works through the forms of a page one after the other. A sign-in form that is put behind them is the last, so
    what the others do not have when that one is filled in they will never have.
    """
    page.evaluate(LAST_FORM)
    expect(page.locator("#last-form [type=password]:autofill")).to_be_attached()
    filled: dict[str, str] = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('main :autofill')].map(each => [each.name, each.value]))"
    )
    return filled


LAST_FORM = """() => {
  const form = document.createElement("form")
  form.id = "last-form"
  form.method = "post"
  form.action = "/login"
  for (const [name, type, autocomplete] of [["u", "text", "username"], ["p", "password", "current-password"]]) {
    form.append(Object.assign(document.createElement("input"), { name, type, autocomplete }))
  }
  document.body.append(form)
}"""


@contextmanager
def _opened(playwright: Playwright, folder: Path, address: str) -> Iterator[BrowserContext]:
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=chromium_path(),
        args=list(ARGUMENTS),
        ignore_default_args=["--enable-automation"],  # it turns the password manager off
        base_url=address,
    )
    try:
        yield context
    finally:
        context.close()


def _save_login(path: Path, address: str, username: str, password: str) -> None:
    now = int((time.time() + EPOCH) * 1_000_000)
    values = {
        "origin_url": f"{address}/login",
        "action_url": f"{address}/login",
        "signon_realm": f"{address}/",
        "username_element": "username",
        "username_value": username,
        "password_element": "password",
        "password_value": _encrypted(password),
        "submit_element": "",
        "date_created": now,
        "date_last_used": now,
        "date_password_modified": now,
        "blacklisted_by_user": 0,
        "scheme": 0,
        "times_used": 1,
    }
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO logins ({names}) VALUES ({marks})", list(values.values()))


def _encrypted(password: str) -> bytes:
    key = PBKDF2HMAC(hashes.SHA1(), AES_BLOCK // 8, b"saltysalt", 1).derive(b"peanuts")
    padder, encryptor = PKCS7(AES_BLOCK).padder(), Cipher(algorithms.AES(key), modes.CBC(b" " * 16)).encryptor()
    padded = padder.update(password.encode()) + padder.finalize()
    return b"v10" + encryptor.update(padded) + encryptor.finalize()
