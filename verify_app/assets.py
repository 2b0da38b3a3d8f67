"""Where templates, static files and translations lie, and the static files themselves, ready to send."""

from __future__ import annotations

import gzip
import mimetypes
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import brotli

_PACKAGE = Path(__file__).resolve().parent
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_TWINS = {"br": ".br", "gzip": ".gz"}  # a file beside another that holds it compressed
_IDLE = re.compile(rb"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)
_NOT_SENT = (".", "npm/")  # npm/ names the packages that vendor/ is made of
SHEETS = ("tokens", "page", "components", "result", "print")  # in the order of the cascade


def folder(name: str) -> Path:
    """Folder of "templates", "static" or "translations": inside the package in a wheel, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory, compressed once at the best level; `encodings` maps br and gzip to bytes."""

    name: str
    mime: str
    body: bytes
    fingerprint: str
    encodings: tuple[tuple[str, bytes], ...] = ()


@cache
def static_files() -> dict[str, Asset]:
    """All static files by their path below static/, read once in the life of the process (some tens of kB)."""
    root = folder("static")
    names = (file.relative_to(root).as_posix() for file in sorted(root.rglob("*")) if file.is_file())
    return {name: _load(root, name) for name in names if not name.startswith(_NOT_SENT) and not _is_twin(root, name)}


def static_url(name: str) -> str:
    """URL of a static file that changes with its content, so that browsers may keep it for good.

    Raises `KeyError` for a file that is not there: a page never links into nothing."""
    return f"/static/{name}?v={static_files()[name].fingerprint}"


def static_url_if_there(name: str) -> str:
    """URL of a static file that a checkout may lack, "" where it does."""
    return static_url(name) if name in static_files() else ""


@cache
def stylesheet() -> str:
    """All CSS as one text without comments and idle space; it travels inside each page, so that the first
    response is complete on a slow line."""
    css = "".join((folder("static") / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


@cache
def stylesheet_hash() -> str:
    """The stylesheet's source expression for the Content-Security-Policy."""
    return "sha256-" + b64encode(sha256(stylesheet().encode()).digest()).decode()


def _is_twin(root: Path, name: str) -> bool:
    """Whether a file is another one compressed."""
    return any(name.endswith(ending) and (root / name.removesuffix(ending)).is_file() for ending in _TWINS.values())


def _load(root: Path, name: str) -> Asset:
    body = (root / name).read_bytes()
    if name.startswith("js/"):  # a phone pays for every byte and reads no comment; no text of ours goes over two lines
        body = _IDLE.sub(b"", body)
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    small: tuple[tuple[str, bytes], ...] = ()
    if mime.startswith(_TEXT):
        small = (("br", brotli.compress(body, quality=11)), ("gzip", gzip.compress(body, 9, mtime=0)))
    else:  # compressed when it was put in place: a megabyte takes seconds
        twins = ((encoding, root / (name + ending)) for encoding, ending in _TWINS.items())
        small = tuple((encoding, twin.read_bytes()) for encoding, twin in twins if twin.is_file())
    return Asset(name, mime, body, sha256(body).hexdigest()[:12], small)
