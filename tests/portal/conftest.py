"""A whole portal in front of its own service, and browsers to use it with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from logging import Formatter

import pytest

from sipsorcery_web.portal.areas.cdrs.ladder.traces import CallTraces
from sipsorcery_web.portal.areas.console.reading import Console, OwnEvents
from sipsorcery_web.portal.areas.sip_accounts.refused_phones import RefusedPhones
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from sipsorcery_web.service.dispatch import service_of
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.factories.events import SERVICE, EventsInMemory
from tests.factories.refusals import RefusalsInMemory
from tests.mail.post_office import PostOffice, mail_port, post_office
from tests.provisioning.genuine import STORES, GenuineService

from .app_harness import AppHarness, AppHarnesses
from .browser import SECRETS, Browser
from .fake_sip_engine import FakeEngine
from .genuine import Front

__all__ = ["mail_port", "post_office"]

HarnessWith = Callable[..., AppHarness]


@pytest.fixture(scope="session")
def harnesses(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[AppHarnesses]:
    built = AppHarnesses(tmp_path_factory.mktemp("houses"), passwords)
    yield built
    built.close()


@pytest.fixture
def harness_with(harnesses: AppHarnesses, caplog: pytest.LogCaptureFixture) -> Iterator[HarnessWith]:
    """A house with these settings, as new; when the test is over, its log must hold no secret."""
    used: list[AppHarness] = []

    def harness_with(users: bool = True, **settings: object) -> AppHarness:
        used.append(harnesses(users, **({"new_accounts": NewAccounts("open", chosen=True)} | settings)))
        return used[-1]

    caplog.set_level("INFO", logger="sipsorcery_web")
    yield harness_with
    secrets = [*SECRETS, *(token for harness in used for token in harness.watched.tokens)]
    said = [Formatter().format(record) for phase in ("setup", "call") for record in caplog.get_records(phase)]
    assert not [secret for secret in secrets if secret in "\n".join(said)], "a secret stands in the log"


@pytest.fixture
def harness(harness_with: HarnessWith) -> AppHarness:
    """A house that takes new customers."""
    return harness_with()


@pytest.fixture
def mailing(harness_with: HarnessWith, post_office: PostOffice) -> AppHarness:
    """A house that sends mail, and is known at an address of its own."""
    return harness_with(**post_office.settings)


@pytest.fixture
def sip_engine(harness: AppHarness) -> Iterator[FakeEngine]:
    """A SIP engine of the house, for as long as the test lasts."""
    parts_of(harness.app)[SIPEngine] = sip_engine = FakeEngine()
    service = service_of(harness.app)
    context = service and service.context
    object.__setattr__(context, "sip_engine", sip_engine.controls)
    yield sip_engine
    object.__setattr__(context, "sip_engine", None)
    parts_of(harness.app).pop(SIPEngine, None)


@pytest.fixture
def events(harness: AppHarness) -> Iterator[EventsInMemory]:
    """The events of the console and of calls, which are there for as long as the test lasts."""
    parts, store = parts_of(harness.app), EventsInMemory()
    parts[Console], parts[CallTraces] = Console(OwnEvents(store)), CallTraces(store, [SERVICE])
    yield store
    parts.pop(Console, None)
    parts.pop(CallTraces, None)


@pytest.fixture
def refusals(harness: AppHarness) -> Iterator[RefusalsInMemory]:
    """The refusals of phones, which are there for as long as the test lasts."""
    store = RefusalsInMemory()
    parts_of(harness.app)[RefusedPhones] = RefusedPhones(store.of_accounts)
    yield store
    parts_of(harness.app).pop(RefusedPhones, None)


@pytest.fixture
def empty_harness(harness_with: HarnessWith) -> AppHarness:
    """A house in which nobody lives yet."""
    return harness_with(users=False)


@pytest.fixture
def browser(harness: AppHarness) -> Browser:
    """A browser that nobody has used."""
    return harness.browser()


@pytest.fixture
def alice(harness: AppHarness) -> Browser:
    """The browser of alice, who has signed in."""
    return harness.signed_in("alice")


@pytest.fixture
def bob(harness: AppHarness) -> Browser:
    """The browser of bob, who has signed in."""
    return harness.signed_in("bobby")


@pytest.fixture
def administrator(harness: AppHarness) -> Browser:
    """The browser of the administrator, who has signed in."""
    return harness.signed_in("root-admin")


@pytest.fixture(scope="session")
def genuine_services() -> Iterator[Mapping[str, GenuineService]]:
    """Stand-ins for the original service, by the name of the store."""
    with ExitStack() as stack:
        services = {name: GenuineService(store()) for name, store in STORES.items()}
        for service in services.values():
            stack.callback(service.close)
        yield services


def _front(harness_with: HarnessWith, service: GenuineService) -> Front:
    service.clear()
    return Front(harness_with(users=False, provisioning_url=service.url), service)


@pytest.fixture(params=STORES)
def front(
    request: pytest.FixtureRequest, harness_with: HarnessWith, genuine_services: Mapping[str, GenuineService]
) -> Front:
    """A portal in front of the original service, over one store and then the other."""
    return _front(harness_with, genuine_services[request.param])


@pytest.fixture
def mysql_front(harness_with: HarnessWith, genuine_services: Mapping[str, GenuineService]) -> Front:
    """A portal in front of the original service over MySQL."""
    return _front(harness_with, genuine_services["mysql"])


@pytest.fixture
def file_front(harness_with: HarnessWith, genuine_services: Mapping[str, GenuineService]) -> Front:
    """A portal in front of the original service over its file store."""
    return _front(harness_with, genuine_services["file"])
