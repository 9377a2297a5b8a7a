"""Ruby as plans see it. `make test-plans` builds its image once for each prelude, and pytest's cache keeps it."""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipsorcery_web.dial_plans.ruby.image import ImageError, ImageFile
from sipsorcery_web.dial_plans.ruby.instance import Runtime
from sipsorcery_web.dial_plans.ruby_run import MendedTexts
from tests.dial_plans.runs import Runs
from tests.dial_plans.worlds import FakeWorld

BUILDS = "SIPSORCERY_TEST_BUILD_RUBY"
KEY = b"a key for tests, of thirty-two b"


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ImageFile:
    """The image, built by the first process that needs it; building takes minutes, so it is done on purpose only."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)  # none with -p no:cacheprovider
    folder = Path(cache.mkdir("ruby-image")) if cache else tmp_path_factory.mktemp("ruby-image")
    found = ImageFile(folder, KEY)
    with (found.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            found.load()
        except ImageError:
            if BUILDS not in os.environ:
                pytest.skip("the image of Ruby is not built yet: make test-plans builds it, in some minutes")
            found.build()
    return found


@pytest.fixture(scope="session")
def runtime(image: ImageFile) -> Iterator[Runtime]:
    """A runtime whose clock ticks, as the plan service's does."""
    loaded, over = image.load(), threading.Event()

    def tick() -> None:
        while not over.wait(0.005):
            loaded.engine.increment_epoch()

    thread = threading.Thread(target=tick)
    thread.start()
    yield loaded
    over.set()
    thread.join()


@pytest.fixture
def own_image(image: ImageFile, tmp_path: Path) -> ImageFile:
    """A copy that a test may spoil."""
    for file in (image.path, image.path.with_suffix(".hmac")):
        shutil.copy2(file, tmp_path)
    return ImageFile(tmp_path, KEY)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def runs(runtime: Runtime, world: FakeWorld) -> Runs:
    """Runs scripts in alice's world."""
    return Runs(runtime, world, MendedTexts())
