"""The ports of web servers that customers name."""

PORTS = {"http": 80, "https": 443}
"""By scheme, the port of an address that names none."""


def is_usual_port(port: int) -> bool:
    """Return True for the ports of the web and those that have no service of their own by right."""
    return port in (80, 443) or port >= 1024
