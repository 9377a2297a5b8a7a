"""Data directories with a filled store. SQLite's are kept beside this module, since a million accounts take minutes."""

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Table, delete, insert, select

from sipsorcery_web import create_app
from sipsorcery_web.database.migrate import MIGRATIONS
from sipsorcery_web.private_files import file_lock
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.models import (
    CustomerRow,
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPDialPlanRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)
from sipsorcery_web.settings import Settings
from tests.factories.records import person

from .bulk import PostgreSQLBulk, SQLiteBulk, bulk
from .contents import ADMINISTRATOR, DOMAIN, FIRST, Contents
from .rows import Rows, Values

HERE = Path(__file__).parent
KEPT = HERE / "kept"
"""Where the filled stores stay between runs."""
Convert = Callable[[Any], Any]
KEPT_FOR = timedelta(days=3)
"""Registrations would run out, and the day of the last calls would be long ago."""
VERSION_DIGITS = 12
FILLED_AT_ONCE = 2
CONVERTED = 20_000
"""How many values of a column are remembered as the driver takes them."""


def copy_of(contents: Contents, folder: Path) -> Path:
    """Return a data directory with these contents in SQLite: a copy in this folder, which may be changed."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(kept(contents)), str(folder)], check=True)
    return folder


def kept(contents: Contents) -> Path:
    """Return the data directory with these contents that stays as it is, filled where it is not there yet."""
    name = contents.name.replace(" ", "-")
    found = KEPT / f"{name}-{_version()}"
    turn = KEPT / f"turn-{name}"  # not the data directory itself, which the portal locks to make its keys
    turn.mkdir(parents=True, exist_ok=True)
    with file_lock(turn):
        found.mkdir(exist_ok=True)
        if not (found / "filled").exists() or _age(found / "filled") > KEPT_FOR.total_seconds():
            _clear(found, [old for old in KEPT.glob(f"{name}-*") if old != found])
            fill(contents, Settings(data_dir=found, domain=DOMAIN))
            (found / "filled").touch()
    return found


def keep(wanted: Iterable[Contents]) -> None:
    """Fill the stores that are not there yet, two at once, each in a process of its own."""
    with ProcessPoolExecutor(FILLED_AT_ONCE, get_context("spawn")) as pool:
        list(pool.map(kept, dict.fromkeys(wanted)))


def fill(contents: Contents, settings: Settings) -> None:
    """Make a store with these contents, and the keys that open it."""
    began = time.monotonic()
    parts = create_app(settings).extensions["service"].context
    operators = Operators(parts)
    operators.create_customer(person(FIRST), administrator=False)
    operators.create_customer(person(ADMINISTRATOR), administrator=True)
    rows = Rows(contents, parts.keyring, datetime.now(UTC).replace(microsecond=0))
    with parts.database.write() as session:
        session.execute(delete(SIPAccountRow))  # a new customer has one, and a page more would begin
        alice = session.execute(select(CustomerRow.__table__).where(CustomerRow.customer_username == FIRST)).one()
    engine = parts.database.engine
    parts.database.close()
    batches = list(_batches(rows, dict(alice._mapping)))
    with bulk(engine, [row.__tablename__ for row, _ in batches]) as into:
        for row, values in batches:
            _put(into, row.__table__, values, engine.dialect)
    print(f"{contents.name}: filled in {time.monotonic() - began:.0f} s", file=sys.stderr)


def _batches(rows: Rows, alice: Values) -> Iterator[tuple[Any, Iterator[Values]]]:
    yield CustomerRow, rows.owners(alice)
    yield SIPProviderRow, rows.providers()
    yield SIPDialPlanRow, rows.plans()
    yield SIPAccountRow, rows.accounts()
    yield SIPRegistrarBindingRow, rows.phones()
    yield SIPDialogueRow, rows.legs()
    yield SIPCDRRow, rows.cdrs()


def _put(into: SQLiteBulk | PostgreSQLBulk, table: Table, values: Iterator[Values], dialect: Dialect) -> None:
    """Insert rows through the driver: SQLAlchemy's own way takes several times as long."""
    first = next(values, None)
    if first is None:
        return
    columns: Any = table.columns
    constant = {column.name: column.default.arg for column in columns if column.default and column.name not in first}
    compiled: Any = insert(table).compile(dialect=dialect, column_keys=[*first, *constant])
    of_type: dict[str, Convert] = {}
    prepare: dict[str, Convert] = {}
    for name, convert in compiled._bind_processors.items():
        prepare[name] = of_type.setdefault(repr(columns[name].type), lru_cache(CONVERTED)(convert))
    always = tuple(_prepared(constant, prepare))
    into.put(table.name, [*first, *constant], ((*_prepared(each, prepare), *always) for each in chain([first], values)))


def _prepared(values: Values, prepare: Mapping[str, Convert]) -> Iterator[Any]:
    """Yield the values of a row as the driver takes them."""
    return (prepare[name](value) if name in prepare else value for name, value in values.items())


def _clear(kept: Path, others: Sequence[Path]) -> None:
    """Make a folder empty, and remove those of other versions of the tables."""
    for old in (*others, *kept.iterdir()):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _version() -> str:
    """Return a name for the tables and for what is put into them."""
    sources = [*sorted(MIGRATIONS.rglob("*.py")), *(HERE / f"{name}.py" for name in ("bulk", "contents", "rows"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:VERSION_DIGITS]
