"""A whole portal in front of its own service, and browsers to use it with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from sipsorcery_web.portal import engine as portal_engine
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.provisioning.genuine import STORES, GenuineService

from .browser import SECRETS, Browser
from .engines import FakeEngine
from .genuine import Front
from .house import House, Houses

HouseWith = Callable[..., House]


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Houses:
    return Houses(tmp_path_factory.mktemp("houses"), passwords)


@pytest.fixture
def house_with(houses: Houses, caplog: pytest.LogCaptureFixture) -> Iterator[HouseWith]:
    """A house with these settings, as new; when the test is over, its log must hold no secret."""
    used: list[House] = []

    def house_with(cast: bool = True, **settings: object) -> House:
        used.append(houses(cast, **({"new_accounts": NewAccounts("open", chosen=True)} | settings)))
        return used[-1]

    caplog.set_level("INFO", logger="sipsorcery_web")
    yield house_with
    secrets = [*SECRETS, *(token for house in used for token in house.watched.tokens)]
    assert not [secret for secret in secrets if secret in caplog.text], "a secret stands in the log"


@pytest.fixture
def house(house_with: HouseWith) -> House:
    """A house that takes new customers."""
    return house_with()


@pytest.fixture
def engine(house: House) -> Iterator[FakeEngine]:
    """A SIP engine of the house, for as long as the test lasts."""
    house.app.extensions[portal_engine.EXTENSION] = engine = FakeEngine()
    yield engine
    house.app.extensions[portal_engine.EXTENSION] = None


@pytest.fixture
def empty_house(house_with: HouseWith) -> House:
    """A house in which nobody lives yet."""
    return house_with(cast=False)


@pytest.fixture
def browser(house: House) -> Browser:
    """A browser that nobody has used."""
    return house.browser()


@pytest.fixture
def alice(house: House) -> Browser:
    """The browser of alice, who has signed in."""
    return house.signed_in("alice")


@pytest.fixture
def bob(house: House) -> Browser:
    """The browser of bob, who has signed in."""
    return house.signed_in("bobby")


@pytest.fixture
def administrator(house: House) -> Browser:
    """The browser of the administrator, who has signed in."""
    return house.signed_in("root-admin")


@pytest.fixture(scope="session")
def genuine_services() -> Iterator[Mapping[str, GenuineService]]:
    """Stand-ins for the original service, by the name of the store."""
    with ExitStack() as stack:
        services = {name: GenuineService(store()) for name, store in STORES.items()}
        for service in services.values():
            stack.callback(service.close)
        yield services


def _front(house_with: HouseWith, service: GenuineService) -> Front:
    service.clear()
    return Front(house_with(cast=False, provisioning_url=service.url), service)


@pytest.fixture(params=STORES)
def front(
    request: pytest.FixtureRequest, house_with: HouseWith, genuine_services: Mapping[str, GenuineService]
) -> Front:
    """A portal in front of the original service, over one store and then the other."""
    return _front(house_with, genuine_services[request.param])


@pytest.fixture
def mysql_front(house_with: HouseWith, genuine_services: Mapping[str, GenuineService]) -> Front:
    """A portal in front of the original service over MySQL."""
    return _front(house_with, genuine_services["mysql"])


@pytest.fixture
def file_front(house_with: HouseWith, genuine_services: Mapping[str, GenuineService]) -> Front:
    """A portal in front of the original service over its file store."""
    return _front(house_with, genuine_services["file"])
