"""A property: whatever happens, neither a look that is answered by 304 nor a page that was kept hides what a full
reading would show.
"""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from sipsorcery_web.service.store.models import (
    CustomerRow,
    SIPAccountRow,
    SIPDialogueRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)

from ..app_harness import ADMINISTRATOR, AppHarness
from ..browser import Browser
from .conftest import look
from .test_views import LIVE

WATCHERS = ("alice", "bobby", ADMINISTRATOR)
PATHS = (*LIVE, "/sip-accounts?q=line", "/registrations?size=1&page=2", "/calls?q=9")
STEPS = 60


class World:
    """Things that happen to alice, bob and their records, by chance."""

    def __init__(self, harness: AppHarness, chance: random.Random) -> None:
        self.harness, self.chance, self.count = harness, chance, 0

    def step(self) -> None:
        """Let one thing happen, or nothing but time."""
        acts: tuple[Callable[[], object], ...] = (
            self.pass_time,
            self.add_account,
            self.change_account,
            self.delete_one,
            self.register_phone,
            self.renew_or_change_phone,
            self.add_provider,
            self.change_registration,
            self.call,
            self.change_call,
            self.hand_over,
            self.take_back,
        )
        self.chance.choice(acts)()

    @property
    def owner(self) -> str:
        return self.chance.choice(WATCHERS)

    @property
    def name(self) -> str:
        self.count += 1
        return f"line-{self.count:05}"

    def pass_time(self) -> None:
        self.harness.clock.pass_(seconds=self.chance.choice((0.5, 1, 3, 20, 59, 61)))

    def add_account(self) -> None:
        self.harness.account(self.owner, self.name)

    def change_account(self) -> None:
        values = self.chance.choice(
            ({"is_incoming_only": True}, {"is_user_disabled": True}, {"out_dial_plan_name": self.name})
        )
        self.change(SIPAccountRow, **values)

    def delete_one(self) -> None:
        kind = self.chance.choice((SIPAccountRow, SIPProviderRow, SIPRegistrarBindingRow, SIPDialogueRow))
        with self.harness.database.write() as session:
            if ids := session.scalars(select(kind.id)).all():
                session.execute(delete(kind).where(kind.id == self.chance.choice(ids)))

    def register_phone(self) -> None:
        with self.harness.database.read() as session:
            accounts = session.scalars(select(SIPAccountRow)).all()
        if accounts:
            self.harness.bind(self.chance.choice(accounts), expiry=self.chance.choice((30, 600, 3600)))  # type: ignore[arg-type]

    def renew_or_change_phone(self) -> None:
        now = self.harness.clock()
        more = self.chance.choice(({}, {"user_agent": self.name}, {"expiry": 120}))
        self.change(SIPRegistrarBindingRow, last_update=now, expiry_time=now + timedelta(hours=1), **more)
        if not more:
            self.harness.clock.pass_(seconds=60)  # a mere renewal is told within a minute

    def add_provider(self) -> None:
        contact = {"register_enabled": True, "register_contact": "sip:alice@sip.example.org"}
        self.harness.provider(self.owner, self.name, **self.chance.choice(({}, contact)))

    def change_registration(self) -> None:
        values = self.chance.choice(
            ({"is_registered": True}, {"registration_failure_message": "403 Forbidden", "is_registered": False})
        )
        self.change(SIPProviderBindingRow, last_register_attempt=self.harness.clock(), **values)

    def call(self) -> None:
        ago = timedelta(seconds=self.chance.choice((0, 50, 3590)))
        self.harness.call(self.owner, inserted=self.harness.clock() - ago)

    def change_call(self) -> None:
        self.change(SIPDialogueRow, remote_target=f"sip:{self.name}@example.org")

    def hand_over(self) -> None:
        """Make somebody's record a member's, and somebody the administrator of members."""
        self.change(SIPAccountRow, admin_member_id=self.chance.choice(("partner", None)))
        with self.harness.database.write() as session:
            named = CustomerRow.customer_username == self.chance.choice(("alice", "bobby"))
            session.execute(update(CustomerRow).where(named).values(admin_id=self.chance.choice(("partner", None))))

    def take_back(self) -> None:
        with self.harness.database.write() as session:
            session.execute(delete(SIPAccountRow))
            session.rollback()

    def change(self, kind: Any, **values: Any) -> None:
        with self.harness.database.write() as session:
            if ids := session.scalars(select(kind.id)).all():
                session.execute(update(kind).where(kind.id == self.chance.choice(ids)).values(**values))


class Watching:
    """Windows of all customers that show lists, each as it was last told."""

    def __init__(self, harness: AppHarness) -> None:
        self.harness = harness
        self.browsers = {name: harness.signed_in(name) for name in WATCHERS}
        self.shown = {(name, path): look(self.browsers[name], path) for name in WATCHERS for path in PATHS}
        self.unread = self.changed = 0

    def check(self, name: str, path: str) -> None:
        """Look again, and read the list too where the look did not."""
        browser, before = self.browsers[name], self.shown[name, path]
        self.harness.forget_calls()
        after = look(browser, path, before.etag, before.stamp)
        was_read = bool(self.harness.calls)
        if after.status == 200:
            self.changed += 1
            self.shown[name, path] = after
        elif was_read:
            self.shown[name, path] = after
        else:
            self.unread += 1
            assert look(browser, path).etag == before.etag, f"a change of {path} was hidden from {name}"

    def check_page(self, name: str, path: str) -> None:
        """Open the page, and read it anew where it was kept."""
        browser = self.browsers[name]
        self.harness.forget_calls()
        shown = main_of(browser, path)
        if self.harness.calls:
            self.changed += 1
        else:
            self.unread += 1
            assert shown == main_of(browser, path, **{"Cache-Control": "no-cache"}), f"{name} was given an old {path}"


def main_of(browser: Browser, path: str, **headers: str) -> str:
    """Return what a page shows inside its frame, without what differs each time."""
    text = browser.raw("GET", path, headers=headers).text
    return re.sub(
        r'value="[\w=-]{150,}"|data-live-stamp="[^"]*"', "", text[text.index("<main") : text.index("</main>")]
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("check", [Watching.check, Watching.check_page], ids=["a 304", "a kept page"])
def test_no_change_is_hidden(harness: AppHarness, check: Callable[[Watching, str, str], None], seed: int) -> None:
    chance = random.Random(seed)
    world, watching = World(harness, chance), Watching(harness)
    windows = list(watching.shown)
    for _ in range(STEPS):
        world.step()
        for name, path in chance.sample(windows, 4):
            check(watching, name, path)
    for name, path in windows:
        check(watching, name, path)
    assert watching.unread > 20
    assert watching.changed > 20
