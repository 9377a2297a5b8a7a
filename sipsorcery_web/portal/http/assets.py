"""Styles, scripts and icons: joined and named by their contents when the process starts, compressed once for all."""

import gzip
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request, url_for

from .access import open_to_all

SOURCE = Path(__file__).parents[3] / "static"

_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_SOME_PAGES = {
    "console.css": ("console/*.css",),
    "console.js": ("console/*.js",),
    "customers.css": ("customers/*.css",),
    "editor.css": ("vendor/ace/*.css", "editor/*.css"),
    "editor.js": ("vendor/ace/*.js", "editor/*.js"),
    "help.css": ("help/*.css",),
    "ladder.css": ("ladder/*.css",),
    "ladder.js": ("ladder/*.js",),
    "phone.css": ("phone/*.css",),
    "security.css": ("security/*.css",),
}
"""Files that not every page loads, and what they are joined from."""
_FOR_EVER = "public, max-age=31536000, immutable"  # RFC 8246: the name changes with the contents


@dataclass(frozen=True)
class Asset:
    """A file as browsers get it, in each content coding."""

    file: str
    digest: str
    content_type: str
    codings: Mapping[str, bytes]


class Assets:
    """The files that pages link to, known to templates by a name that stays the same."""

    def __init__(self, source: Path = SOURCE, cache: Path | None = None) -> None:
        """Take the compressed ones of an earlier start from a folder, where there is one."""
        contents = {
            "app.css": joined_styles(source / "styles"),
            "app.js": joined_scripts(source / "scripts"),
            "icons.svg": (source / "icons.svg").read_text("utf-8"),
        }
        self._by_name = {name: _asset(name, text.encode(), cache) for name, text in contents.items()}
        for name, patterns in _FOR_SOME_PAGES.items():
            joined = "\n".join(_texts(source, patterns))
            self._by_name[name] = _asset(name, joined.encode(), cache, quality=9)  # 11 would take a second
        self.by_file = {asset.file: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of an asset; raises KeyError for a name that there is not."""
        return url_for("asset", file=self._by_name[name].file)

    @open_to_all
    def answer(self, file: str) -> Response:
        """The file in the coding that the browser likes best.

        :raise 404: for anything that is not an asset of this very process.
        """
        asset = self.by_file.get(file) or abort(404)
        coding = request.accept_encodings.best_match(asset.codings, "identity")
        response = Response(asset.codings[coding], content_type=asset.content_type)
        if coding != "identity":
            response.content_encoding = coding
        response.headers["Cache-Control"] = _FOR_EVER
        response.vary.add("Accept-Encoding")
        response.set_etag(f"{asset.digest}-{coding}")  # RFC 9110, 8.8.3.3: each coding is a representation of its own
        response.make_conditional(request)
        return response


def init_app(app: Flask, source: Path = SOURCE, cache: Path | None = None) -> None:
    """Serve the assets under `/assets/` and tell templates their addresses: `{{ asset("app.css") }}`."""
    assets = Assets(source, cache)

    @app.get("/assets/<file>")
    @open_to_all
    def asset(file: str) -> Response:
        return assets.answer(file)

    app.add_template_global(assets.url, "asset")


def joined_styles(folder: Path) -> str:
    """The sheets as one, in the order of the layers that `layers.css` declares.

    A layer is `<layer>.css` and then `<layer>/*.css`; a sheet outside of every layer raises ValueError.
    """
    declaration = folder / "layers.css"
    sheets = [declaration]
    for layer in _layers(declaration.read_text("utf-8")):
        sheets += [*folder.glob(f"{layer}.css"), *sorted(folder.glob(f"{layer}/*.css"))]
    if strays := set(folder.rglob("*.css")) - set(sheets):
        raise ValueError(f"{min(strays).relative_to(folder)} belongs to no layer that layers.css declares")
    return "\n".join(_without_comments(sheet.read_text("utf-8")) for sheet in sheets)


def joined_scripts(folder: Path) -> str:
    """The scripts as one, by name; each keeps its names to itself in a block."""
    return "\n".join(script.read_text("utf-8") for script in sorted(folder.glob("*.js")))


def _texts(source: Path, patterns: Iterable[str]) -> list[str]:
    return [file.read_text("utf-8") for pattern in patterns for file in sorted(source.glob(pattern))]


def _layers(declaration: str) -> list[str]:
    return re.findall(r"[\w-]+", declaration.removeprefix("@layer"))


def _without_comments(sheet: str) -> str:
    """The sheet without comments and indentation. No string in our sheets holds `/*`, or a line end."""
    lines = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _asset(name: str, content: bytes, cache: Path | None, quality: int = 11) -> Asset:
    path = Path(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    file = f"{path.stem}.{digest}{path.suffix}"
    codings = {
        "br": _kept(cache, f"{file}.br", lambda: brotli.compress(content, quality=quality)),
        "gzip": _kept(cache, f"{file}.gz", lambda: gzip.compress(content, 9, mtime=0)),
        "identity": content,
    }
    return Asset(file, digest, _CONTENT_TYPES[path.suffix], codings)


def _kept(cache: Path | None, file: str, make: Callable[[], bytes]) -> bytes:
    """Return what an earlier start has made, else make it and keep it in place of that of other contents."""
    if cache is None:
        return make()
    with suppress(FileNotFoundError):
        return (cache / file).read_bytes()
    made = make()
    with suppress(OSError):  # on a full disk each start makes it anew
        _keep(cache, file, made)
    return made


def _keep(cache: Path, file: str, made: bytes) -> None:
    name, _digest, ending = file.split(".", 2)
    for other in cache.glob(f"{name}.*.{ending}"):
        other.unlink(missing_ok=True)
    draft = cache / f"{file}.{secrets.token_hex(4)}.new"
    try:
        draft.write_bytes(made)
        draft.replace(cache / file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
