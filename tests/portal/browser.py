"""A browser without scripts, and what every page has to be: it looks at each answer that it is given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client, TestResponse

from sipsorcery_web.portal.http.security_headers import HEADERS
from tests.factories import PASSWORD

from .origins import ORIGIN_HEADERS, from_page_of, is_wider_for_forms
from .secret_fields import check_secrets
from .served import takes

OF_A_WINDOW = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""The types that a browser asks for where it opens a page."""
REVEALING = re.compile(r"/(sip-accounts|providers)/[^/]+/(password|phone)")
"""The addresses that show a stored password to those who ask by POST."""
Values = Mapping[str, "str | Sequence[str]"]

SECRETS = (PASSWORD, "bl4ckbird!", "n1ghtingale", "tr0ubad0ur")
"""Passwords that the cast types and stores: none of them comes back unasked."""


@dataclass
class Page:
    """An answer, as somebody reads it."""

    browser: "Browser"
    response: TestResponse
    path: str
    tree: html.HtmlElement = field(init=False)

    def __post_init__(self) -> None:
        self.tree = html.document_fromstring(self.response.text or "<html></html>")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """Return the text that is not hidden, with single blanks."""
        return words(self.tree)

    @property
    def source(self) -> str:
        return self.response.text

    @property
    def title(self) -> str:
        return words(self.one("//title"))

    @property
    def h1(self) -> str:
        return words(self.one("//h1"))

    @property
    def notes(self) -> list[str]:
        """Return the messages of the page: alerts and states that are not hidden."""
        found = self.all("//*[@role='alert' or @role='status'][not(@hidden)]")
        return [words(note) for note in found]

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors at fields: its described-by error without the word Error."""
        wrong = self.all("//*[@aria-invalid='true']")
        return {control.get("name", ""): self._error_of(control) for control in wrong}

    @property
    def buttons(self) -> list[str]:
        """The words of each button of the page's own."""
        return [words(button) for button in self.all("//main//button[not(@hidden)]")]

    @property
    def links(self) -> dict[str, str]:
        return {words(link): link.get("href", "") for link in self.all("//a[@href]")}

    @property
    def rows(self) -> list[str]:
        """The text of each row of the table."""
        return [words(row) for row in self.all("//main//tbody/tr")]

    @property
    def names(self) -> list[str]:
        """Return the name of each row: its link."""
        return [words(row.xpath(".//a")[0]) for row in self.all("//main//tbody/tr")]

    @property
    def nav_items(self) -> dict[str, str]:
        """The navigation: words and addresses."""
        return {words(link): link.get("href", "") for link in self.all("//nav[@aria-label='Main']/ul//a")}

    @property
    def current_nav_items(self) -> list[str]:
        return [words(link) for link in self.all("//nav[@aria-label='Main']/ul//a[@aria-current='page']")]

    def all(self, xpath: str) -> list[html.HtmlElement]:
        found: list[html.HtmlElement] = self.tree.xpath(xpath)
        return found

    def one(self, xpath: str) -> html.HtmlElement:
        found = self.all(xpath)
        assert len(found) == 1, f"{self.path}: {len(found)} of {xpath}"
        return found[0]

    def control(self, name: str) -> html.HtmlElement:
        return self.one(f"//main//*[self::input or self::select or self::textarea][@name='{name}']")

    def has(self, name: str) -> bool:
        return bool(self.all(f"//main//*[self::input or self::select or self::textarea][@name='{name}']"))

    def value(self, name: str) -> str:
        """Return the value of a field of the page's own form; the chosen value of a list; "y" or "" for a tick box."""
        return dict(successful(form_of(self.control(name)))).get(name, "")

    def options(self, name: str) -> dict[str, str]:
        """Return the options of a list: values and words."""
        return {str(option.get("value")): words(option) for option in self.control(name).iter("option")}

    def label(self, name: str) -> str:
        return accessible_name(self.control(name))

    def form(self, *names: str, action: str | None = None) -> html.HtmlElement:
        """The first form that goes to this address; else the page's own that has these fields."""
        if action is not None:
            return self.all(f"//form[@action='{action}']")[0]
        forms = [form for form in self.all("//main//form[@method='post']") if has_all(form, names)]
        own = [form for form in forms if form.get("action") in (None, self.path.partition("?")[0])]
        found = own or forms
        assert found, f"{self.path} has no form with {names}: {sorted(guess_fields(self.tree))}"
        return found[0]

    def submit(self, action: str | None = None, button: str | None = None, **fields: str | bool) -> "Page":
        """Fill in the form with these fields and send it, as a browser would send it."""
        form = self.form(*fields, action=action)
        values = filled(form, fields)
        if button is not None:
            values.append(pressed(form, button))
        return self.browser.post(urljoin(self.path, form.get("action") or self.path), MultiDict(values))

    def press(self, button: str) -> "Page":
        """Press a button that says itself where its form goes, by its words or the beginning of them."""
        pressed = next(each for each in self.all("//button[@formaction]") if words(each).startswith(button))
        form = self.one(f"//form[@id='{pressed.get('form')}']")
        return self.browser.post(pressed.get("formaction", ""), MultiDict(filled(form, {})))

    def follow(self, link: str) -> "Page":
        """Click a link by its words, or the beginning of them."""
        addresses = {address for text, address in self.links.items() if text == link or text.startswith(link)}
        assert len(addresses) == 1, f"{self.path}: {len(addresses)} links {link!r} among {list(self.links)}"
        return self.browser.open(addresses.pop())

    def _error_of(self, control: html.HtmlElement) -> str:
        described = control.get("aria-describedby", "").split()
        error = next(name for name in described if name.endswith("-error"))
        return words(self.one(f"//*[@id='{error}']")).removeprefix("Error: ")


