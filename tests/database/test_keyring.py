import base64
import multiprocessing
import multiprocessing.queues
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.database.keyring import Keyring, KeyringError

SIP_PASSWORD = "sip password of alice"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    return Keyring.load(path)


@pytest.mark.parametrize("plain", ["", "s3cret", "Grüße, 電話", "a\x00b", "x" * 100_000])
def test_what_was_sealed_opens_again(keyring: Keyring, plain: str) -> None:
    assert keyring.open_text(keyring.seal(plain, SIP_PASSWORD), SIP_PASSWORD) == plain


def test_bytes_are_sealed_as_they_are(keyring: Keyring) -> None:
    assert keyring.open(keyring.seal(b"\xff\x00", SIP_PASSWORD), SIP_PASSWORD) == b"\xff\x00"


def test_a_sealed_text_shows_nothing_of_what_it_holds(keyring: Keyring) -> None:
    sealed = keyring.seal("s3cret", SIP_PASSWORD)

    assert "s3cret" not in sealed
    assert sealed != keyring.seal("s3cret", SIP_PASSWORD)


def test_a_sealed_text_does_not_open_in_another_place(keyring: Keyring) -> None:
    sealed = keyring.seal("s3cret", SIP_PASSWORD)

    with pytest.raises(KeyringError):
        keyring.open(sealed, "sip password of bob")


@given(position=st.integers(min_value=0), put=st.characters(codec="utf-8"))
def test_a_sealed_text_that_was_changed_does_not_open(
    tmp_path_factory: pytest.TempPathFactory, position: int, put: str
) -> None:
    keyring = Keyring.load(tmp_path_factory.getbasetemp() / "keys-for-tampering")
    sealed = keyring.seal("s3cret", SIP_PASSWORD)
    position %= len(sealed)
    changed = sealed[:position] + put + sealed[position + 1 :]

    if changed != sealed:
        with pytest.raises(KeyringError):
            keyring.open(changed, SIP_PASSWORD)


def test_another_spelling_of_the_same_bytes_does_not_open(keyring: Keyring) -> None:
    sealed = keyring.seal("s3cret", SIP_PASSWORD)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert sealed.endswith("==")
    respelt = sealed[:-3] + alphabet[alphabet.index(sealed[-3]) + 1] + "=="

    with pytest.raises(KeyringError):
        keyring.open(respelt, SIP_PASSWORD)


@pytest.mark.parametrize("change", [lambda text: text[:-8], lambda text: text + "\n", lambda text: text + "AAAA"])
def test_a_sealed_text_that_was_cut_or_lengthened_does_not_open(keyring: Keyring, change: object) -> None:
    assert callable(change)
    with pytest.raises(KeyringError):
        keyring.open(change(keyring.seal("s3cret", SIP_PASSWORD)), SIP_PASSWORD)


@pytest.mark.parametrize("text", ["", ".", "plain text", "0000", "0000.AAAA", "Ω.Ω"])
def test_a_text_that_was_never_sealed_does_not_open(keyring: Keyring, text: str) -> None:
    with pytest.raises(KeyringError):
        keyring.open(text, SIP_PASSWORD)


def test_a_text_from_another_installation_does_not_open(keyring: Keyring, tmp_path: Path) -> None:
    foreign = Keyring.load(tmp_path / "other")

    with pytest.raises(KeyringError, match="not in the key file"):
        keyring.open(foreign.seal("s3cret", SIP_PASSWORD), SIP_PASSWORD)


def test_the_key_file_is_made_once_and_is_its_owners_alone(path: Path) -> None:
    sealed = Keyring.load(path).seal("s3cret", SIP_PASSWORD)

    assert Keyring.load(path).open_text(sealed, SIP_PASSWORD) == "s3cret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_file_open_to_others_stops_the_start(keyring: Keyring, path: Path, mode: int) -> None:
    path.chmod(mode)

    with pytest.raises(KeyringError, match=f"{path} can be read by others .mode 0{mode:o}."):
        Keyring.load(path)


