"""The notification service beside the provisioning service, with alice, bob and an administrator, who have signed in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import zeep
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse
from zeep.transports import Transport

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.notifications import NOTIFICATIONS
from sipsorcery_web.events.event import Event
from sipsorcery_web.events.notifications import Notifications
from sipsorcery_web.events.store import SqliteEvents
from sipsorcery_web.events.subscriptions import Subscriptions
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operations.notifications import handlers_of
from sipsorcery_web.service.soap import endpoint
from tests.conftest import ServiceFixture

DESK = "5d1a2f6e-6d3c-4c43-9c68-0e0d6a1c3f5b"
CAST = ("alice", "bobby", "root-admin")
HOST = "http://portal.example.org"
LIMIT = 20_000


@dataclass
class House:
    """Both services in an application without pages, what happens there, and the tokens of the cast."""

    client: FlaskClient
    people: ServiceFixture
    events: SqliteEvents
    subscriptions: Subscriptions
    tokens: dict[str, str]

    def note(self, *events: Event) -> None:
        """Have things happen now."""
        now = self.people.service.context.clock()
        self.events.note(*(replace(each, time=now) for each in events))


class OfTheHouse(Transport):
    """A way of zeep's to an application in the same process."""

    def __init__(self, client: FlaskClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.client = client

    def load(self, url: str) -> bytes:
        content: bytes = self.client.get(url.removeprefix(HOST), base_url=HOST).data
        return content

    def post(self, address: str, message: bytes, headers: Any) -> "Reply":
        return Reply(self.client.post(address.removeprefix(HOST), base_url=HOST, data=message, headers=headers))


class Reply:
    """An answer as zeep wants it."""

    encoding = "utf-8"

    def __init__(self, response: TestResponse) -> None:
        self.status_code, self.content, self.headers = response.status_code, response.data, response.headers


@dataclass
class Program:
    """A program that zeep has made of the published contract; headers are added as that contract has none."""

    service: Any
    token: str
    connection: str = DESK

    def headers(self) -> list[etree._Element]:
        return [envelope.security_header(self.token), envelope.notification_header(self.connection)]

    def call(self, operation: str, *arguments: str) -> Any:
        return getattr(self.service, operation)(*arguments, _soapheaders=self.headers())

    def poll(self) -> dict[str, list[str]]:
        """Return what is new, by the sessions' ids."""
        return {each.Key: each.Value.string for each in self.call("GetNotifications") or []}

    def lines(self) -> list[str]:
        return [text for texts in self.poll().values() for text in texts]

    def subscribe(self, text: str = "event *") -> str:
        """Subscribe, and take the line that tells the filter in force."""
        opened = self.call("Subscribe", "Console", text)
        assert "Filter in force" in self.lines()[0]
        return str(opened)


ProgramOf = Callable[..., Program]


@pytest.fixture
def house(service_context: ServiceContext, tmp_path: Path) -> House:
    clock = service_context.clock
    events, subscriptions = SqliteEvents(tmp_path / "events.db", clock), Subscriptions(tmp_path / "polls.db", clock)
    people = ServiceFixture(Service(replace(service_context, events=events)))
    assert all((people.alice, people.bob, people.administrator))
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LIMIT
    polled = Service(people.service.context, handlers_of(Notifications(events, subscriptions)), NOTIFICATIONS)
    endpoint.mount(app, people.service)
    endpoint.mount(app, polled, endpoint=endpoint.NOTIFICATIONS)
    tokens = {name: people.token_of(name) for name in CAST}
    return House(app.test_client(), people, events, subscriptions, tokens)


@pytest.fixture
def program_of(house: House) -> ProgramOf:
    client = zeep.Client(f"{HOST}{names.NOTIFICATIONS_PATH}?wsdl", transport=OfTheHouse(house.client))

    def program_of(username: str, connection: str = DESK) -> Program:
        return Program(client.service, house.tokens[username], connection)

    return program_of


@pytest.fixture
def alice(program_of: ProgramOf) -> Program:
    return program_of("alice")


@pytest.fixture
def bob(program_of: ProgramOf) -> Program:
    """A program of bob's, which names alice's connection."""
    return program_of("bobby")
