"""Mails from templates: each is a text and the same as HTML, in which what is filled in is escaped."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from .messages import Mail


class MailTemplates:
    """The templates of a folder: `<name>.txt` and `<name>.html`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def mail(self, name: str, to: str, subject: str, values: Mapping[str, str]) -> Mail:
        """Return the mail of a template to one recipient, with these values filled in."""
        filled = {"to": to, "subject": subject, **values}
        body, html = (self._environment.get_template(f"{name}.{kind}").render(filled) for kind in ("txt", "html"))
        return Mail(to=[to], subject=subject, body=body, html=html)
