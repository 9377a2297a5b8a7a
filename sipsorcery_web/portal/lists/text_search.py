"""What a find box asks for: a text in any of several properties."""

from sipsorcery_web.contract.filters import Expression, MethodCall, any_of, constant, prop


def text_search(text: str, *names: str) -> Expression | None:
    """Records with the text in one of these properties, in any case; None for no text.

    The service puts both sides into lower case, since languages differ in what that does to letters outside ASCII.
    """
    if not text:
        return None
    wanted = MethodCall(constant(text), "ToLower")
    return any_of(*(prop(name).lower().contains(wanted) for name in names))
