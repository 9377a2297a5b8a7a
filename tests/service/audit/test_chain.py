"""The hashes and seals of a chain."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.audit.chain import BEGINNING, ENTRY, REMOVED, Seals, canonical, hash_of

CHAIN = UUID(int=7)
VALUES = {"number": 1, "actor": "alicé", "reason": None, "chain": CHAIN, "inserted": datetime(2026, 11, 23, tzinfo=UTC)}


def test_an_entry_has_the_same_bytes_whoever_writes_them() -> None:
    assert (
        canonical(VALUES)
        == canonical(dict(reversed(VALUES.items())))
        == (
            rb'{"actor":"alic\u00e9","chain":"00000000-0000-0000-0000-000000000007",'
            rb'"inserted":"2026-11-23T00:00:00+00:00","number":1,"reason":null}'
        )
    )


def test_a_hash_can_be_computed_by_whoever_has_the_entry_and_the_hash_before() -> None:
    assert hash_of("ab12", VALUES) == hashlib.sha256(b"ab12\n" + canonical(VALUES)).hexdigest()
    assert hash_of(BEGINNING, VALUES) != hash_of("ab12", VALUES)


def test_a_seal_is_for_one_place_of_one_chain(keyring: Keyring) -> None:
    seals = Seals(keyring)
    seal = seals.seal_of(ENTRY, CHAIN, 1, "ab12")

    assert seals.is_good(seal, ENTRY, CHAIN, 1, "ab12")
    others = [(REMOVED, CHAIN, 1, "ab12"), (ENTRY, UUID(int=8), 1, "ab12"), (ENTRY, CHAIN, 2, "ab12")]
    assert not [place for place in (*others, (ENTRY, CHAIN, 1, "ab13")) if seals.is_good(seal, *place)]
    assert not seals.is_good("é", ENTRY, CHAIN, 1, "ab12")


def test_seals_stay_good_when_keys_are_rotated(keyring: Keyring) -> None:
    seal = Seals(keyring).seal_of(ENTRY, CHAIN, 1, "ab12")
    keyring.rotate()

    assert Seals(keyring).is_good(seal, ENTRY, CHAIN, 1, "ab12")
