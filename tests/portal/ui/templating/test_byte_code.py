import shutil
import stat
from pathlib import Path

import jinja2
import pytest

from sipsorcery_web import create_app
from sipsorcery_web.portal.ui.templating import byte_code
from sipsorcery_web.portal.ui.templating.byte_code import templates_kept_in
from sipsorcery_web.settings import Settings

pytestmark = pytest.mark.usefixtures("own_cache")


def page(folder: Path) -> bytes:
    """Return the sign-in page of a portal that has just started."""
    app = create_app(Settings(data_dir=folder))
    answer: bytes = app.test_client().get("/about").data
    app.extensions["database"].close()
    return answer


def test_a_second_start_compiles_no_template_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = page(tmp_path)
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_, **__: pytest.fail("it was compiled again"))

    assert b"</html>" in first
    assert page(tmp_path).count(b"<") == first.count(b"<")


def test_what_is_run_is_read_from_a_folder_that_nobody_else_writes_to(tmp_path: Path) -> None:
    page(tmp_path)
    (templates,) = (tmp_path / "cache").glob("templates-*")

    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (templates.parent, templates)] == [0o700, 0o700]


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)

    assert b"</html>" in page(tmp_path)
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_another_state_of_the_package_has_compiled_goes(tmp_path: Path) -> None:
    old = tmp_path / "templates-0123456789abcdef"
    old.mkdir()
    templates_kept_in(tmp_path)

    assert not old.exists()


def test_a_change_in_one_template_compiles_all_anew_since_its_macros_are_in_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = tmp_path / "templates" / "parts"
    parts.mkdir(parents=True)
    monkeypatch.setattr(byte_code, "TEMPLATES", parts.parent)
    (parts / "icons.html").write_text("one")
    templates_kept_in(tmp_path)
    (before,) = tmp_path.glob("templates-*")
    (parts / "icons.html").write_text("another")
    templates_kept_in(tmp_path)

    assert list(tmp_path.glob("templates-*")) != [before]
    assert not before.exists()


def test_a_page_that_cannot_be_kept_is_shown(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    shutil.rmtree(tmp_path / "cache")  # as another state of the package does with the folder of this one

    assert b"</html>" in app.test_client().get("/about").data
    app.extensions["database"].close()
