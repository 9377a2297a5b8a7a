"""alice's webhooks over a service with its outbox, and the queue that delivers, with a clock that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from sipsorcery_web.database.connection import Database
from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.jobs.queue import JobQueue
from sipsorcery_web.jobs.runner import JobRunner
from sipsorcery_web.network.checked_requests import CheckedRequests
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.store.domain_events import DomainEventKind
from sipsorcery_web.webhooks.addresses import Addresses
from sipsorcery_web.webhooks.delivery import Delivery
from sipsorcery_web.webhooks.distribution import WEBHOOK, Distribution
from sipsorcery_web.webhooks.keeping import Message, Webhook, WebhookKeeping
from sipsorcery_web.webhooks.outbox import Outbox
from sipsorcery_web.webhooks.posting import Poster
from tests.conftest import Clock, ServiceFixture
from tests.database.conftest import postgres_url
from tests.factories import DOMAIN
from tests.service.conftest import busy_database

from .receiver import HOST, Receiver, at_work

__all__ = ["busy_database", "postgres_url"]

ALL_KINDS = list(DomainEventKind)


@dataclass
class PostRoom:
    """All that there is between a change and the program that is told of it."""

    context: ServiceContext
    clock: Clock
    queue: JobQueue
    keeping: WebhookKeeping
    distribution: Distribution
    runner: JobRunner
    customers: ServiceFixture

    def add(self, receiver: Receiver, owner: str = "alice", kinds: list[str] | None = None) -> tuple[Webhook, str]:
        """A webhook that posts to a receiver, and its secret; its owner is a customer from now on."""
        self.customers.someone(owner)
        return self.keeping.add(owner, receiver.url, kinds or [*ALL_KINDS])

    def deliver(self) -> int:
        """Hand over and post what is due, and return how many messages were tried."""
        self.distribution.distribute()
        tried = 0
        while self.runner.run_due():
            tried += 1
        return tried

    def messages(self, hook: Webhook, owner: str = "alice") -> list[Message]:
        """The messages of a webhook, the newest first."""
        return list(self.keeping.messages(owner, hook.id))

    def hook(self, id: UUID, owner: str = "alice") -> Webhook:
        return self.keeping.one(owner, id)


@pytest.fixture
def room(service_context: ServiceContext, clock: Clock) -> PostRoom:
    return room_of(service_context, clock)


@pytest.fixture
def busy_room(busy_database: Database, service_context: ServiceContext, clock: Clock) -> PostRoom:
    """The same over a store that several threads use at once."""
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, clock())
    return room_of(replace(service_context, database=busy_database), clock)


def room_of(service_context: ServiceContext, clock: Clock) -> PostRoom:
    """Return all that is between a change and a program, over a service."""
    database, keyring = service_context.database, service_context.keyring
    context = replace(service_context, outbox=Outbox(keyring))
    queue = JobQueue(database, keyring, clock)
    requests = CheckedRequests(lambda name: [HOST], lambda address: str(address) == HOST)
    addresses = Addresses(ContactPolicy(allows_private=True))
    poster = Poster(addresses, requests)
    delivery = Delivery(database, keyring, queue, poster, clock)
    return PostRoom(
        context,
        clock,
        queue,
        WebhookKeeping(database, keyring, addresses, clock),
        Distribution(database, queue, clock),
        JobRunner(queue, {WEBHOOK: delivery.send_job}),
        ServiceFixture(Service(context)),
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with at_work(Receiver()) as receiver:
        yield receiver
