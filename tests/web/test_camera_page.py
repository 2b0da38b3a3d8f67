"""The live scanner's page and the reading of its stills on the server."""

from __future__ import annotations

from io import BytesIO
from threading import Event, Thread

import pytest
from PIL import Image

from tests.fixtures_web import GTIN, ITEM, make_world
from tests.html_checks import check_page
from verify_app.assets import Asset, _load, static_files, static_url_if_there
from verify_app.domain.parse import parse
from verify_app.images.decoded import Decoded, Symbol
from verify_app.images.errors import DecodeTimeout
from verify_app.images.pool import DecodePool
from verify_app.images.symbols import symbol

BRACKETED = f"(01){GTIN}(10)L2601(21)A1B2C3"
CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def still(*kinds: str, picture="JPEG") -> bytes:
    """A grey still with the example item in these symbols, side by side."""
    ground, left = Image.new("L", (900, 500), 190), 40
    for kind in kinds:
        drawn = Image.open(BytesIO(symbol(parse(BRACKETED), "https://verify.example.vn", kind, "png", 6))).convert("L")
        ground.paste(drawn, (left, 60))
        left += drawn.width + 60
    out = BytesIO()
    ground.save(out, picture)
    return out.getvalue()


@pytest.fixture(scope="module")
def pool():
    decoders = DecodePool(processes=1, queue=2, deadline_s=60)
    yield decoders
    decoders.close()


@pytest.fixture
def shop(tmp_path, pool):
    return make_world(tmp_path, decoder=pool)


def send(world, data, mime="image/jpeg"):
    return world.client(accept="application/json").post("/scan/frame", data=data, content_type=mime)


# --- the page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_offers_camera_photo_and_typing(world, lang):
    answer = world.client(accept_language=lang).get("/scan")
    page = check_page(answer.text, lang)
    assert page.all("video")[0].keys() >= {"playsinline", "muted"}
    assert page.all("button", data_start="")
    assert page.all("input", type="file")
    assert page.all("input", id="code")
    (scanner,) = [attrs for _, attrs in page.tags if "data-scanner" in attrs]
    assert {name for name in scanner if name.startswith("data-say-")} == {
        "data-say-starting", "data-say-loading", "data-say-aim", "data-say-aim-server", "data-say-slow",
        "data-say-taken", "data-say-tired", "data-say-stopped", "data-say-choice",
    }  # fmt: skip


def test_a_chosen_language_goes_along_with_what_the_camera_reads(world):
    page = check_page(world.client().get("/scan?lang=en").text, "en")
    (scanner,) = [attrs for _, attrs in page.tags if "data-scanner" in attrs]
    assert scanner["data-answer"] == "/scan?lang=en"


