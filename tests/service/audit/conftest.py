"""A service whose audit has the file of its chains' ends, over either store."""

from dataclasses import replace
from pathlib import Path

import pytest

from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN


@pytest.fixture
def heads(tmp_path: Path) -> Heads:
    return Heads(tmp_path / "audit-heads")


@pytest.fixture
def audited(service_context: ServiceContext, busy_database: Database, heads: Heads, clock: Clock) -> ServiceFixture:
    """A service over either store, which several threads can really use at once."""
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, clock())
    return ServiceFixture(Service(replace(service_context, database=busy_database, audit_heads=heads)))
