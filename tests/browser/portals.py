"""Real portals: `python app.py` as processes of their own, in front of their own service or of another process's."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from argon2 import PasswordHasher

from sipsorcery_web.contract.names import ENDPOINT_PATH
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.http.recent_proof import HOLDS_FOR
from sipsorcery_web.portal.storage.session_contents import SessionContents
from sipsorcery_web.portal.storage.sessions import SessionRecord, SqlSessions, StoredSession
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import SIPRegistrarBindingRow
from sipsorcery_web.settings import NewAccounts
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.factories.rows import binding_of
from tests.provisioning.genuine import STORES, GenuineService
from tests.running import free_port
from tests.shared_cache import share

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
SET_UP_LINK = re.compile(r"http://\S+/setup/[\w-]{43}")
NEVER_LOGGED = re.compile(rf"/(?:setup|login/reset|login/confirm|shared)/[\w-]{{43}}|\b[0-9A-Fa-f]{{96}}\b|{PASSWORD}")

BACKEND = os.environ.get("SIPSORCERY_TEST_BACKEND", "")
if BACKEND not in ("", "soap"):
    raise ValueError(f"SIPSORCERY_TEST_BACKEND is soap or not set, not {BACKEND}.")
OVER_SOAP = BACKEND == "soap"
"""Whether every portal of this run has its service in another process."""
NO_SET_UP = "the set-up is off in front of another service"
NO_ENGINE = "a SIP engine needs the service in the same process"


class Server:
    """`python app.py` with its data in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.settings = settings
        self.said = ""
        self._process: subprocess.Popen[str] | None = None
        self._builds_no_image: int | None = _held(self.folder / "instance" / "plans")
        share(self.folder / "instance")

    @property
    def address(self) -> str:
        return f"http://{HOME}:{self.port}"

    @property
    def service_address(self) -> str:
        return self.address + ENDPOINT_PATH

    @property
    def log(self) -> str:
        """Return the log on standard error."""
        return (self.folder / "log").read_text("utf-8")

    @property
    def set_up_link(self) -> str:
        """The link that it printed."""
        self._read_until("/setup/")
        links: list[str] = SET_UP_LINK.findall(self.said)
        return links[-1]

    def start(self) -> None:
        """Run it, and wait until it serves."""
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=TOP,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.said = ""
        self._read_until("SIPSorcery Web: ")

    def stop(self) -> None:
        """End it as an operator would; it has to end in time and without an error."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with process:
            process.terminate()
            try:
                process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert process.returncode == 0, self.log
        assert not NEVER_LOGGED.search(self.log), "a secret stands in the log"
        assert "Traceback" not in self.log, self.log

    def let_image_be_built(self) -> None:
        """Let Ruby be prepared, which takes a minute of a processor where its image is not there already."""
        if self._builds_no_image is not None:
            os.close(self._builds_no_image)
            self._builds_no_image = None

    def command(self, *words: str) -> str:
        """Run `flask --app app …` beside the server and return its output."""
        command = [sys.executable, "-m", "flask", "--app", "app", *words]
        done = subprocess.run(
            command, cwd=TOP, env=self._environment(), capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
        own = {f"SIPSORCERY_{name.upper()}": value for name, value in self.settings.items()}
        return {**rest, "SIPSORCERY_PORT": str(self.port), "SIPSORCERY_DATA_DIR": str(self.folder / "instance"), **own}

    def _read_until(self, words: str) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while words not in self.said:
            line = self._process.stdout.readline()
            assert line, f"it ended: {self.log}"
            self.said += line


def _held(folder: Path) -> int:
    """Hold the lock of a folder for images of Ruby, so that whoever would build one there waits; its descriptor."""
    folder.parent.mkdir(mode=0o700)
    folder.mkdir(mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


class Addressed(Protocol):
    """A server that browsers can talk to."""

    @property
    def address(self) -> str:
        """The address, without a path."""


@dataclass
class Portal:
    """A portal in use: `front` is what browsers talk to, `keeper` has the service.

    They are one unless SOAP is between.
    """

    front: Server
    keeper: Server
    domain: str
    _counts: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.front.address

    @cached_property
    def database(self) -> Database:
        """The keeper's store, for what neither pages nor programs can put there."""
        return open_database(f"sqlite:///{self.keeper.folder / 'instance' / 'sipsorcery.db'}")

    @cached_property
    def channel(self) -> SoapChannel:
        return SoapChannel(self.keeper.service_address, timeout=PATIENCE)

    @cached_property
    def operators(self) -> Operators:
        """The operator's verbs, with hashes that cost little to make and to compare."""
        keyring = Keyring.load(self.keeper.folder / "instance" / "keys")
        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        return Operators(
            ServiceContext(
                database=self.database,
                keyring=keyring,
                passwords=cheap,
                clock=lambda: datetime.now(UTC),
                new_accounts=NewAccounts("open"),
            )
        )

    def new_name(self, name: str) -> str:
        """A name that nobody has yet: this one, with a number from the second time on."""
        count = self._counts[name] = self._counts.get(name, 0) + 1
        return name if count == 1 else f"{name}-{count}"

    def customer(self, name: str, *, administrator: bool = False, **details: Any) -> str:
        """The username of a new customer who is called like this."""
        username = self.new_name(name)
        self.operators.create_customer(person(username, **details), administrator)
        return username

    def program_of(self, username: str, password: str = PASSWORD) -> ProvisioningClient:
        """A customer's own program, signed in at the service over SOAP."""
        token = ProvisioningClient(self.channel, ClientIdentity()).login(username, password)
        assert token, f"{username} could not sign in"
        return ProvisioningClient(self.channel, ClientIdentity(token))

    def accounts_of(self, username: str, password: str = PASSWORD) -> dict[str, SIPAccount]:
        """Return the stored accounts, by name."""
        return {
            account.sip_username or "": account for account in self.program_of(username, password).sip_accounts.page()
        }

    def change_password_elsewhere(self, username: str, new_password: str = PASSWORD) -> None:
        """Ends a customer's sessions in browsers: at the service, without a word to the portal."""
        self.program_of(username).update_customer_password(username, PASSWORD, new_password)

    def let_proofs_grow_old(self, username: str) -> None:
        """Make it ten minutes since a customer's browsers have proven who is there."""
        folder, now = self.front.folder / "instance", datetime.now(UTC)
        with closing(open_database(f"sqlite:///{folder / 'sipsorcery.db'}")) as database:
            sessions = SqlSessions(database, Keyring.load(folder / "keys"))
            sessions.rewrite_others("", username, _proved_long_ago, now)

    def register(self, account: SIPAccount, user_agent: str, socket: str, **more: Any) -> None:
        """A phone's registration, as a registrar would store it."""
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "contact_uri": f"sip:{account.sip_username}@{socket}",
            "proxy_sip_socket": "192.0.2.5:5060",
            "registrar_sip_socket": "192.0.2.5:5061",
            "remote_sip_socket": socket,
            "expiry_time": now + timedelta(hours=1),
            "user_agent": user_agent,
        }
        with self.database.write() as session:
            session.add(SIPRegistrarBindingRow(**binding_of(account, now, **(values | more))))

    def close(self) -> None:
        """Stop the servers and close what was opened beside them."""
        with ExitStack() as stack:
            stack.callback(self.keeper.stop)
            if self.front is not self.keeper:
                stack.callback(self.front.stop)
            if "database" in self.__dict__:
                stack.callback(self.database.close)
            if "channel" in self.__dict__:
                stack.callback(self.channel._transport._pools.clear)


