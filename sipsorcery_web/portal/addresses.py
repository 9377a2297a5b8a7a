"""Addresses that come from a request and lead somewhere."""

from urllib.parse import unquote, urlencode, urlsplit


def local_path(target: str | None) -> str | None:
    """A path on this site, or None for anything that a browser could take for another one."""
    given = target or ""
    decoded = unquote(unquote(given))
    is_local = all(path.startswith("/") and not path.startswith("//") for path in (given, decoded))
    return given if is_local and decoded.isprintable() and "\\" not in decoded else None


def with_parameter(target: str, name: str, value: str) -> str:
    """An address with one parameter more."""
    parts = urlsplit(target)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode({name: value}))))).geturl()
