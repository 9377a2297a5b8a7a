"""Changes that somebody else has saved while a form was open.

Noticed, shown field by field, and mixed as the visitor chooses.

A form carries a keyed digest of the record that it was opened on, as it showed it; what it showed is kept here.
Counters and times are no fields of a form, so they never count. A secret takes part by its own keyed digest only.
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask import current_app, render_template, request
from wtforms import BooleanField, Field, HiddenField

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import OwnedRecord, wire_fields

from ..http.backend import current_login
from ..http.capabilities import capabilities
from ..http.parts import part
from ..storage.edit_snapshots import EditSnapshots
from ..storage.errors import StorageUnavailable
from ..ui.forms import Form, display_value, is_secret, text
from ..ui.text.differences import DiffRow, rows

R = TypeVar("R", bound=OwnedRecord)

CONFLICT = 409
OURS, THEIRS = "typed", "stored"
DIGEST = re.compile(r"[0-9a-f]{64}")
COUNTED_ANYWAY = frozenset({"execution_count", "last_update"})
"""What changes in a stored record without anybody's saving it."""

log = logging.getLogger(__name__)


class EditForm(Form):
    """A form for a stored record. `opened` is the digest of what it showed; `Edit` fills it in and reads it."""

    opened = HiddenField()
    change_reason = text("Reason for this change")

    apart: frozenset[str] = frozenset({"change_reason"})
    """Fields that say something about the saving and are not of the record."""
    only_new: frozenset[str] = frozenset()
    """Fields that only the form of a new record has."""
    only_stored: frozenset[str] = frozenset({"opened", "change_reason"})
    """Fields that only the form of a stored record has."""
    raised = (*Form.raised, NotFound)

    def record(self) -> Any:
        """The record as it was typed."""
        raise NotImplementedError

    @property
    def reason_told(self) -> str:
        """Return why somebody else's record is changed, as its owner is told."""
        return (self.change_reason.data or "") if "change_reason" in self else ""

    def leave_out(self, *names: str) -> None:
        """Remove fields that this visitor, or this record, does not have."""
        for name in names:
            if name in self:
                del self[name]


@dataclass(frozen=True)
class Choice:
    """A field whose typed value is not the stored one. `changed_by` is you, others, both, or unknown."""

    name: str
    label: str
    typed: str
    stored: str
    changed_by: str
    rows: Sequence[DiffRow] = ()
    """What differs within a text of several lines, the stored one first."""

    @property
    def preselected(self) -> str:
        """The side that loses nobody's change; nothing where that cannot be told."""
        return {"you": OURS, "both": OURS, "others": THEIRS}.get(self.changed_by, "")


@dataclass(frozen=True)
class TypedSecret:
    """A secret that was typed, which has to be typed again."""

    field: Field
    changed_meanwhile: bool


@dataclass(frozen=True)
class EditConflict:
    """The contents of a conflict page, and what its form carries along unseen."""

    choices: Sequence[Choice]
    secrets: Sequence[TypedSecret]
    carried: Sequence[tuple[str, str]]
    opened: str


@dataclass(frozen=True)
class EditedState:
    """A record as a form shows it: values by field, and the digests of its secrets."""

    values: Mapping[str, Any]
    secrets: Mapping[str, str]

    def plain(self, name: str) -> object:
        """A value to compare others with."""
        return _plain(self.values.get(name))


