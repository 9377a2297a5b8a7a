"""`engine …`: Kamailio and rtpengine."""

from typing import TYPE_CHECKING

import click
from flask import current_app

from ..settings import SettingError
from .group import OperatorsGroup

if TYPE_CHECKING:
    from ..kamailio.assembly import KamailioEngine

NO_ENGINE = "There is no SIP engine. SIPSORCERY_SIP_HOST says where there should be one."

engine = OperatorsGroup("engine", help="The SIP engine.")


@engine.command("config")
def config() -> None:
    """Write Kamailio's configuration, and say where; for an engine that something else runs."""
    click.echo(_kamailio().config().write())


@engine.command("run")
def run() -> None:
    """Go on as Kamailio, beside a portal that runs already; for systemd and the like."""
    try:
        _kamailio().launch().become_kamailio()
    except SettingError as error:
        raise click.ClickException(f"The SIP engine does not start: {error}") from error


@engine.command("media")
def media() -> None:
    """Go on as rtpengine, which carries sound through NAT, beside the engine; for systemd and the like."""
    try:
        _kamailio().media_launch().become_rtpengine()
    except SettingError as error:
        raise click.ClickException(f"The media relay does not start: {error}") from error


def _kamailio() -> "KamailioEngine":
    kamailio: KamailioEngine | None = current_app.extensions["kamailio"]
    if kamailio is None:
        raise click.ClickException(NO_ENGINE)
    return kamailio
