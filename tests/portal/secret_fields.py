"""Fields for secrets: the one for signing in is offered to password managers, any other is guarded from them."""

from lxml import html

FOR_SIGNING_IN = {"password", "proof_password", "old_password", "new_password", "customer_password", "retyped_password"}
OTHER_USERNAMES = {"sip_username", "provider_username", "provider_auth_username"}
IGNORED_BY = {"data-1p-ignore", "data-lpignore", "data-bwignore"}
"""1Password, LastPass and Bitwarden."""


def check_secrets(tree: html.HtmlElement, path: str) -> None:
    """Browsers fill in a saved login though `autocomplete` is off, so that it says something else."""
    for control in tree.xpath("//input[@type='password' or @name='security_answer']"):
        name = control.get("name")
        if name in FOR_SIGNING_IN:
            assert control.get("autocomplete") in ("current-password", "new-password"), f"{path}: {name}"
        else:
            assert control.get("autocomplete") == "new-password", f"{path}: {name} may be filled in"
            assert {*control.attrib} >= IGNORED_BY, f"{path}: managers may fill in {name}"
    for control in tree.xpath("//input"):
        if control.get("name") in OTHER_USERNAMES and control.get("type") != "hidden":
            assert {*control.attrib} >= IGNORED_BY, f"{path}: managers may fill in {control.get('name')}"