class Edit:
    """A form on a stored record, from the page that shows it to the saving of what was typed.

    Made when the form has all its fields and before it is validated: choices of a conflict page are put into it here.
    """

    def __init__(self, form: EditForm, record: OwnedRecord) -> None:
        self._form = form
        self._record = record
        self._username = current_login().username
        if not asks_for_reason(record):
            form.leave_out("change_reason")
        self._fields = [field for field in form if not isinstance(field, HiddenField) and field.name not in form.apart]
        self._stored = EditedState(
            {field.name: _json_value(field, field.object_data) for field in self._fields if not is_secret(field)},
            {field.name: self._secret(field.name, getattr(record, field.name)) for field in self._secret_fields},
        )
        if not DIGEST.fullmatch(form.opened.data or ""):
            form.opened.data = ""
        if request.method == "POST":
            self._mix()
        elif not form.opened.data:
            form.opened.data = self._remember()

    def conflict(self) -> EditConflict | None:
        """Return the conflict between what was changed meanwhile and what was typed.

        None where nothing of anybody would be lost.
        """
        if self._form.opened.data == self._digest or self.is_sent_again:
            return None
        choices = list(self._choices())
        overwritten = {field.name for field in self._secret_fields if self._is_overwritten(field)}
        if not overwritten and all(choice.changed_by == "you" for choice in choices):
            return None
        secrets = [TypedSecret(field, field.name in overwritten) for field in self._secret_fields if field.data]
        return EditConflict(choices, secrets, list(self._carried()), self._remember())

    def try_save(self, change: Callable[[], R]) -> bool:
        """Save, unless just this was saved just now; like Form.try_save."""
        if self.is_sent_again:
            return True
        saved: list[R] = []
        if not self._form.try_save(lambda: saved.append(change())):
            return False
        self._keep(self._sent, self._fingerprint(saved[0]))
        return True

    @cached_property
    def is_sent_again(self) -> bool:
        """Return True when this form was saved before, and its record is still as it was then."""
        return _storage().find(self._username, self._sent) == self._fingerprint(self._record)

    @property
    def _secret_fields(self) -> list[Field]:
        return [field for field in self._fields if is_secret(field)]

    @cached_property
    def _digest(self) -> str:
        return self._keyed("shown", dict(self._stored.values), dict(self._stored.secrets))

    @cached_property
    def _original(self) -> EditedState | None:
        """Return the values that the form showed when it was opened; None when that is not known any more."""
        opened = self._form.opened.data or ""
        if opened == self._digest:
            return self._stored
        kept = json.loads(_storage().find(self._username, opened) or "{}")
        return EditedState(kept["values"], kept["secrets"]) if kept.get("id") == str(self._record.id) else None

    @cached_property
    def _sent(self) -> str:
        """The name of what was sent: the same form with the same values has the same."""
        values = {field.name: _json_value(field, field.data) for field in self._fields}
        return self._keyed("sent", self._form.opened.data or "", values)

    def _remember(self) -> str:
        kept = {
            "id": str(self._record.id),
            "values": self._stored.values,
            "secrets": self._stored.secrets,
            "fixed": {name: str(getattr(self._record, name) or "") for name in self._form.only_new - {"id"}},
        }
        self._keep(self._digest, json.dumps(kept))
        return self._digest

    def _keep(self, digest: str, contents: str) -> None:
        try:
            _storage().keep(self._username, digest, contents)
        except StorageUnavailable as error:  # the digest alone still tells that something has changed
            log.warning("What a form shows could not be kept: %s", error)

    def _mix(self) -> None:
        """Take back to what was shown as stored the fields for which that was chosen on a conflict page."""
        chosen = [field for field in self._fields if request.form.get(f"keep-{field.name}") == THEIRS]
        for field in chosen:
            source = self._original or self._stored
            field.process_data(source.values.get(field.name))
            field.raw_data = None

    def _choices(self) -> Iterator[Choice]:
        for field in self._fields:
            if not is_secret(field) and _plain(field.data) != self._stored.plain(field.name):
                yield Choice(
                    field.name,
                    field.label.text,
                    _words(field, field.data),
                    _words(field, self._stored.values[field.name]),
                    self._changed_by(field),
                    _lines(self._stored.values[field.name], field.data),
                )

    def _changed_by(self, field: Field) -> str:
        if self._original is None:
            return "unknown"
        before = self._original.plain(field.name)
        you, others = _plain(field.data) != before, self._stored.plain(field.name) != before
        return "both" if you and others else "you" if you else "others"

    def _is_overwritten(self, field: Field) -> bool:
        """Return True when saving would overwrite a secret that was changed meanwhile."""
        before = self._original.secrets.get(field.name) if self._original else None
        after = self._secret(field.name, getattr(self._form.record(), field.name))
        return self._stored.secrets[field.name] not in (before, after)

    def _carried(self) -> Iterator[tuple[str, str]]:
        """Return the typed values as hidden inputs: a field that is sent in several rows has them in `rows`."""
        for field in self._form:
            if is_secret(field) or field.name in ("csrf_token", "opened"):
                continue
            if isinstance(field, BooleanField):
                rows: Sequence[str] = ["y"] if field.data else []
            else:
                rows = getattr(field, "rows", None) or [str(field.data or "")]
            yield from ((field.name, row) for row in rows)

    def _secret(self, name: str, value: str | None) -> str:
        return self._keyed("secret", name, value or "")

    def _fingerprint(self, record: Any) -> str:
        """A record as it is stored, in short; empty where the service answered none."""
        if record is None:
            return ""
        names = [entry.attribute for entry in wire_fields(type(record)) if entry.attribute not in COUNTED_ANYWAY]
        return self._keyed("stored", {name: str(getattr(record, name)) for name in names})

    def _keyed(self, *parts: object) -> str:
        about = [type(self._record).__name__, str(self._record.id), *parts]
        key = str(current_app.secret_key).encode()
        return hmac.new(key, json.dumps(about, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def asks_for_reason(record: OwnedRecord) -> bool:
    """Return whether the owner of a record is told why the visitor, who is another, changes or deletes it."""
    return capabilities().keeps_audit and record.owner != current_login().username


def fixed_values(typed: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]] | None:
    """Return what the form that was typed into could not change of its record; None where that is not known."""
    digest = "".join(typed.get("opened", ())[:1])
    kept = _storage().find(current_login().username, digest) if DIGEST.fullmatch(digest) else None
    return {name: [text] for name, text in json.loads(kept).get("fixed", {}).items()} if kept else None


def conflict_page(conflict: EditConflict, name: str, crumbs: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """Return the page with both sides of each field, to choose from; the crumbs lead to the list and to the record."""
    return render_template("crud/conflict.html", conflict=conflict, name=name, crumbs=crumbs), CONFLICT


def _storage() -> EditSnapshots:
    return part(EditSnapshots)


def _json_value(field: Field, value: object) -> object:
    if isinstance(field, BooleanField):
        return bool(value)
    return value if value is None or isinstance(value, bool | int) else str(value)


def _plain(value: object) -> object:
    """A value without what makes no difference: kinds of line ends, blanks around it, nothing or empty."""
    if isinstance(value, bool):
        return value
    return str(value if value is not None else "").replace("\r\n", "\n").strip()


def _lines(stored: object, typed: object) -> Sequence[DiffRow]:
    both = [str(text or "") for text in (stored, typed)]
    return rows(*both) if any("\n" in text for text in both) else ()


def _words(field: Field, value: object) -> str:
    choices = dict(getattr(field, "choices", None) or ())
    return str(choices.get(value or "") or display_value(field, value))
