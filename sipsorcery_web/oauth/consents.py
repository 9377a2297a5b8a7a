"""Consents of customers, and the tokens that come of each: one access token at a time, and a chain of refresh tokens.

A refresh token is good once. One that comes back was copied, by whom nobody can tell, and all that came of its consent
ends with it (RFC 9700, section 4.14.2); so it is with an authorization code (RFC 6749, section 4.1.2).
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.oauth import Consent
from sipsorcery_web.contract.rules.access_tokens import LONGEST_LIFE
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.access_tokens import AccessTokenRow
from sipsorcery_web.service.store.oauth import ConsentRow, ProgramRow, RefreshTokenRow

from .programs import record_of
from .work import Work, note_consent

ACCESS_TOKEN_LASTS = timedelta(hours=1)
REFRESH_TOKEN_LASTS = timedelta(days=30)
"""Since it was given: a program that does not come for so long has to ask again."""
CONSENT_LASTS = LONGEST_LIFE
"""However often its program comes: as long as a token that a customer makes."""
CODE_LASTS = timedelta(minutes=1)
"""RFC 6749 has ten minutes as the longest (section 4.1.2); a browser needs a moment."""
MOST_CONSENTS = 100
"""Consents of a customer; a customer's own program could ask for any number, and the first of them give way."""
MOST_USED = 1000
"""Used refresh tokens that are known again of a consent, the newest; its program may ask for any number."""
_REFRESH_PREFIX = "sipr_"


def new_refresh_token() -> str:
    """Return a new refresh token, with 256 random bits."""
    return _REFRESH_PREFIX + secrets.token_urlsafe(32)


def add(work: Work, owner: str, program: ProgramRow, scopes: str, ends: datetime, **of_code: str) -> ConsentRow:
    """Keep a customer's consent until the program takes tokens for it; `of_code` is what a code comes back with."""
    work.session.execute(delete(ConsentRow).where(ConsentRow.ends <= work.now))
    _make_room(work, owner)
    consent = ConsentRow(
        id=uuid4(),
        owner=owner,
        program_id=program.id,
        scopes=scopes,
        inserted=work.now,
        ends=ends,
        is_taken=False,
        code_hash=of_code.get("code_hash"),
        code_challenge=of_code.get("code_challenge", ""),
        redirect_address=of_code.get("redirect_address", ""),
    )
    work.session.add(consent)
    work.session.flush()
    note_consent(work, "AddConsent", consent, program, by_program=False)
    return consent


def keep_tokens(work: Work, consent: ConsentRow, name: str, token: Mapping[str, Any]) -> None:
    """Keep the hashes of tokens that a program is told, the access token in place of the one before."""
    row = work.session.scalars(select(AccessTokenRow).where(AccessTokenRow.consent_id == consent.id)).one_or_none()
    if row is None:
        row = AccessTokenRow(id=uuid4(), owner=consent.owner, consent_id=consent.id)
        work.session.add(row)
    row.name, row.scopes, row.inserted = name, token["scope"], work.now
    consent.is_taken = True
    consent.ends = min(work.now + REFRESH_TOKEN_LASTS, consent.inserted + CONSENT_LASTS)
    row.token_hash = hash_secret(token["access_token"])
    row.ends = min(work.now + ACCESS_TOKEN_LASTS, consent.ends)
    refresh = RefreshTokenRow(token_hash=hash_secret(token["refresh_token"]), consent_id=consent.id)
    refresh.inserted, refresh.is_used = work.now, False
    work.session.add(refresh)
    _forget_oldest(work.session, consent.id)


def end_family(work: Work, consent: ConsentRow, operation: str) -> None:
    """End a consent with all tokens that came of it, because of what its program did."""
    program = work.session.get_one(ProgramRow, consent.program_id)
    note_consent(work, operation, consent, program, by_program=True)
    work.session.delete(consent)
    work.session.flush()


def of_owner(work: Work, owner: str) -> Sequence[Consent]:
    """Return what programs may do for a customer now, the newest consent first."""
    found = (
        select(ConsentRow, ProgramRow, AccessTokenRow.last_used, AccessTokenRow.last_used_from)
        .join(ProgramRow, ProgramRow.id == ConsentRow.program_id)
        .outerjoin(AccessTokenRow, AccessTokenRow.consent_id == ConsentRow.id)
        .where(ConsentRow.owner == owner, ConsentRow.ends > work.now)
        .order_by(ConsentRow.inserted.desc(), ConsentRow.id)
    )
    return [
        Consent(
            id=consent.id,
            program=record_of(program),
            scopes=consent.scopes,
            inserted=consent.inserted,
            ends=consent.ends,
            last_used=last_used,
            last_used_from=last_used_from,
        )
        for consent, program, last_used, last_used_from in work.session.execute(found)
    ]


def withdraw(work: Work, owner: str, consent_id: UUID) -> None:
    """End a customer's consent with all tokens. NotFound for somebody else's, as for one that does not exist."""
    consent = work.session.get(ConsentRow, consent_id)
    if consent is None or consent.owner != owner:
        raise NotFound("The consent was not found.")
    program = work.session.get_one(ProgramRow, consent.program_id)
    note_consent(work, "DeleteConsent", consent, program, by_program=False)
    work.session.delete(consent)


def _make_room(work: Work, owner: str) -> None:
    """End the consents that a customer gave before the last ones, so that there is room for another."""
    advisory_lock(work.session, f"number of consents of {owner}")
    given = select(ConsentRow, ProgramRow).join(ProgramRow, ProgramRow.id == ConsentRow.program_id)
    newest = given.where(ConsentRow.owner == owner).order_by(ConsentRow.inserted.desc(), ConsentRow.id)
    for consent, program in work.session.execute(newest.offset(MOST_CONSENTS - 1)).all():
        note_consent(work, "DeleteConsent", consent, program, by_program=False)
        work.session.delete(consent)


def _forget_oldest(session: Session, consent_id: UUID) -> None:
    of_consent = RefreshTokenRow.consent_id == consent_id
    newest = select(RefreshTokenRow.token_hash).where(of_consent).order_by(RefreshTokenRow.inserted.desc())
    surplus = session.scalars(newest.offset(MOST_USED)).all()
    if surplus:
        session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.token_hash.in_(surplus)))
