"""Product pictures from DATA_DIR/pictures: safe names only, kept for good."""

import pytest


@pytest.fixture
def pictures(world):
    folder = world.app.extensions["parts"].settings.data_dir / "pictures"
    folder.mkdir()
    (folder / "coffee.a1b2.webp").write_bytes(b"RIFF....WEBP")
    (folder / "art.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (folder / "secret.key").write_bytes(b"hunter2")
    (folder.parent / "secret.png").write_bytes(b"hunter2")
    return world.client()


def test_a_picture_is_served_and_kept_for_good(pictures):
    answer = pictures.get("/pictures/coffee.a1b2.webp")
    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert (
        pictures.get("/pictures/coffee.a1b2.webp", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


@pytest.mark.parametrize(
    "name",
    ["gone.png", "secret.key", "../secret.png", "..%2fsecret.png", "%2e%2e/secret.png", ".png", "a/b.png",
     "coffee.a1b2.webp/", "x" * 300 + ".png", "coffee%00.png"],
)  # fmt: skip
def test_any_other_name_is_404(pictures, name):
    answer = pictures.get(f"/pictures/{name}")
    assert answer.status_code == 404
    assert b"hunter2" not in answer.data


def test_an_svg_may_run_nothing(pictures):
    answer = pictures.get("/pictures/art.svg")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_until_the_smaller_copy_is_made_the_larger_one_is_sent_and_not_kept(pictures, world):
    answer = pictures.get("/pictures/coffee.a1b2.avif")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "image/webp", "no-store")
    folder = world.app.extensions["parts"].settings.data_dir / "pictures"
    (folder / "coffee.a1b2.avif").write_bytes(b"....ftypavif")
    answer = pictures.get("/pictures/coffee.a1b2.avif")
    assert (answer.mimetype, "immutable" in answer.headers["Cache-Control"]) == ("image/avif", True)
    assert pictures.get("/pictures/gone.avif").status_code == 404