class Browser:
    """A browser. Redirects are followed; `redirects` tells the last ones."""

    def __init__(self, app: Flask, tokens: set[str], base_url: str = "http://localhost", **environment: Any) -> None:
        self.app = app
        self.tokens = tokens
        self.base_url = base_url
        self.environment = environment
        self.client: Client = app.test_client()
        self.redirects: list[str] = []
        self.exchanges = 0

    def open(self, path: str, **options: Any) -> Page:
        """Go to an address."""
        return self._go("GET", path, **options)

    def post(self, path: str, values: MultiDict[str, str] | Mapping[str, Any], **options: Any) -> Page:
        """Send these values, whatever the page had to say about them."""
        return self._go("POST", path, data=values, **options)

    def submit(self, path: str, **fields: str | bool) -> Page:
        """Open a page, fill in its form and send it."""
        return self.open(path).submit(None, None, **fields)

    def force(self, path: str, hostile: Mapping[str, Any], **fields: str | bool) -> Page:
        """Submit the form, but the values of `hostile` take the place of what the form would let through.

        None leaves a field out, a list sends it several times.
        """
        return self.force_page(self.open(path), hostile, **fields)

    def force_page(self, page: Page, hostile: Mapping[str, Any], **fields: str | bool) -> Page:
        """Do the same, from a page that is open already."""
        values = MultiDict(filled(page.form(*fields), fields))
        for name, value in hostile.items():
            values.poplist(name)
            if value is not None:
                values.setlist(name, value if isinstance(value, list) else [value])
        return self.post(page.path, values)

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """Sign in and see the first page."""
        page = self.submit("/login", username=username, password=password)
        assert page.status == 200, f"{username} could not sign in: {page.notes}"
        return page

    def sign_out(self) -> Page:
        return self.open("/about").submit(action="/logout")

    def token(self) -> str:
        """A token against forged requests that is good for this session."""
        return str(self.open("/about").all("//input[@name='csrf_token']")[0].get("value"))

    def raw(self, method: str, path: str, **options: Any) -> TestResponse:
        """One exchange, looked at, without following a redirect."""
        headers = {"Accept-Encoding": "identity", "Accept": OF_A_WINDOW, **options.pop("headers", {})}
        if method != "GET" and not ORIGIN_HEADERS & headers.keys():
            headers |= from_page_of(self.base_url)
        environment = {**self.environment, **options.pop("environ_base", {})}
        response = self.client.open(
            path, method=method, base_url=self.base_url, headers=headers, environ_base=environment, **options
        )
        self.exchanges += 1
        check_answer(response, path, self.tokens)
        return response

    def _go(self, method: str, path: str, **options: Any) -> Page:
        self.redirects = []
        reveals = method == "POST" and bool(REVEALING.fullmatch(path))
        response = self.raw(method, path, **options)
        while 300 <= response.status_code < 400:
            path = self._local(response.location or "")
            self.redirects.append(path)
            assert len(self.redirects) < 10, f"redirects without end: {self.redirects}"
            response = self.raw("GET", path)
        page = Page(self, response, path)
        if response.mimetype == "text/html":
            check_page(page, may_show_secrets=reveals and response.status_code == 200)
        return page

    def _local(self, location: str) -> str:
        parts = urlsplit(urljoin(self.base_url, location))
        assert f"{parts.scheme}://{parts.netloc}" == self.base_url, f"sent to another site: {location}"
        return parts.path + (f"?{parts.query}" if parts.query else "")


