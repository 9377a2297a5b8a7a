from pathlib import Path

import pytest
from sqlalchemy import text

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.saved_forms import MOST_PER_USER, SavedForms
from tests.portal.storage.support import Clock

ADD = "/sip-accounts/add"
TYPED = {"sip_username": ["desk phone"], "ip_address_acl": [""], "many": ["1", "2", "Grüße\x00"]}


@pytest.fixture
def forms(database: Database, tmp_path: Path, clock: Clock) -> SavedForms:
    return SavedForms(database, Keyring.load(tmp_path / "keys"), clock)


def count(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM kept_forms")) or 0)


def test_what_was_typed_comes_back_as_often_as_it_is_asked_for(forms: SavedForms) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    assert forms.load(form_id, "alice", ADD) == TYPED
    assert forms.load(form_id, "alice", ADD) == TYPED


def test_another_user_gets_nothing(forms: SavedForms) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    assert forms.load(form_id, "bob", ADD) is None
    assert forms.load(form_id, "Alice", ADD) is None
    assert forms.load(form_id, "", ADD) is None


def test_another_page_gets_nothing(forms: SavedForms) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    assert forms.load(form_id, "alice", "/account") is None


@pytest.mark.parametrize("form_id", ["", "unknown", "\udcff"])
def test_an_unknown_id_gets_nothing(forms: SavedForms, form_id: str) -> None:
    forms.save("alice", ADD, TYPED)

    assert forms.load(form_id, "alice", ADD) is None


def test_after_an_hour_there_is_nothing(forms: SavedForms, clock: Clock) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    clock.advance(minutes=59, seconds=59)
    assert forms.load(form_id, "alice", ADD) == TYPED
    clock.advance(seconds=1)
    assert forms.load(form_id, "alice", ADD) is None


def test_a_dropped_form_is_gone(forms: SavedForms, database: Database) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    forms.delete(form_id, "alice")
    forms.delete(form_id, "alice")

    assert forms.load(form_id, "alice", ADD) is None
    assert count(database) == 0


def test_nobody_drops_what_somebody_else_has_typed(forms: SavedForms) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    forms.delete(form_id, "bobby")

    assert forms.load(form_id, "alice", ADD) == TYPED


def test_old_forms_go_when_others_are_kept(forms: SavedForms, database: Database, clock: Clock) -> None:
    forms.save("alice", ADD, TYPED)
    clock.advance(hours=1)

    forms.save("bob", ADD, TYPED)

    assert count(database) == 1


def test_one_user_keeps_the_newest_twenty(forms: SavedForms, database: Database, clock: Clock) -> None:
    bobs = forms.save("bob", ADD, TYPED)
    ids = []
    for _ in range(MOST_PER_USER + 2):
        clock.advance(seconds=1)
        ids.append(forms.save("alice", ADD, TYPED))

    found = [forms.load(form_id, "alice", ADD) is not None for form_id in ids]
    assert found == [False, False, *[True] * MOST_PER_USER]
    assert forms.load(bobs, "bob", ADD) == TYPED


def test_neither_id_nor_values_can_be_read_where_they_lie(forms: SavedForms, database: Database) -> None:
    form_id = forms.save("alice", ADD, TYPED)

    with database.read() as session:
        raw = repr(session.execute(text("SELECT * FROM kept_forms")).all())

    assert hash_secret(form_id) in raw
    assert form_id not in raw
    assert "desk phone" not in raw


@pytest.mark.parametrize("change", ["username = 'bob'", "path = '/account'", "sealed = 'forged'"])
def test_a_row_that_was_tampered_with_gives_nothing(forms: SavedForms, database: Database, change: str) -> None:
    form_id = forms.save("alice", ADD, TYPED)
    with database.write() as session:
        session.execute(text(f"UPDATE kept_forms SET {change}"))

    users_and_pages = [("alice", ADD), ("bob", ADD), ("alice", "/account")]
    assert [forms.load(form_id, user, page) for user, page in users_and_pages] == [None, None, None]
