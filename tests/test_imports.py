"""Imports run one way: portal → provisioning → contract ← service → store → database; portal/storage → database;
kamailio → store; kamailio → calls → dial_plans → contract; portal → dial_plans. The portal and Kamailio's room do not
know each other, and call control knows no engine.
"""

import ast
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sipsorcery_web"
ASSEMBLY = (
    "__init__",
    "commands",
    *(f"{room}/{path.stem}" for room in ("assembly", "commands") for path in sorted((PACKAGE / room).glob("*.py"))),
    "serving",
    "serving/__init__",
    "serving/companions",
    "starting",
)
"""The modules that put portal, service and Kamailio together."""

MAY_IMPORT = {
    "contract": {"contract"},
    "breaker": set(),
    "last_used": set(),
    "kept_answers": {"last_used", "contract"},
    "child_environment": set(),
    "database": {"database", "breaker", "private_files"},
    "logs": {"logs", "ip_addresses", "invisible"},
    "invisible": set(),
    "settings": {"settings", "contract", "ip_addresses", "private_files"},
    "proxies": set(),
    "serving": {"serving", "settings", "ip_addresses", "rest"},
    "version": set(),
    "clock": set(),
    "hashes": set(),
    "hosts": set(),
    "cross_origin": set(),
    "ip_addresses": set(),
    "private_files": set(),
    "in_thread": {"logs"},
    "network": {"network", "ip_addresses", "in_thread"},
    "jobs": {"jobs", "database", "clock"},
    "maintenance": {
        "maintenance",
        "database",
        "settings",
        "private_files",
        "child_environment",
        "clock",
        "version",
    },
    "mail": {"mail", "jobs", "network", "settings"},
    "events": {"events", "contract", "clock", "invisible", "private_files", "ip_addresses"},
    "provisioning": {"provisioning", "contract", "network", "settings", "clock", "breaker", "logs", "ip_addresses"},
    "webhooks": {
        "webhooks",
        "rest",
        "service/store",
        "jobs",
        "network",
        "contract",
        "database",
        "ip_addresses",
    },
    "rest": {
        "rest",
        "provisioning",
        "contract",
        "database",
        "cross_origin",
        "kept_answers",
        "hashes",
        "logs",
        "version",
    },
    "oauth": {"oauth", "rest", "service", "service/store", "contract", "database", "cross_origin", "hashes"},
    "service": {
        "service",
        "service/store",
        "kept_answers",
        "cross_origin",
        "contract",
        "database",
        "events",
        "settings",
        "hashes",
        "ip_addresses",
        "logs",
        "jobs",
        "mail",
        "private_files",
    },
    "service/store": {"service/store", "contract", "database", "hashes"},
    "dial_plans": {"dial_plans", "contract", "logs", "private_files"},
    "dial_plans/live": {
        "dial_plans",
        "dial_plans/live",
        "service/store",
        "database",
        "jobs",
        "mail",
        "network",
        "ip_addresses",
    },
    "calls": {
        "calls",
        "dial_plans",
        "dial_plans/live",
        "service/store",
        "database",
        "events",
        "contract",
        "jobs",
        "settings",
        "network",
        "clock",
        "ip_addresses",
        "mail",
    },
    "kamailio": {
        "kamailio",
        "calls",
        "events",
        "service/store",
        "contract",
        "database",
        "settings",
        "hashes",
        "in_thread",
        "ip_addresses",
        "network",
        "private_files",
        "child_environment",
    },
    "portal": {
        "portal",
        "portal/storage",
        "webhooks",
        "provisioning",
        "contract",
        "dial_plans",
        "events",
        "in_thread",
        "invisible",
        "last_used",
        "ip_addresses",
        "logs",
        "version",
    },
    "portal/storage": {"portal/storage", "database", "clock", "hashes", "breaker", "ip_addresses", "logs"},
}
PORTAL_FLOORS = (
    {"__init__"},
    {"error_handlers"},
    {"areas"},
    {"crud"},
    {"lists", "live", "diagnosis", "second_factors"},
    {"ui"},
    {"http"},
    {"storage"},
)
"""The rooms of the portal from top to bottom: each may import those below it, and none beside it."""
MOST_ROOMS, MOST_ARROWS = 12, 40
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def part_of(module: str) -> str:
    """The part of the house that a module (`portal/storage/sessions`) belongs to."""
    return max((part for part in MAY_IMPORT if f"{module}/".startswith(f"{part}/")), key=len, default=module)


