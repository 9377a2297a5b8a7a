"""The tables of the portal's own storage. Ids are stored as SHA-256, contents sealed by the keyring."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.sealed import Place, place_in_json, sealed_column


def session_context(key: str) -> str:
    """Return the place that a session is sealed for, in the table as in Redis."""
    return f"browser session {key}"


class BrowserSession(Base):
    """A browser's session: good until `ends_at`, and recognised as ended until `forget_at`."""

    __tablename__ = "browser_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = sealed_column(Place(("id_hash",), session_context))
    username: Mapped[str | None] = mapped_column(Text, index=True)
    ends_at: Mapped[datetime]
    forget_at: Mapped[datetime] = mapped_column(index=True)


class SavedForm(Base):
    """The values typed into a page when the session ended."""

    __tablename__ = "kept_forms"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = sealed_column(place_in_json("kept form", "id_hash", "username", "path"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EditSnapshot(Base):
    """A record as it was when somebody opened a form on it; named by the keyed digest that the form carries."""

    __tablename__ = "opened_records"
    __table_args__ = (Index(None, "username", "expires_at"),)

    username: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = sealed_column(place_in_json("opened record", "username", "digest"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DeletedRecord(Base):
    """A record that its owner has deleted, for undoing that."""

    __tablename__ = "deleted_records"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = sealed_column(place_in_json("deleted record", "id_hash"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DialPlanVersion(Base):
    """A dial plan as it was saved through this portal; `number` counts the versions of a plan from 1."""

    __tablename__ = "dial_plan_versions"
    __table_args__ = (Index(None, "owner", "saved_at"),)

    plan_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(server_default="0")
    """Characters of what is sealed."""
    sealed: Mapped[str] = sealed_column(place_in_json("dial plan version", "plan_id", "number", "owner"))
    """Name, type and script."""


class TotpSecret(Base):
    """The secret that a user's authenticator app makes codes from (RFC 6238).

    `last_step` is the time step of the newest code that was taken, `wrong_in_a_row` counts wrong ones since.
    """

    __tablename__ = "totp_secrets"

    username: Mapped[str] = mapped_column(Text, primary_key=True)
    sealed: Mapped[str] = sealed_column(place_in_json("totp secret", "username"))
    added_at: Mapped[datetime]
    last_step: Mapped[int]
    wrong_in_a_row: Mapped[int]


class RecoveryCode(Base):
    """A code that stands in once for a second factor that is lost, by its hash."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text, index=True)


class HalfSignIn(Base):
    """A sign-in whose password was right and whose second step is to come; the token waits in what is sealed."""

    __tablename__ = "half_sign_ins"
    __table_args__ = (Index(None, "username", "expires_at"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = sealed_column(place_in_json("half sign-in", "id_hash", "username"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DialPlanTestCase(Base):
    """A call whose way through a dial plan shall stay as it is; gone from `ends_at` on, where its plan is deleted."""

    __tablename__ = "dial_plan_test_cases"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(36), index=True)
    owner: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]
    is_failing: Mapped[bool]
    sealed: Mapped[str] = sealed_column(place_in_json("dial plan test case", "id", "plan_id", "owner"))
    """The call, the answers that were typed for it, and its results."""
    ends_at: Mapped[datetime | None] = mapped_column(index=True)


class StoredPasskey(Base):
    """A public key credential of a customer (WebAuthn, section 4), which one of their authenticators has the key of."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(Text, index=True)
    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(64))
    rp_id: Mapped[str] = mapped_column(String(253))
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str] = sealed_column(place_in_json("passkey", "credential_hash", "username", "customer_id", "rp_id"))
    """The public key: sealed, so that whoever can write to the table alone cannot put in one of their own."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(String(128))
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SpentChallenge(Base):
    """A challenge that a passkey has answered; no second answer counts."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SharedLadder(Base):
    """The events of a ladder that whoever has a link may see until `expires_at`; `username` has made the link."""

    __tablename__ = "shared_ladders"
    __table_args__ = (Index(None, "username", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(Text)
    ladder_id: Mapped[str] = mapped_column(String(36))
    title: Mapped[str] = mapped_column(Text, server_default="Call")
    is_blurred: Mapped[bool]
    made_at: Mapped[datetime]
    sealed: Mapped[str] = sealed_column(place_in_json("shared ladder", "token_hash", "username", "ladder_id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
