"""The templates of mails: each a text and the same as HTML."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from lxml import html

from sipsorcery_web import TOP
from sipsorcery_web.mail.templates import MailTemplates

FOLDER = TOP / "templates" / "mail"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
VALUES = {
    "username": "alice",
    "host": "sip.example.org",
    "link": "https://sip.example.org/login/reset/abc",
    "new_address": "alice@example.net",
}
MARKUP = "<b>&\"'@example.net"


@pytest.mark.parametrize("name", NAMES)
def test_text_and_html_say_the_same(name: str) -> None:
    mail = MailTemplates(FOLDER).mail(name, "alice@example.org", "Hello", VALUES)
    tree = html.document_fromstring(mail.html)

    assert " ".join(tree.xpath("string(//body)").split()) == " ".join(mail.body.split())
    assert tree.xpath("//a/@href") == [VALUES["link"]] * (VALUES["link"] in mail.body)
    assert (mail.to, mail.subject, tree.xpath("string(//title)")) == (["alice@example.org"], "Hello", "Hello")


@pytest.mark.parametrize("name", NAMES)
def test_html_loads_nothing_and_runs_nothing(name: str) -> None:
    tree = html.document_fromstring(MailTemplates(FOLDER).mail(name, "a@example.org", "Hello", VALUES).html)

    assert tree.xpath("//@src | //script | //style | //link | //@style | //@*[starts-with(name(), 'on')]") == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_filled_in_is_text_and_no_markup(name: str) -> None:
    mail = MailTemplates(FOLDER).mail(name, "a@example.org", MARKUP, dict.fromkeys(VALUES, MARKUP))

    assert MARKUP in mail.body
    assert MARKUP not in mail.html
    assert "&lt;b&gt;&amp;" in mail.html


def test_a_value_that_is_missing_is_noticed(tmp_path: Path) -> None:
    for kind in ("txt", "html"):
        (tmp_path / f"reset.{kind}").write_text("{{ nobody }}")
    with pytest.raises(UndefinedError):
        MailTemplates(tmp_path).mail("reset", "a@example.org", "Hello", VALUES)