def check_answer(response: TestResponse, path: str, tokens: set[str]) -> None:
    """Every answer is guarded, says that it is not to be kept, and tells nothing of the service's session."""
    unseen = {"Referrer-Policy": "no-referrer"} if "no-referrer" in response.headers["Referrer-Policy"] else {}
    for name, value in (HEADERS | unseen).items():
        given = response.headers.get(name, "")
        assert given == value or is_wider_for_forms(path, given, value), f"{path} has no {name}"
    if not path.startswith("/assets/"):
        assert "no-store" in response.headers.get("Cache-Control", ""), f"{path} may be kept"
    everything = f"{path}\n{response.headers}\n{response.get_data().decode('utf-8', 'replace')}"
    assert not [token for token in tokens if token in everything], f"{path} tells the token of the session"


def check_page(page: Page, may_show_secrets: bool = False) -> None:
    """Every page is well formed, works without scripts, and can be used without seeing it."""
    assert page.response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.tree.get("lang") == "en"
    assert page.h1, page.path
    assert page.title.endswith("· SIPSorcery"), page.title
    check_ids(page)
    check_controls(page)
    check_secrets(page.tree, page.path)
    check_forms(page)
    check_links(page)
    check_nothing_inline(page)
    if not may_show_secrets:
        assert not [secret for secret in SECRETS if secret in page.source], f"{page.path} shows a password"


def check_ids(page: Page) -> None:
    ids = page.tree.xpath("//@id")
    assert len(ids) == len(set(ids)), f"{page.path} uses an id twice: {ids}"
    named = ("for", "form", "aria-describedby", "aria-labelledby", "aria-controls")
    for attribute in named:
        for target in " ".join(page.tree.xpath(f"//@{attribute}")).split():
            assert target in ids, f"{page.path}: {attribute} names {target}, which is not there"
    for address in page.tree.xpath("//a/@href"):
        if address.startswith("#"):
            assert address[1:] in ids, f"{page.path}: {address} leads nowhere"


def check_controls(page: Page) -> None:
    for control in page.all("//input | //select | //textarea | //button | //a[@href] | //summary"):
        if control.get("type") == "hidden" or control.get("hidden") is not None:
            continue
        if "password" in control.get("name", ""):
            assert control.get("type") in ("password", "checkbox", "radio"), (
                f"{page.path}: others can read {control.get('name')}"
            )
        assert accessible_name(control), f"{page.path}: nobody knows what this is: {html.tostring(control)!r}"


def check_forms(page: Page) -> None:
    for form in page.all("//form"):
        action = urljoin(page.path, form.get("action") or "")
        if submits_itself(page, form):
            assert takes(page.browser.app, action, form.get("method", "get")), f"{page.path}: {action} takes no form"
        if form.get("method", "get").lower() == "post":
            assert form.xpath(".//input[@name='csrf_token']/@value"), f"{page.path}: a form without a token"
        else:
            assert not form.xpath(".//input[@name='csrf_token']"), f"{page.path}: a token would stand in the address"
    for button in page.all("//button[@formaction]"):
        assert takes(page.browser.app, button.get("formaction", ""), "post"), f"{page.path}: {button.get('formaction')}"


def submits_itself(page: Page, form: html.HtmlElement) -> bool:
    """Return True when the form has anything but buttons that say themselves where they lead."""
    buttons = page.all(f"//button[@form='{form.get('id')}']") if form.get("id") else []
    return bool(form.xpath(".//*[self::button or self::input][not(@type='hidden')]")) or not all(
        button.get("formaction") for button in buttons
    )


def check_links(page: Page) -> None:
    for address in page.tree.xpath("//a/@href[not(starts-with(., '#'))]"):
        parts = urlsplit(urljoin(page.browser.base_url + page.path, address))
        assert parts.scheme in ("http", "https"), f"{page.path} links to {address}"
        if f"{parts.scheme}://{parts.netloc}" == page.browser.base_url:
            assert takes(page.browser.app, parts.path, "get"), f"{page.path} links to {address}, which is not there"


