"""An authenticator app, written by RFC 4226 and RFC 6238 alone, and the way to set one up on the pages."""

import hashlib
import hmac
from base64 import b32decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sipsorcery_web.clock import utc_now
from tests.conftest import Clock

from .browser import Browser, Page, words


@dataclass
class AuthenticatorApp:
    """An app with a secret, and a clock of its own or that of the house."""

    secret: str
    clock: Callable[[], datetime] = utc_now
    recovery_codes: Sequence[str] = ()

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps later."""
        counter = int(self.clock().timestamp()) // 30 + steps
        digest = hmac.digest(b32decode(self.secret), counter.to_bytes(8, "big"), hashlib.sha1)
        at = digest[-1] & 0xF
        return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"

    def wrong_code(self) -> str:
        """A code of no step that counts."""
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "000001", "000002", "000003") if code not in near)

    def next_code(self) -> str:
        """The code of the next step, for which time passes in the house."""
        assert isinstance(self.clock, Clock)
        self.clock.pass_(seconds=30)
        return self.code()


def shown_secret(page: Page) -> str:
    return words(page.one("//*[@id='totp-secret']"))


def set_up_app(browser: Browser, clock: Clock) -> AuthenticatorApp:
    """Set an app up for whoever has signed in."""
    page = browser.open("/security/totp")
    app = AuthenticatorApp(shown_secret(page), clock)
    done = page.submit(code=app.code())
    assert done.h1 == "The authenticator app is set up", done.notes
    app.recovery_codes = [words(each) for each in done.all("//*[@id='recovery-codes']/li")]
    return app
