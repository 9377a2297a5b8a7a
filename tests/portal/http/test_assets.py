import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from sipsorcery_web.portal.http import assets


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "styles/layers.css": "@layer base, parts;",
        "styles/base.css": "/* first */\n@layer base {\n  a { color: green; } /* links */\n\n}\n",
        "styles/parts/notes.css": "@layer parts { .note { margin: 0; } }",
        "styles/parts/buttons.css": "@layer parts { .button { border: 0; } }",
        "scripts/session.js": "{ const name = 2 }",
        "scripts/copy.js": "{ const name = 1 }",
        "icons.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "secret.txt": "not for browsers",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def app(source: Path) -> Flask:
    app = Flask(__name__, static_folder=None)
    assets.init_app(app, source)
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return render_template_string("{{ asset(name) }}", name=name)


def test_styles_are_joined_in_the_order_of_the_layers_without_comments_and_indentation(source: Path) -> None:
    assert assets.joined_styles(source / "styles") == (
        "@layer base, parts;\n"
        "@layer base {\na { color: green; }\n}\n"
        "@layer parts { .button { border: 0; } }\n"
        "@layer parts { .note { margin: 0; } }"
    )


def test_a_sheet_outside_of_every_layer_stops_the_start_and_is_named(source: Path) -> None:
    (source / "styles" / "extra").mkdir()
    (source / "styles" / "extra" / "charts.css").touch()
    with pytest.raises(ValueError, match=r"extra/charts\.css belongs to no layer"):
        assets.Assets(source)


def test_scripts_are_joined_by_name(app: Flask, client: FlaskClient) -> None:
    assert client.get(address(app, "app.js")).text == "{ const name = 1 }\n{ const name = 2 }"


def test_what_some_pages_need_is_joined_apart_from_what_all_load(app: Flask, client: FlaskClient, source: Path) -> None:
    for name, text in {
        "vendor/ace/ace.js": "ace",
        "vendor/ace/mode-ruby.js": "ruby",
        "vendor/ace/LICENSE": "free",
        "editor/script-editor.js": "editor",
        "vendor/ace/ace.css": ".ace {}",
        "editor/editor.css": ".editor {}",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    with_editor = Flask(__name__, static_folder=None)
    assets.init_app(with_editor, source)
    browser = with_editor.test_client()
    assert browser.get(address(with_editor, "editor.js")).text == "ace\nruby\neditor"
    assert browser.get(address(with_editor, "editor.css")).text == ".ace {}\n.editor {}"
    assert address(with_editor, "app.js") == address(app, "app.js")
    assert client.get(address(app, "editor.js")).text == ""


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
    ],
)
def test_each_asset_says_what_it_is(app: Flask, client: FlaskClient, name: str, content_type: str) -> None:
    answer = client.get(address(app, name))
    assert answer.status_code == 200
    assert answer.content_type == content_type


def test_the_name_carries_a_hash_that_follows_the_contents(app: Flask, source: Path) -> None:
    before = address(app, "app.css")
    (source / "styles" / "base.css").write_text("@layer base { a { color: red; } }")
    changed = Flask(__name__)
    assets.init_app(changed, source)
    assert re.fullmatch(r"/assets/app\.[0-9a-f]{12}\.css", before)
    assert address(changed, "app.css") != before


def test_addresses_keep_the_prefix_that_the_portal_is_mounted_under(app: Flask) -> None:
    with app.test_request_context(base_url="https://sip.example/portal"):
        assert render_template_string("{{ asset('app.js') }}").startswith("/portal/assets/app.")


def test_a_template_that_names_an_unknown_asset_fails(app: Flask) -> None:
    with pytest.raises(KeyError, match=r"app\.png"):
        address(app, "app.png")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.2, gzip;q=0.9", "gzip"),
        ("identity", None),
        ("br;q=0, gzip;q=0, *;q=0", None),
        (None, None),
    ],
)
def test_the_browser_gets_the_coding_that_it_likes_best(
    app: Flask, client: FlaskClient, accepted: str | None, coding: str | None
) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    answer = client.get(address(app, "app.css"), headers=headers)
    decoders = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert b".button" in decoders[coding](answer.data)


