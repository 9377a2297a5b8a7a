"""The engine as the portal has it: its verbs, its errors, and where phones find it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask

from sipsorcery_web import create_app
from sipsorcery_web.engine_controls import Controls, phone_server
from sipsorcery_web.kamailio.control import Control
from sipsorcery_web.kamailio.rpc import KamailioAbsent, KamailioRefusal
from sipsorcery_web.portal.http.sip_engine import EXTENSION, PhoneServer, SIPEngine, SIPEngineUnavailable
from sipsorcery_web.settings import Settings

THING = UUID(int=5)


class Told:
    """A control that answers every verb alike, or fails."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked: list[UUID] = []

    def _tell(self, *things: UUID) -> Any:
        self.asked.extend(things)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    hang_up = remove_binding = register_now = version = _tell


def controls_over(told: Told) -> Controls:
    return Controls(cast(Control, told))


VERBS: tuple[Callable[[Controls], object], ...] = (
    lambda controls: controls.hang_up(THING),
    lambda controls: controls.remove_binding(THING),
    lambda controls: controls.register_now(THING),
)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("answer", [True, False])
def test_a_verb_answers_what_the_engine_answers(verb: Callable[[Controls], object], answer: bool) -> None:
    told = Told(answer)
    assert verb(controls_over(told)) is answer
    assert told.asked == [THING]


@pytest.mark.parametrize("verb", [*VERBS, lambda controls: controls.version()])
@pytest.mark.parametrize(
    "error", [KamailioAbsent("Nothing answers."), KamailioRefusal(400, "Bad params")], ids=["absent", "refusing"]
)
def test_an_engine_that_fails_is_unavailable_to_the_portal(
    verb: Callable[[Controls], object], error: Exception
) -> None:
    with pytest.raises(SIPEngineUnavailable, match=str(error)):
        verb(controls_over(Told(error)))


def test_what_the_engine_can_use_of_an_expression_is_told_without_asking_it() -> None:
    controls = controls_over(Told(KamailioAbsent()))
    assert controls.trusted_networks(r"^203\.0\.113\.41:") == ["203.0.113.41/32"]
    assert controls.trusted_networks("[") is None
    assert controls.trusted_networks(None) == []


def test_phones_are_told_the_address_and_tls_with_a_certificate_only() -> None:
    settings = Settings(domain="sip.example.org", sip_host="2001:db8::5", sip_port=5080)
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
        engine: SIPEngine | None = app.extensions[EXTENSION]
        app.extensions["database"].close()
        return engine

    assert engine_of() is None
    engine = engine_of(sip_host="127.0.0.1")
    assert engine is not None
    assert engine.server.host == "127.0.0.1"
