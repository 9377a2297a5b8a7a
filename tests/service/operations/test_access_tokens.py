"""Tokens for programs that are made at once, and what is stored of one."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.rules.access_tokens import MOST_TOKENS
from sipsorcery_web.database.connection import Database
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.store.access_tokens import AccessTokenRow
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN

from ..conftest import at_once


def token(clock: Clock, name: str) -> AccessToken:
    return AccessToken(name=name, scopes="accounts:read", ends=clock() + timedelta(days=1))


def test_of_those_who_come_at_once_for_the_last_place_one_gets_it(
    service_context: ServiceContext, busy_database: Database, clock: Clock
) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, clock())
    alice = ServiceFixture(Service(replace(service_context, database=busy_database))).alice
    for number in range(MOST_TOKENS - 1):
        alice.add_access_token(token(clock, f"program {number}"))

    refused = at_once(*[partial(alice.add_access_token, token(clock, f"late {number}")) for number in range(12)])

    assert [str(error)[:19] for error in refused] == ["There are 20 tokens"] * 11
    assert len(alice.access_tokens()) == MOST_TOKENS


def test_what_is_stored_of_a_token_does_not_open_anything(service_fixture: ServiceFixture, clock: Clock) -> None:
    made = service_fixture.alice.add_access_token(token(clock, "office")).token or ""
    with service_fixture.service.context.database.read() as session:
        (row,) = session.scalars(select(AccessTokenRow))
        stored = {str(getattr(row, column.key)) for column in row.__mapper__.columns}

    assert hash_secret(made) in stored
    assert not [text for text in stored if made[5:] in text]
