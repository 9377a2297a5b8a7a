"""The SIP engine as the portal knows it: what it can be asked to do, where phones find it, and whether it answers.

Without an engine nothing of this stands in the pages, and its addresses are not there.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask, abort, current_app, flash, redirect
from werkzeug.wrappers import Response

from sipsorcery_web.contract.sip_engine import PhoneServer, SIPEngineControls, SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallMaker

from .backend import current_login
from .parts import add_part, find_part
from .ttl_cache import TTLCache
from .urls import next_page

log = logging.getLogger(__name__)

AWAY = "The SIP engine does not answer. Nothing was changed."


@dataclass(frozen=True)
class SIPEngineStatus:
    """The state of the SIP engine."""

    answers: bool
    version: str = ""
    has_call_control: bool = False
    """Whether calls of accounts with dial plans follow them now, in place of being refused."""
    checked: datetime = field(default_factory=lambda: datetime.now(UTC))


class SIPEngine:
    """The engine of this portal."""

    def __init__(self, controls: SIPEngineControls, server: PhoneServer, call_maker: CallMaker) -> None:
        self.controls = controls
        self.server = server
        self.call_maker = call_maker
        self.status_cache = TTLCache(self._ask)

    @property
    def status(self) -> SIPEngineStatus:
        """Return the state of the engine, at most a few seconds old."""
        return self.status_cache.now()

    def _ask(self) -> SIPEngineStatus:
        try:
            return SIPEngineStatus(True, self.controls.version(), self.controls.has_call_control())
        except SIPEngineUnavailable as error:
            log.warning("The SIP engine does not answer: %s", error)
            return SIPEngineStatus(False)


def init_app(app: Flask, sip_engine: SIPEngine | None) -> None:
    """Give the portal its engine, if there is one."""
    if sip_engine is not None:
        add_part(app, sip_engine)
    app.add_template_global(current_sip_engine)
    app.add_template_global(may_act)


def current_sip_engine() -> SIPEngine | None:
    """The engine of the application that answers this request."""
    return find_part(SIPEngine)


def require_sip_engine() -> SIPEngine:
    """The engine; where there is none, neither is this address."""
    return current_sip_engine() or abort(404)


def may_act(record: Any) -> bool:
    """Return True when the visitor may have the engine act on a record.

    Its owner, and the administrator of all customers.

    Others who see it may only look.
    """
    here = current_login()
    return here.is_administrator or record.owner == here.username


def answer_command(act: Callable[[], bool], done: str, gone: str, otherwise: str = ".index") -> Response:
    """Run a command of the engine, flash its outcome, and redirect to the page with the button, if it is named."""
    try:
        is_done = act()
    except SIPEngineUnavailable as error:
        current_app.logger.warning("The SIP engine did not act: %s", error)
        flash(AWAY, "error")
    else:
        flash(done if is_done else gone, "success" if is_done else "warning")
    return redirect(next_page(otherwise), 303)
