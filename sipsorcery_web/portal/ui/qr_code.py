"""QR codes, drawn on the server."""

from markupsafe import Markup


def drawing_of(text: str) -> Markup:
    """Return a text as a QR code: black on white in either theme, since not all apps read others."""
    import segno  # where a code is shown

    code = segno.make(text, micro=False, error="m", boost_error=False)
    return Markup(code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None))  # noqa: S704
