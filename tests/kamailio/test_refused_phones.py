"""The last refusals of phones: kept in a bounded form, alike ones as one, whatever strangers send."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.events.refusals import OF_CALLS, OF_REGISTRATIONS, AttemptKind, Refusal, RefusalReason
from sipsorcery_web.kamailio.config import kamailio_config
from sipsorcery_web.kamailio.refused_phones import KEPT_FOR, MOST, KeptRefusals, RefusedPhones
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.refused_phones import RefusedPhoneRow
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.revisions import raised
from tests.statements import counted_statements

HERS, HIS = f"sip:alice@{DOMAIN}", f"sip:bobby@{DOMAIN}"


@pytest.fixture
def service(store: Database, keyring: Keyring, passwords: Passwords, clock: Clock) -> ServiceFixture:
    with store.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    policy = NewAccounts("open", chosen=True)
    parts = ServiceContext(database=store, keyring=keyring, passwords=passwords, clock=clock, new_accounts=policy)
    fixture = ServiceFixture(Service(parts))
    assert fixture.alice
    assert fixture.bob
    return fixture


def account_of(uri: str) -> tuple[str, str] | None:
    name, at, domain = uri.removeprefix("sip:").partition("@")
    return (name.lower(), domain) if at else None


@pytest.fixture
def phones(store: Database, service: ServiceFixture, clock: Clock) -> RefusedPhones:
    return RefusedPhones(store, clock, account_of, most_waiting=50)


@pytest.fixture
def kept(store: Database, clock: Clock) -> KeptRefusals:
    return KeptRefusals(store, clock)


@pytest.fixture
def hers(service: ServiceFixture) -> UUID:
    return service.alice.sip_accounts.page()[0].id


def refusal(clock: Clock, account: str = HERS, address: str = "203.0.113.41", **more: object) -> Refusal:
    facts = {"kind": AttemptKind.REGISTRATION, "reason": RefusalReason.WRONG_PASSWORD, "agent": "Linphone"}
    facts["call_id"] = "one"
    return Refusal(time=clock(), account=account, address=address, **(facts | more))  # type: ignore[arg-type]


def rows(store: Database) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(RefusedPhoneRow)) or 0


def test_refusals_that_are_alike_are_one_with_their_number(
    phones: RefusedPhones, kept: KeptRefusals, hers: UUID, clock: Clock
) -> None:
    began = clock()
    phones.note(refusal(clock))
    clock.pass_(minutes=1)
    phones.note(refusal(clock, agent="Zoiper"))
    phones.write()
    clock.pass_(minutes=1)
    phones.note(refusal(clock, agent="Snom", call_id="two"))
    phones.write()

    (found,) = kept.of_accounts([hers])[hers]
    assert (found.times, found.agent, found.call_id) == (3, "Snom", "two")
    assert (found.first_at, found.last_at) == (began, clock())
    assert (found.kind, found.reason, found.address) == ("registration", "wrong password", "203.0.113.41")


def test_each_account_has_its_own_the_last_first_and_five_at_most(
    phones: RefusedPhones, kept: KeptRefusals, service: ServiceFixture, hers: UUID, clock: Clock
) -> None:
    his = service.bob.sip_accounts.page()[0].id
    phones.note(refusal(clock, HIS.replace("bobby", "BOBBY")))
    for number in range(MOST + 3):
        clock.pass_(seconds=1)
        phones.note(refusal(clock, address=f"203.0.113.{number}"))
        if number % 2:
            phones.write()
    phones.write()

    found = kept.of_accounts([hers, his])
    assert [each.address for each in found[hers]] == [f"203.0.113.{number}" for number in range(7, 2, -1)]
    assert [each.address for each in found[his]] == ["203.0.113.41"]


def test_the_refusals_of_any_number_of_accounts_are_one_statement(
    kept: KeptRefusals, hers: UUID, store: Database
) -> None:
    with counted_statements() as statements:
        kept.of_accounts([hers, *(UUID(int=number) for number in range(99))])
    assert len(statements) == 1


def test_a_name_that_no_account_has_leaves_nothing(phones: RefusedPhones, store: Database, clock: Clock) -> None:
    phones.note(refusal(clock, f"sip:alicf@{DOMAIN}"))
    phones.note(refusal(clock, "sip:alice@example.org"))
    phones.note(refusal(clock, "tel:+15550100"))
    phones.write()

    assert rows(store) == 0


def test_a_flood_fills_nothing(
    phones: RefusedPhones, kept: KeptRefusals, hers: UUID, store: Database, clock: Clock
) -> None:
    phones.note(refusal(clock, address="198.51.100.1"))
    for number in range(5_000):
        phones.note(refusal(clock, f"sip:stranger-{number}@{DOMAIN}", address="203.0.113.66"))
        phones.note(refusal(clock, address=f"203.0.113.{number % 250}", agent=f"Guesser {number}"))

    with counted_statements() as statements:
        phones.write()
    assert len(statements) <= 20
    assert rows(store) == MOST
    assert sum(each.times for each in kept.of_accounts([hers])[hers]) <= 5_000


def test_refusals_go_after_30_days(
    phones: RefusedPhones, kept: KeptRefusals, hers: UUID, store: Database, clock: Clock
) -> None:
    phones.note(refusal(clock))
    phones.write()
    clock.now += KEPT_FOR + timedelta(seconds=1)
    assert kept.of_accounts([hers]) == {}

    phones.note(refusal(clock, HIS))
    phones.write()
    assert rows(store) == 1


def test_they_go_with_their_account(
    phones: RefusedPhones, service: ServiceFixture, hers: UUID, store: Database, clock: Clock
) -> None:
    phones.note(refusal(clock))
    phones.write()
    service.alice.sip_accounts.delete(service.alice.sip_accounts.page()[0])

    assert rows(store) == 0


def test_a_refusal_raises_the_revision_of_the_owner_and_of_nobody_else(
    phones: RefusedPhones, store: Database, clock: Clock
) -> None:
    with raised(store) as scopes:
        phones.note(refusal(clock))
        phones.write()
    assert scopes == {"*", "owner:alice"}
    with raised(store) as scopes:
        phones.note(refusal(clock))
        phones.write()
    assert scopes == {"*", "owner:alice"}


def test_what_waits_at_the_end_is_written(phones: RefusedPhones, kept: KeptRefusals, hers: UUID, clock: Clock) -> None:
    phones.start()
    phones.note(refusal(clock))
    phones.stop()

    assert len(kept.of_accounts([hers])[hers]) == 1


def test_a_store_that_is_away_ends_nothing(
    clock: Clock, caplog: pytest.LogCaptureFixture, phones: RefusedPhones, store: Database
) -> None:
    class Away:
        def write(self) -> None:
            raise OSError("away")

    broken = RefusedPhones(Away(), clock, account_of)  # type: ignore[arg-type]
    broken.note(refusal(clock))
    broken.start()
    broken.stop()

    assert "Refusals of phones could not be kept." in caplog.text


def test_kamailio_refuses_in_these_words(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, domain=DOMAIN, sip_host=HOME)
    text = kamailio_config(settings, [DOMAIN]).text

    for phrase in {*OF_REGISTRATIONS, *OF_CALLS}:
        assert f'"{phrase}"' in text, phrase
