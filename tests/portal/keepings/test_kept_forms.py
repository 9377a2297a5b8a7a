from pathlib import Path

import pytest
from sqlalchemy import text

from sipsorcery_web.database.engine import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.keepings.kept_forms import KEPT_AT_MOST, KeptForms
from sipsorcery_web.portal.keepings.sessions import hashed
from tests.portal.keepings.support import Clock

ADD = "/sip-accounts/add"
TYPED = {"sip_username": ["desk phone"], "ip_address_acl": [""], "many": ["1", "2", "Grüße\x00"]}


@pytest.fixture
def forms(database: Database, tmp_path: Path, clock: Clock) -> KeptForms:
    return KeptForms(database, Keyring.load(tmp_path / "keys"), clock)


def count(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM kept_forms")) or 0)


def test_what_was_typed_comes_back_as_often_as_it_is_asked_for(forms: KeptForms) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    assert forms.take_form(form_id, "alice", ADD) == TYPED
    assert forms.take_form(form_id, "alice", ADD) == TYPED


def test_another_user_gets_nothing(forms: KeptForms) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    assert forms.take_form(form_id, "bob", ADD) is None
    assert forms.take_form(form_id, "Alice", ADD) is None
    assert forms.take_form(form_id, "", ADD) is None


def test_another_page_gets_nothing(forms: KeptForms) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    assert forms.take_form(form_id, "alice", "/account") is None


@pytest.mark.parametrize("form_id", ["", "unknown", "\udcff"])
def test_an_unknown_id_gets_nothing(forms: KeptForms, form_id: str) -> None:
    forms.keep_form("alice", ADD, TYPED)

    assert forms.take_form(form_id, "alice", ADD) is None


def test_after_an_hour_there_is_nothing(forms: KeptForms, clock: Clock) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    clock.advance(minutes=59, seconds=59)
    assert forms.take_form(form_id, "alice", ADD) == TYPED
    clock.advance(seconds=1)
    assert forms.take_form(form_id, "alice", ADD) is None


def test_a_dropped_form_is_gone(forms: KeptForms, database: Database) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    forms.drop_form(form_id, "alice")
    forms.drop_form(form_id, "alice")

    assert forms.take_form(form_id, "alice", ADD) is None
    assert count(database) == 0


def test_nobody_drops_what_somebody_else_has_typed(forms: KeptForms) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    forms.drop_form(form_id, "bobby")

    assert forms.take_form(form_id, "alice", ADD) == TYPED


def test_old_forms_go_when_others_are_kept(forms: KeptForms, database: Database, clock: Clock) -> None:
    forms.keep_form("alice", ADD, TYPED)
    clock.advance(hours=1)

    forms.keep_form("bob", ADD, TYPED)

    assert count(database) == 1


def test_one_user_keeps_the_newest_twenty(forms: KeptForms, database: Database, clock: Clock) -> None:
    bobs = forms.keep_form("bob", ADD, TYPED)
    ids = []
    for _ in range(KEPT_AT_MOST + 2):
        clock.advance(seconds=1)
        ids.append(forms.keep_form("alice", ADD, TYPED))

    found = [forms.take_form(form_id, "alice", ADD) is not None for form_id in ids]
    assert found == [False, False, *[True] * KEPT_AT_MOST]
    assert forms.take_form(bobs, "bob", ADD) == TYPED


def test_neither_id_nor_values_can_be_read_where_they_lie(forms: KeptForms, database: Database) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)

    with database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM kept_forms")).all())

    assert hashed(form_id) in raw
    assert form_id not in raw
    assert "desk phone" not in raw


@pytest.mark.parametrize("change", ["username = 'bob'", "path = '/account'", "sealed = 'forged'"])
def test_a_row_that_was_tampered_with_gives_nothing(forms: KeptForms, database: Database, change: str) -> None:
    form_id = forms.keep_form("alice", ADD, TYPED)
    with database.write() as session:
        session.execute(text(f"UPDATE kept_forms SET {change}"))

    users_and_pages = [("alice", ADD), ("bob", ADD), ("alice", "/account")]
    assert [forms.take_form(form_id, user, page) for user, page in users_and_pages] == [None, None, None]
