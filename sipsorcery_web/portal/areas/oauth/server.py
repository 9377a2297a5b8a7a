"""The authorization server behind these pages, which knows programs and consents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from flask import Request

from sipsorcery_web.contract.oauth import Consent, Program, Wanted
from sipsorcery_web.portal.http.parts import part


class AuthorizationServer(Protocol):
    """The verbs of these pages. Every failure is a ProvisioningError, or a WrongRequest where it says so."""

    def programs(self, owner: str) -> Sequence[Program]:
        """Return a customer's programs by name."""

    def add_program(self, wanted: Program, address: str) -> Program:
        """Register a program, and tell its secret where it has one."""

    def renew_secret(self, owner: str, program_id: UUID, address: str) -> Program:
        """Give a program another secret, and tell it."""

    def delete_program(self, owner: str, program_id: UUID, address: str) -> None:
        """Delete a program with all that customers allowed it."""

    def consents(self, owner: str) -> Sequence[Consent]:
        """Return what programs may do for a customer now."""

    def withdraw(self, owner: str, consent_id: UUID, address: str) -> None:
        """End a customer's consent with all tokens."""

    def wanted(self, request: Request) -> Wanted:
        """Return what a program wants that has led a browser here. Raises WrongRequest."""

    def decide(self, request: Request, username: str, address: str, allows: bool) -> str:
        """Return where the browser is sent back to. Raises WrongRequest."""

    def wanted_by_device(self, typed: str, username: str, address: str) -> Wanted | None:
        """Return what the device wants whose code was typed; None for none."""

    def decide_device(self, typed: str, username: str, address: str, allows: bool) -> Wanted | None:
        """Let a device have what it wants, or not, and return that; None for none."""


@dataclass(frozen=True)
class OAuth:
    """The part of an application that has the server."""

    server: AuthorizationServer


def authorization_server() -> AuthorizationServer:
    """Return the server of the application that answers this request."""
    return part(OAuth).server
