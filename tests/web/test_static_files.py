"""Static files: compressed beforehand, named by content, kept for good."""

import gzip
import re

import brotli
import pytest

from tests.fixtures_web import World
from verify_app.assets import folder, static_files, static_url, stylesheet


def test_a_url_with_the_fingerprint_is_kept_for_good(world: World):
    answer = world.client().get(static_url("js/scan.js"))
    assert answer.status_code == 200
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert world.client().get("/static/js/scan.js?v=old").headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(("name", "undo"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_it_comes_compressed_and_whole(world, name, undo):
    answer = world.client(accept_encoding=name).get(static_url("js/scan.js"))
    assert answer.headers["Content-Encoding"] == name
    lines = map(bytes.strip, (folder("static") / "js/scan.js").read_bytes().splitlines())
    assert undo(answer.data).splitlines() == [line for line in lines if not line.startswith(b"//")]


def test_an_unchanged_file_is_304(world):
    client = world.client(accept_encoding="br")
    tag = client.get(static_url("img/icon.svg")).headers["ETag"]
    assert client.get(static_url("img/icon.svg"), headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["nope.css", "../pyproject.toml", "%2e%2e/pyproject.toml", "css/../../pyproject.toml"])
def test_nothing_else_is_served(world, name):
    assert world.client().get(f"/static/{name}").status_code == 404


def test_a_template_cannot_link_to_a_file_that_is_not_there():
    with pytest.raises(KeyError):
        static_url("js/gone.js")


def test_the_stylesheet_is_small_and_says_nothing_twice_over():
    css = stylesheet()
    assert "/*" not in css
    assert "</" not in css
    assert len(gzip.compress(css.encode())) < 5 * 1024
    assert css.count("{") == css.count("}")


# For those who sign in; a shopper's phone never asks for them.
OFFICE = ("css/desk", "css/enterprise", "js/desk", "js/kit", "js/passkey")


def test_scripts_styles_and_icons_together_stay_light():
    """What lies in vendor/ is loaded only when somebody opens the camera, and is not counted here."""
    own = {name: asset for name, asset in static_files().items() if name.startswith(("css/", "js/", "img/"))}
    sizes = {name: len(dict(asset.encodings).get("br", asset.body)) for name, asset in own.items()}
    assert sum(size for name, size in sizes.items() if not name.startswith(OFFICE)) < 40 * 1024
    assert sum(size for name, size in sizes.items() if name.startswith(OFFICE)) < 12 * 1024


def test_no_text_of_a_script_goes_over_two_lines_for_idle_space_is_taken_away():
    for path in (folder("static") / "js").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if not line.strip().startswith("//") and line.count("`") % 2] == [], path.name


def test_a_style_names_no_token_that_nobody_defined():
    sheets = [asset.body.decode() for name, asset in static_files().items() if name.startswith("css/")]
    named = {name for sheet in sheets for name in re.findall(r"var\((--[a-z0-9-]+)", sheet)}
    defined = {name for sheet in sheets for name in re.findall(r"(--[a-z0-9-]+):", sheet)}
    assert named - defined == set()
