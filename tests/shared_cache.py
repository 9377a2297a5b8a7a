"""The cache of a first start (compiled templates, compressed files), made once for all portals of a run.

It takes some seconds of a processor, and is the same for all of them.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sipsorcery_web.settings import Settings

_OWN = Settings.cache_folder
_shared: list[Path] = []


def share(data_dir: Path) -> None:
    """Let a data directory have the cache of the run, where tests run and it has none of its own."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in _shared:
        with suppress(FileExistsError):
            (data_dir / "cache").symlink_to(folder)


def _of_the_run(settings: Settings) -> Path | None:
    share(settings.data_dir)
    return _OWN(settings)


@pytest.fixture(scope="session", autouse=True)
def shared_cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every portal of the run have the same cache."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if hasattr(request.config, "workerinput") else base) / "cache"  # each worker has its own base
    folder.mkdir(mode=0o700, exist_ok=True)
    _shared.append(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settings, "cache_folder", _of_the_run)
        yield


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each portal make its own cache, as in use."""
    monkeypatch.setattr(Settings, "cache_folder", _OWN)