def test_webassembly_is_allowed_on_this_page_and_in_its_worker_alone(world):
    client = world.client()
    for path in ("/scan", "/static/js/camera-worker.js"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "'unsafe-eval'" not in policy
        assert "worker-src 'self'" in policy
    for path in ("/", ITEM, "/scan?code=x", "/static/js/camera.js", "/static/js/scan.js"):
        assert "wasm" not in client.get(path).headers["Content-Security-Policy"]


def test_without_the_decoder_the_page_names_none(world, monkeypatch):
    known = {name: asset for name, asset in static_files().items() if not name.startswith("vendor/")}
    monkeypatch.setattr("verify_app.assets.static_files", lambda: known)
    assert static_url_if_there("vendor/zxing_reader.wasm") == ""
    page = check_page(world.client().get("/scan").text, "vi")
    (scanner,) = [attrs for _, attrs in page.tags if "data-scanner" in attrs]
    assert not {"data-worker", "data-decoder", "data-wasm"} & scanner.keys()
    assert scanner["data-frame"] == "/scan/frame"


def test_with_the_decoder_the_page_names_its_files(world, monkeypatch):
    stand_in = Asset("vendor/x", "application/wasm", b"\0asm", "f00")
    known = {**static_files(), "vendor/zxing_reader.js": stand_in, "vendor/zxing_reader.wasm": stand_in}
    monkeypatch.setattr("verify_app.assets.static_files", lambda: known)
    (scanner,) = [
        attrs for _, attrs in check_page(world.client().get("/scan").text, "vi").tags if "data-scanner" in attrs
    ]
    assert scanner["data-wasm"] == "/static/vendor/zxing_reader.wasm?v=f00"
    assert scanner["data-worker"].startswith("/static/js/camera-worker.js?v=")


def test_a_file_compressed_beforehand_is_sent_so_and_the_list_of_packages_is_not_sent(tmp_path, world):
    (tmp_path / "one.wasm").write_bytes(b"\0asm and so on")
    (tmp_path / "one.wasm.br").write_bytes(b"small")
    asset = _load(tmp_path, "one.wasm")
    assert asset.mime == "application/wasm"
    assert asset.encodings == (("br", b"small"),)
    assert not [name for name in static_files() if name.startswith("npm/") or name.endswith((".br", ".gz"))]
    assert world.client().get("/static/npm/package.json").status_code == 404


def test_a_code_of_the_camera_is_recorded_as_a_photo_once(world):
    client = world.client()
    answer = client.get("/scan", query_string={"code": f"]d201{GTIN}10L2601\x1d21A1B2C3", "from": "camera"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{ITEM}?via=camera"
    assert world.histories.seen == {}
    client.get(answer.headers["Location"])
    (visits,) = world.histories.seen.values()
    assert [visit.entry for visit in visits] == ["photo"]


# --- stills ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", ["JPEG", "PNG"])
def test_the_symbols_of_a_still_come_back_and_nothing_is_recorded(shop, picture):
    answer = send(shop, still("qr", "datamatrix", picture=picture), f"image/{picture.lower()}")
    assert answer.status_code == 200
    assert {one["format"] for one in answer.json["symbols"]} == {"QRCode", "DataMatrix"}
    payloads = {one["format"]: one["payload"] for one in answer.json["symbols"]}
    assert payloads["QRCode"] == f"https://verify.example.vn{ITEM}"
    assert payloads["DataMatrix"] == f"]d201{GTIN}10L2601\x1d21A1B2C3"
    assert parse(payloads["DataMatrix"]) == parse(payloads["QRCode"])
    assert (answer.json["width"], answer.json["height"]) == (900, 500)
    assert answer.headers["Cache-Control"] == "no-store"
    assert shop.histories.seen == {}


def test_a_still_without_a_code_is_an_empty_list(shop):
    assert send(shop, still()).json["symbols"] == []


@pytest.mark.parametrize(
    ("body", "mime", "status"),
    [
        (b"\xff\xd8\xff" + bytes(257 * 1024), "image/jpeg", 413),
        (b"%PDF-1.7", "image/jpeg", 415),
        (b"", "image/png", 400),
        (b"\xff\xd8\xff\xe0 cut off", "image/jpeg", 422),
        (b"code=1", "application/x-www-form-urlencoded", 415),
        (b"\xff\xd8\xff", "multipart/form-data; boundary=x", 415),
    ],
)
def test_what_is_no_small_still_is_refused_as_a_problem(shop, body, mime, status):
    answer = send(shop, body, mime)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_a_still_is_not_asked_for_by_get(world):
    assert world.client().get("/scan/frame").status_code in (404, 405)


def test_a_second_still_is_turned_away_while_one_is_read_and_the_next_is_read(tmp_path):
    begun, go_on = Event(), Event()

    class Slow:
        def decode(self, data):
            begun.set()
            assert go_on.wait(60)
            return Decoded((Symbol("x", "QRCode", "]Q1", CORNERS, True),), 9, 9, 1.0, b"")

    world = make_world(tmp_path, decoder=Slow())
    answers = []
    first = Thread(target=lambda: answers.append(send(world, b"one")))
    first.start()
    assert begun.wait(60)
    turned_away = send(world, b"two")
    go_on.set()
    first.join(60)
    assert turned_away.status_code == 503
    assert turned_away.headers["Retry-After"] == "1"
    assert answers[0].json["symbols"] == [{"payload": "x", "format": "QRCode", "position": [list(p) for p in CORNERS]}]
    assert send(world, b"three").status_code == 200


def test_a_still_that_takes_too_long_frees_its_place(tmp_path):
    class Late:
        def decode(self, data):
            raise DecodeTimeout(2.0)

    world = make_world(tmp_path, decoder=Late())
    assert [send(world, b"x").status_code for _ in range(3)] == [422, 422, 422]
