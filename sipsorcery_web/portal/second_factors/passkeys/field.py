"""The field that a script puts a browser's answer into."""

from typing import Any

from wtforms import PasswordField
from wtforms.widgets import HiddenInput


class CredentialField(PasswordField):
    """A hidden field with an answer for one challenge: like a password, it is kept nowhere and never put back."""

    widget = HiddenInput()

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, render_kw={"data-credential": True}, **more)

    def _value(self) -> str:
        return ""