def test_an_asset_may_be_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    assert client.get(address(app, "app.css")).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_unchanged_asset_is_not_sent_twice(app: Flask, client: FlaskClient) -> None:
    etag = client.get(address(app, "app.css"), headers={"Accept-Encoding": "br"}).headers["ETag"]
    again = client.get(address(app, "app.css"), headers={"Accept-Encoding": "br", "If-None-Match": etag})
    other_coding = client.get(address(app, "app.css"), headers={"Accept-Encoding": "gzip", "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Vary"] == "Accept-Encoding"
    assert other_coding.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/assets/app.css",
        "/assets/app.000000000000.css",
        "/assets/secret.txt",
        "/assets/../secret.txt",
        "/assets/%2e%2e/secret.txt",
        "/assets/styles/base.css",
        "/assets/",
        "/static/secret.txt",
    ],
)
def test_nothing_else_can_be_reached(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_asset_can_only_be_read(app: Flask, client: FlaskClient) -> None:
    assert client.post(address(app, "app.css")).status_code == 405
    assert client.head(address(app, "app.css")).status_code == 200


def test_an_asset_needs_no_session(app: Flask) -> None:
    assert getattr(app.view_functions["asset"], "open_to_all", False)


class TestTheRealOnes:
    """The files of the project itself."""

    @pytest.fixture
    def app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        assets.init_app(app)
        return app

    def test_styles_scripts_and_icons_leave_room_for_the_page_in_25_kb(self, app: Flask, client: FlaskClient) -> None:
        names = ("app.css", "app.js", "icons.svg")
        answers = [client.get(address(app, name), headers={"Accept-Encoding": "gzip"}) for name in names]
        assert sum(len(answer.data) for answer in answers) < 22_000

    def test_every_rule_of_every_sheet_is_in_a_layer(self) -> None:
        for sheet in (assets.SOURCE / "styles").rglob("*.css"):
            assert re.match(r"(/\*.*?\*/\s*)?@layer ", sheet.read_text("utf-8"), re.DOTALL), sheet.name

    def test_every_icon_that_a_template_names_is_drawn(self) -> None:
        drawn = set(re.findall(r'id="([\w-]+)"', (assets.SOURCE / "icons.svg").read_text("utf-8")))
        templates = (assets.SOURCE.parent / "templates").rglob("*.html")
        named = {name for page in templates for name in re.findall(r'\bicon\("([\w-]+)"', page.read_text("utf-8"))}
        assert named
        assert named <= drawn

    def test_no_script_leaves_names_outside_its_block(self) -> None:
        for script in (assets.SOURCE / "scripts").glob("*.js"):
            starts = [line for line in script.read_text("utf-8").splitlines() if line and line[0] not in " /}"]
            assert len(starts) == 1, script.name
            assert starts[0].endswith("{"), script.name

    def test_no_template_holds_what_the_content_security_policy_forbids(self) -> None:
        for page in (assets.SOURCE.parent / "templates").rglob("*.html"):
            forbidden = re.findall(
                r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", page.read_text("utf-8")
            )
            assert forbidden == [], page.name


def test_what_an_earlier_start_has_compressed_is_taken_as_it_is_until_the_contents_change(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    first = {name: asset.codings for name, asset in assets.Assets(source, cache).by_file.items()}
    files = {file.name for file in cache.iterdir()}
    with monkeypatch.context() as without:
        without.setattr(brotli, "compress", lambda *_, **__: pytest.fail("it was compressed again"))
        assert {name: asset.codings for name, asset in assets.Assets(source, cache).by_file.items()} == first

    (source / "scripts" / "copy.js").write_text("{ const name = 3 }")
    again = assets.Assets(source, cache).by_file
    (script,) = (name for name in again if name.endswith(".js") and name.startswith("app"))
    assert brotli.decompress(again[script].codings["br"]) == again[script].codings["identity"]
    assert (
        len({file.name for file in cache.iterdir()} - files)
        == len(files - {file.name for file in cache.iterdir()})
        == 2
    )
