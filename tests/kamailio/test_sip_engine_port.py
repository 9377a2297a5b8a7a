"""The engine as the portal has it: its verbs, its errors, and where phones find it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask

from sipsorcery_web import create_app
from sipsorcery_web.contract.sip_engine import PhoneServer, SIPEngineControls, SIPEngineUnavailable
from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from sipsorcery_web.kamailio.assembly import phone_server
from sipsorcery_web.kamailio.control import Control
from sipsorcery_web.kamailio.rpc import KamailioAbsent, KamailioError, KamailioRefusal, Rpc
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from sipsorcery_web.settings import Settings

THING = UUID(int=5)


@dataclass
class FailingRpc:
    """An engine that fails at whatever it is told."""

    error: KamailioError

    def call(self, method: str, *parameters: object) -> Any:
        raise self.error


def controls_over(database: Database | None, error: KamailioError) -> SIPEngineControls:
    return Control(cast(Database, database), cast(Rpc, FailingRpc(error)), lambda: datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "error", [KamailioAbsent("Nothing answers."), KamailioRefusal(400, "Bad params")], ids=["absent", "refusing"]
)
def test_an_engine_that_fails_is_unavailable_to_the_portal(error: KamailioError) -> None:
    with pytest.raises(SIPEngineUnavailable, match=str(error)):
        controls_over(None, error).version()
    with pytest.raises(SIPEngineUnavailable, match=str(error)):
        controls_over(None, error).register_now(THING)


def test_a_verb_for_what_has_gone_answers_so_without_asking_the_engine(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(database)
    controls = controls_over(database, KamailioAbsent("Nothing answers."))

    assert controls.hang_up(THING) is False
    assert controls.remove_binding(THING) is False
    database.close()


def test_what_the_engine_can_use_of_an_expression_is_told_without_asking_it() -> None:
    controls = controls_over(None, KamailioAbsent("Nothing answers."))
    assert controls.trusted_networks(r"^203\.0\.113\.41:") == ["203.0.113.41/32"]
    assert controls.trusted_networks("[") is None
    assert controls.trusted_networks(None) == []


def test_phones_are_told_the_address_and_tls_with_a_certificate_only() -> None:
    settings = Settings(domain="sip.example.org", sip_host="2001:db8::5", sip_port=5080, media=False)
    assert phone_server(settings) == PhoneServer(
        "sip.example.org", "[2001:db8::5]", 5080, None, ("UDP", "TCP"), "MD5", 10
    )
    secure = phone_server(replace(settings, sip_certificate="certificate.pem", sip_tls_port=5081))
    assert (secure.tls_port, secure.transports) == (5081, ("UDP", "TCP", "TLS"))


def test_behind_nat_phones_are_told_the_address_of_the_outside() -> None:
    settings = Settings(sip_host="10.0.0.5", sip_advertise="203.0.113.5")
    assert phone_server(settings).host == "203.0.113.5"


def test_the_portal_has_an_engine_where_the_settings_name_one(tmp_path: Path) -> None:
    def engine_of(**settings: Any) -> SIPEngine | None:
        app: Flask = create_app(Settings(data_dir=tmp_path, **settings))
        engine: SIPEngine | None = parts_of(app).get(SIPEngine)
        app.extensions["database"].close()
        return engine

    assert engine_of() is None
    engine = engine_of(sip_host="127.0.0.1")
    assert engine is not None
    assert engine.server.host == "127.0.0.1"