def check_nothing_inline(page: Page) -> None:
    """Check that nothing needs a Content-Security-Policy with unsafe-inline."""
    assert not page.all("//style | //*[@style] | //script[not(@src)]"), page.path
    assert not page.tree.xpath("//@*[starts-with(name(), 'on')]"), page.path
    assert not [script for script in page.all("//script") if (script.text or "").strip()], page.path
    for address in page.tree.xpath("//script/@src | //link/@href | //img/@src"):
        assert address.startswith("/assets/"), f"{page.path} loads {address}"


def words(element: html.HtmlElement) -> str:
    """The text of an element but for what is hidden from everybody, and styles and scripts."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: html.HtmlElement) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in ("script", "style") or element.get("hidden") is not None:
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        if child.tag in _BLOCKS:
            yield " "
        yield child.tail or ""


_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "td",
        "th",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "br",
        "option",
        "label",
        "section",
        "header",
        "footer",
        "form",
        "ul",
        "ol",
        "tr",
        "button",
    ]
)


def accessible_name(control: html.HtmlElement) -> str:
    """Return the accessible name of a control."""
    if control.get("aria-label"):
        return str(control.get("aria-label"))
    if control.get("aria-labelledby"):
        ids = control.get("aria-labelledby", "").split()
        return " ".join(words(each) for one in ids for each in control.xpath(f"//*[@id='{one}']"))
    if control.tag in ("button", "a", "summary"):
        return words(control) or " ".join(control.xpath(".//svg/title/text() | .//*[@aria-label]/@aria-label"))
    labels = control.xpath(f"//label[@for='{control.get('id')}']") if control.get("id") else []
    return " ".join(words(label) for label in [*labels, *control.xpath("ancestor::label")])


def form_of(control: html.HtmlElement) -> html.HtmlElement:
    found: list[html.HtmlElement] = control.xpath("ancestor::form")
    return found[0]


def guess_fields(form: html.HtmlElement) -> set[str]:
    return {str(name) for name in form.xpath(".//input/@name | .//select/@name | .//textarea/@name")}


def has_all(form: html.HtmlElement, names: Sequence[str]) -> bool:
    return set(names) <= guess_fields(form)


def successful(form: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """The name and value of each control that a browser would send (HTML, 4.10.21.4)."""
    for control in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        if control.get("disabled") is not None or control.xpath("ancestor::fieldset[@disabled]"):
            continue
        name, kind = control.get("name"), control.get("type", "text")
        if control.tag == "select":
            options = control.xpath(".//option")
            chosen = control.xpath(".//option[@selected]") or options[:1]
            yield from ((name, option.get("value", "")) for option in chosen)
        elif control.tag == "textarea":
            yield name, typed_text(control)
        elif kind not in ("checkbox", "radio") or control.get("checked") is not None:
            yield name, control.get("value", "y" if kind == "checkbox" else "")


def typed_text(area: html.HtmlElement) -> str:
    """Return what a browser sends of a text area, with CR LF for each line end but the first of the markup."""
    lines = (area.text or "").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
    return lines.replace("\n", "\r\n")


def filled(form: html.HtmlElement, fields: Mapping[str, str | bool]) -> list[tuple[str, str]]:
    """Return the form as a browser sends it after these fields were typed in."""
    for name in fields:
        for control in form.xpath(f".//*[@name='{name}']"):
            closed = control.get("disabled") is not None or control.xpath("ancestor::fieldset[@disabled]")
            assert not closed, f"{name} cannot be changed"
            if control.tag == "select":
                offered = control.xpath(".//option/@value")
                assert fields[name] in offered, f"{name} does not offer {fields[name]!r}"
    values = [(name, value) for name, value in successful(form) if name not in fields]
    typed = {name: "y" if value is True else str(value) for name, value in fields.items() if value is not False}
    return [*values, *typed.items()]


def pressed(form: html.HtmlElement, button: str) -> tuple[str, str]:
    found = [each for each in form.xpath(".//button[@name]") if words(each) == button]
    assert len(found) == 1, f"{len(found)} buttons {button!r}"
    return str(found[0].get("name")), str(found[0].get("value", ""))