@pytest.mark.parametrize(
    "text", ["", "\n", "first\n", "first c2hvcnQ=\n", " " + "A" * 43 + "=\n", "first !!!\n", "\0\n"]
)
def test_a_file_without_keys_is_named_but_not_shown(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(KeyringError, match=str(path)) as error:
        Keyring.load(path)
    assert "c2hvcnQ" not in str(error.value)


def test_a_damaged_key_file_is_never_written_over(path: Path) -> None:
    path.write_bytes(b"\xff\xfe damaged")
    path.chmod(0o600)

    with pytest.raises(KeyringError):
        Keyring.load(path)
    assert path.read_bytes() == b"\xff\xfe damaged"


def test_a_key_file_that_was_damaged_since_is_not_rotated(keyring: Keyring, path: Path) -> None:
    path.write_text("damaged\n")

    with pytest.raises(KeyringError):
        keyring.rotate()
    assert path.read_text() == "damaged\n"


def test_a_place_where_no_file_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(KeyringError, match="cannot be made"):
        Keyring.load(tmp_path / "file" / "keys")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens(keyring: Keyring, path: Path) -> None:
    before = keyring.seal("old", SIP_PASSWORD)

    keyring.rotate()
    after = keyring.seal("new", SIP_PASSWORD)

    assert before.split(".")[0] != after.split(".")[0]
    for ring in (keyring, Keyring.load(path)):
        assert ring.open_text(before, SIP_PASSWORD) == "old"
        assert ring.open_text(after, SIP_PASSWORD) == "new"
        assert ring.seal("next", SIP_PASSWORD).split(".")[0] == after.split(".")[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_running_process_opens_what_another_sealed_after_a_rotation(keyring: Keyring, path: Path) -> None:
    other = Keyring.load(path)
    other.rotate()

    assert keyring.open_text(other.seal("s3cret", SIP_PASSWORD), SIP_PASSWORD) == "s3cret"


def test_two_rotations_from_the_same_state_lose_no_key(keyring: Keyring, path: Path) -> None:
    other = Keyring.load(path)
    keyring.rotate()
    sealed = keyring.seal("s3cret", SIP_PASSWORD)
    other.rotate()

    assert Keyring.load(path).open_text(sealed, SIP_PASSWORD) == "s3cret"


def seal_at_first_use(path: Path, gate: object, results: "multiprocessing.queues.Queue[str]") -> None:
    gate.wait()  # type: ignore[attr-defined]
    results.put(Keyring.load(path).seal("s3cret", SIP_PASSWORD))


def test_processes_that_start_together_make_one_key(path: Path) -> None:
    fork = multiprocessing.get_context("fork")  # so that none imports all of this again
    gate, results = fork.Barrier(3), fork.Queue()
    starters = [fork.Process(target=seal_at_first_use, args=(path, gate, results)) for _ in range(3)]

    for starter in starters:
        starter.start()
    sealed = [results.get(timeout=30) for _ in starters]
    for starter in starters:
        starter.join()

    keyring = Keyring.load(path)
    assert [keyring.open_text(text, SIP_PASSWORD) for text in sealed] == ["s3cret"] * 3
    assert len(path.read_text().splitlines()) == 1


def test_a_keyring_does_not_show_its_keys(keyring: Keyring, path: Path) -> None:
    key = path.read_text().split()[1]

    assert key not in repr(keyring)
    assert key not in repr(vars(keyring))


def test_a_purpose_has_bytes_of_its_own_that_outlive_a_rotation_and_a_restart(keyring: Keyring, path: Path) -> None:
    plans = keyring.derive("plan service")
    assert len(plans) == 32
    assert plans != keyring.derive("another purpose")
    keyring.rotate()
    assert keyring.derive("plan service") == plans
    assert Keyring.load(path).derive("plan service") == plans


def test_two_installations_derive_different_bytes(keyring: Keyring, tmp_path: Path) -> None:
    assert Keyring.load(tmp_path / "other").derive("plan service") != keyring.derive("plan service")


def test_what_is_derived_is_no_key_of_the_file(keyring: Keyring, path: Path) -> None:
    derived = keyring.derive("plan service")
    assert base64.urlsafe_b64encode(derived).decode() not in path.read_text()