@cache
def imported_by(path: Path) -> tuple[str, ...]:
    """The modules of the package that a file imports, in functions and for types only too; many tests ask for them."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    folder = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ("sipsorcery_web", *folder[: len(folder) + 1 - node.level]) if node.level else ()
            origin = ".".join((*above, *filter(None, [node.module])))
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


@cache
def own(imported: str) -> str | None:
    """The path of a module within the package; None for the package itself and for what is not of it."""
    path = imported.replace(".", "/").removeprefix("sipsorcery_web/")
    if not imported.startswith("sipsorcery_web.") or not any(
        (PACKAGE / f"{path}{end}").exists() for end in (".py", "/__init__.py")
    ):
        return None
    return path


def room_of(module: str, folder: str = "portal") -> str | None:
    """The room within a folder that a module belongs to: its subfolder, or the module itself; None outside of it."""
    room, _, _ = module.removeprefix(f"{folder}/").partition("/")
    return room if module.startswith(f"{folder}/") else None


def arrows_within(folder: str) -> dict[tuple[str, str], set[str]]:
    """Return the arrows between the rooms of a folder, with the modules that import."""
    arrows: dict[tuple[str, str], set[str]] = {}
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        origin = room_of(name_of(path), folder)
        targets = (room_of(module, folder) for name in imported_by(path) if (module := own(name)) is not None)
        for target in targets:
            if origin and target and target != origin:
                arrows.setdefault((origin, target), set()).add(name_of(path))
    return arrows


def circle_among(arrows: Collection[tuple[str, str]]) -> list[str]:
    """The rooms that are in a circle, or lead to one; nothing where imports run one way."""
    rooms = {room for arrow in arrows for room in arrow}
    while ends := {room for room in rooms if not any(a == room and b in rooms for a, b in arrows)}:
        rooms -= ends
    return sorted(rooms)


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in ASSEMBLY], ids=name_of)
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    part = part_of(name_of(path).removesuffix("/__init__"))
    imported = {part_of(module) for name in imported_by(path) if (module := own(name)) is not None}

    assert part in MAY_IMPORT, f"{part} is a new part of the house: say what it may import"
    assert imported - MAY_IMPORT[part] == set()


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in ASSEMBLY], ids=name_of)
def test_nobody_imports_those_that_put_the_house_together(path: Path) -> None:
    assert not {own(name) for name in imported_by(path)} & set(ASSEMBLY)


def test_only_the_application_and_its_commands_know_portal_and_service() -> None:
    both = set()
    for path in MODULES:
        parts = {part_of(module).partition("/")[0] for name in imported_by(path) if (module := own(name)) is not None}
        if {"portal", "service"} <= parts:
            both.add(name_of(path))

    assert both <= set(ASSEMBLY)
    assert "__init__" in both


def test_only_those_who_put_the_house_together_know_kamailio_and_portal() -> None:
    for path in MODULES:
        parts = {part_of(module).partition("/")[0] for name in imported_by(path) if (module := own(name)) is not None}
        assert not {"portal", "kamailio"} <= parts or name_of(path) in ASSEMBLY


def test_the_rooms_of_the_portal_import_what_is_below_them() -> None:
    floor = {room: height for height, rooms in enumerate(PORTAL_FLOORS) for room in rooms}
    arrows = arrows_within("portal")

    assert {arrow: by for arrow, by in arrows.items() if floor[arrow[0]] >= floor[arrow[1]]} == {}


def test_the_portal_has_few_rooms_and_few_arrows_between_them() -> None:
    rooms = {room_of(name_of(path)) for path in (PACKAGE / "portal").rglob("*.py")}

    assert rooms == {room for floor in PORTAL_FLOORS for room in floor}
    assert len(rooms) <= MOST_ROOMS
    assert len(arrows_within("portal")) <= MOST_ARROWS


@pytest.mark.parametrize("folder", ["portal", "portal/areas"])
def test_no_circle_leads_from_a_folder_of_the_portal_back_to_it(folder: str) -> None:
    assert circle_among(arrows_within(folder)) == []


def test_a_circle_is_seen() -> None:
    assert circle_among({("a", "b"), ("b", "c")}) == []
    assert circle_among({("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")}) == ["a", "b", "c"]


def test_the_rules_speak_of_parts_that_are_there() -> None:
    for part in MAY_IMPORT:
        assert (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").is_file()


def test_relative_and_absolute_imports_are_seen_alike(tmp_path: Path) -> None:
    sessions = PACKAGE / "portal" / "storage" / "sessions.py"

    assert "sipsorcery_web.database.connection" in set(imported_by(sessions))
    assert own("sipsorcery_web.database.connection") == "database/connection"
    assert own("sqlalchemy.orm") is None


@pytest.mark.parametrize("part", ["contract", "database"])
def test_contract_and_database_know_neither_the_web_nor_each_other(part: str) -> None:
    for path in (PACKAGE / part).rglob("*.py"):
        assert not {name.partition(".")[0] for name in imported_by(path)} & {"flask", "werkzeug", "zeep", "requests"}


def test_only_the_store_kamailio_and_the_storage_of_the_portal_know_sql() -> None:
    knowing = {
        part_of(name_of(path))
        for path in MODULES
        if any(name.partition(".")[0] == "sqlalchemy" for name in imported_by(path))
    }
    assert knowing <= {
        "database",
        "service",
        "service/store",
        "kamailio",
        "portal/storage",
        "jobs",
        "dial_plans/live",
        "calls",
        "maintenance",
        "oauth",
        "rest",
        "webhooks",
    }
