"""The forms of a program that is registered, and of the code that a device shows."""

from collections.abc import Iterator

from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.rules.programs import program_violations
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.ui.forms import Form, checkbox, text


class ProgramForm(Form):
    """A name, where browsers are sent back to, and how the program can be allowed and proves who it is."""

    name = text("Name")
    redirect_addresses = text("Redirect addresses")
    takes_device_codes = checkbox("It shows a code that its user types here")
    is_confidential = checkbox("It runs on a server and can keep a secret")

    named_by = "name"
    outcome = "No program was registered."

    def record(self) -> Program:
        """The program that is asked for."""
        return Program(
            id=ZERO_ID,
            name=self.name.data or "",
            owner=current_login().username,
            redirect_addresses=tuple((self.redirect_addresses.data or "").split()),
            takes_device_codes=self.takes_device_codes.data,
            is_confidential=self.is_confidential.data,
        )

    def violations(self) -> Iterator[Violation]:
        """The rules of programs that are broken."""
        return program_violations(self.record())


class DeviceForm(Form):
    """A code, as a device shows it."""

    user_code = text("Code")

    outcome = ""
    wrong = False

    def violations(self) -> Iterator[Violation]:
        """The code that no device waits for."""
        if self.wrong:
            yield Violation("user_code", "No program waits for this code. It may be over: have a new one shown.")