def _proved_long_ago(stored: StoredSession) -> SessionRecord | None:
    contents = SessionContents.from_json(stored.contents)
    if contents.login is None:
        return None
    login = replace(contents.login, proved_at=contents.login.signed_in_at - HOLDS_FOR)
    text = replace(contents, login=login).to_json()
    return SessionRecord(text, stored.username, stored.ends_at, stored.forget_at)


@dataclass
class GenuinePortal:
    """A portal in front of a stand-in for the original service, over SOAP."""

    front: Server
    service: GenuineService

    @property
    def address(self) -> str:
        return self.front.address

    def close(self) -> None:
        """Stop both."""
        try:
            self.front.stop()
        finally:
            self.service.close()


def embedded(folder: Path, domain: str, new_accounts: str = "open", **settings: str) -> Portal:
    """A portal with the service in the same process."""
    server = Server(folder / "portal", domain=domain, new_accounts=new_accounts, **settings)
    server.start()
    return Portal(server, server, domain)


def over_soap(folder: Path, domain: str, new_accounts: str = "open", **settings: str) -> Portal:
    """A portal with these settings in front of a second process that has the service."""
    keeper = Server(folder / "service", domain=domain, new_accounts=new_accounts)
    keeper.start()
    front = Server(folder / "portal", provisioning_url=keeper.service_address, **settings)
    front.start()
    return Portal(front, keeper, domain)


def over_genuine(folder: Path, store: str, **settings: str) -> GenuinePortal:
    """A portal in front of the original service over one of its stores, by the store's name."""
    service = GenuineService(STORES[store]())
    front = Server(folder / "portal", provisioning_url=service.url, **settings)
    front.start()
    return GenuinePortal(front, service)


as_chosen = over_soap if OVER_SOAP else embedded
"""A portal of the kind that this run is about."""


AnyPortal = TypeVar("AnyPortal", Portal, GenuinePortal)


@contextmanager
def in_use(portal: Callable[[], AnyPortal]) -> Iterator[AnyPortal]:
    """A portal that is stopped at the end."""
    made = portal()
    try:
        yield made
    finally:
        made.close()
