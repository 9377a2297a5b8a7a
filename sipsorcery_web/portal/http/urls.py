"""Addresses that come from a request and lead somewhere."""

from string import punctuation
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import g, request, url_for


def this_path() -> str:
    """The path of this request as browsers know it, with the prefix that the portal is mounted under."""
    return request.script_root + quote(request.path)


def this_address() -> str:
    """The same with its query."""
    if "this_address" not in g:  # each row of a list leads back to it
        query = quote(request.query_string, safe=punctuation)
        g.this_address = f"{this_path()}?{query}" if query else this_path()
    address: str = g.this_address
    return address


def local_path(target: str | None) -> str | None:
    """A path of this portal, or None for what a browser could take for another site, or for what leaves its prefix."""
    given = target or ""
    decoded = unquote(unquote(given))
    top = f"{request.script_root}/"
    is_local = all(path.startswith(top) and not path.startswith("//") for path in (given, decoded))
    stays = not request.script_root or ".." not in decoded.partition("?")[0].split("/")
    return given if is_local and stays and decoded.isprintable() and "\\" not in decoded else None


def next_page(otherwise: str) -> str:
    """Return the path that the form of this request names as the next one, else the address of this endpoint."""
    return local_path(request.form.get("next")) or url_for(otherwise)


def with_parameter(target: str, name: str, value: str) -> str:
    """An address with one parameter more."""
    parts = urlsplit(target)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode({name: value}))))).geturl()
