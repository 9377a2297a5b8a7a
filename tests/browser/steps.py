"""The steps that a person takes at a page."""

from playwright.sync_api import Dialog, Locator, Page, expect

from tests.factories import PASSWORD, SIP_PASSWORD


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in, and see the list of SIP accounts."""
    page.goto("/login")
    try_to_sign_in(page, username, password)
    expect(heading(page, "SIP accounts")).to_be_visible()


def try_to_sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the form that is on the page, and send it."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """Sign out with the button that this width has."""
    more = page.get_by_text("More", exact=True)
    if more.is_visible():
        more.click()
    page.locator("button:visible", has_text="Sign out").click()
    expect(heading(page, "Sign in")).to_be_visible()


def heading(page: Page, words: str) -> Locator:
    """The title that stands on the page."""
    return page.get_by_role("heading", level=1, name=words)


def fill_in_customer(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill in all fields about a new customer."""
    page.get_by_label("First name").fill("Margaret")
    page.get_by_label("Last name").fill("Example")
    page.get_by_label("E-mail address").fill(f"{username}@example.org")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Retype password").fill(password)
    page.get_by_label("Security answer").fill("teal")
    page.get_by_label("City").fill("Galway")
    page.get_by_label("Country").select_option("Ireland")


def add_account(page: Page, name: str, password: str = SIP_PASSWORD) -> None:
    """Add a SIP account, and see it in the list."""
    page.goto("/sip-accounts/add")
    fill_in_account(page, name, password)
    page.get_by_role("button", name="Add account").click()
    expect(row_of(page, name)).to_be_visible()


def fill_in_account(page: Page, name: str, password: str = SIP_PASSWORD) -> None:
    """The two fields that a new SIP account needs."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(password)


def row_of(page: Page, name: str) -> Locator:
    """An account's row of the list, or its card."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def note(page: Page, words: str) -> Locator:
    """Return the message of the page."""
    return page.locator("[role=status]:not([hidden]), [role=alert]:not([hidden])").filter(has_text=words)


def dismissed_dialogs(page: Page) -> list[str]:
    """Dismiss every dialog from now on; return the list that their types are added to."""
    seen: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        seen.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return seen
