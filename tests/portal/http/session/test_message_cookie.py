"""The cookie of the messages that the next page shows."""

from functools import partial
from typing import Any

import pytest
from flask import flash, get_flashed_messages

from sipsorcery_web.hashes import hash_secret

from .support import Portal, calls_of, set_cookies

MESSAGES = "sipsorcery_messages"
SAVED = ("success", "alice-desk is saved.")


def shown(portal: Portal) -> list[tuple[str, Any]]:
    """Return the messages that a page shows."""
    messages: list[Any] = []
    portal.do(lambda: messages.extend(get_flashed_messages(with_categories=True)))
    return [(category, message) for category, message in messages]


def left(portal: Portal, message: object = SAVED[1], category: str = SAVED[0]) -> str:
    """Leave a message for the next page, and return the cookie that has it; nothing where none is set."""
    return next(iter(set_cookies(portal.do(partial(flash, message, category)))), "")  # type: ignore[arg-type]


def test_a_message_is_shown_once_and_the_session_is_not_written_for_it(portal: Portal) -> None:
    portal.sign_in()
    portal.app.config["ACTIONS"] = {
        "save": partial(flash, SAVED[1], SAVED[0]),
        "show": lambda: get_flashed_messages() == [SAVED[1]] or pytest.fail("The message is not shown."),
    }

    assert calls_of(portal, "/do/save") == ["read"]
    assert calls_of(portal, "/do/show") == ["read"]
    assert shown(portal) == []


def test_what_can_be_undone_passes_through(portal: Portal) -> None:
    portal.sign_in()
    undo = {"words": "alice-desk is deleted.", "id": "3", "until": "2026-03-02T09:10:00Z"}
    left(portal, undo)

    assert shown(portal) == [("success", undo)]


def test_scripts_and_other_sites_do_not_get_the_cookie(portal: Portal) -> None:
    portal.sign_in()

    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"} <= set(left(portal).split("; "))


def test_the_cookie_goes_once_its_messages_are_shown(portal: Portal) -> None:
    portal.sign_in()
    left(portal)

    shown(portal)

    assert portal.browser.get_cookie(MESSAGES) is None


def test_beside_another_session_the_cookie_is_worth_nothing_and_goes(portal: Portal) -> None:
    portal.sign_in()
    left(portal)
    portal.get("/sign-out")
    portal.sign_in()

    assert shown(portal) == []
    assert portal.browser.get_cookie(MESSAGES) is None


@pytest.mark.parametrize("forged", ["x", "W10.x", "W1siaSIsInlvdSBhcmUgaGFja2VkIl1d.AAAA"])
def test_a_message_that_somebody_else_has_written_is_not_shown(portal: Portal, forged: str) -> None:
    portal.sign_in()
    portal.browser.set_cookie(MESSAGES, forged)

    assert shown(portal) == []


def test_messages_that_are_too_long_for_a_cookie_stay_in_the_session(portal: Portal) -> None:
    portal.sign_in()
    long = "Still set to office: " + ", ".join(hash_secret(str(number)) for number in range(100))

    assert left(portal, long) == ""
    assert shown(portal) == [("success", long)]
    assert shown(portal) == []


def test_messages_of_requests_that_show_none_come_together(portal: Portal) -> None:
    portal.sign_in()
    left(portal)
    left(portal, "bob-desk is saved.")

    assert shown(portal) == [SAVED, ("success", "bob-desk is saved.")]


def test_who_only_looks_on_takes_no_message_away(portal: Portal) -> None:
    portal.sign_in()
    left(portal)

    portal.get("/visit")

    assert shown(portal) == [SAVED]
