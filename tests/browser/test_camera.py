"""The live scanner in a real browser, with a film of a label before a fake camera."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PHONE, patient
from tests.browser.photos import photographed
from verify_app.domain.code import Code
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

pytestmark = pytest.mark.browser

BASE = "https://tra-cuu.example"
DECODER = Path(__file__).resolve().parents[2] / "static/vendor/zxing_reader.wasm"
FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
needs_decoder = pytest.mark.skipif(
    not DECODER.is_file(), reason="The scan page's decoder is not there: it needs npm (make scanner)."
)


def first(demo, verdict) -> str:
    return next(entry["path"] for entry in demo if entry["expect"] == verdict and entry["path"].startswith("/01/"))


def png(code: Code, kind: str) -> bytes:
    return bytes(symbol(code, BASE, kind, "png", 8))


def bars(kind: str, text: str, **options: object) -> bytes:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    out = io.BytesIO()
    Image.fromarray(made.to_image(scale=4)).convert("L").save(out, "PNG")
    return out.getvalue()


def beside(*symbols: bytes) -> bytes:
    """A JPEG with symbols side by side on a white label."""
    pictures = [Image.open(io.BytesIO(one)).convert("L") for one in symbols]
    side = 80 + sum(one.width + 80 for one in pictures)
    label, out, left = Image.new("L", (side, side), 255), io.BytesIO(), 80
    for one in pictures:
        label.paste(one, (left, (side - one.height) // 2))
        left += one.width + 80
    label.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 120, 120)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def cinema(chromium, tmp_path_factory):
    """Two browsers with a fake camera, which is opened anew for each page and then plays what lies there: one that
    allows the camera and one that refuses it."""
    browsers, folder = {}, tmp_path_factory.mktemp("film")

    def browser_of(picture: bytes, allowed: bool):
        reel, next_one = folder / f"reel-{allowed}.mjpeg", folder / "next.mjpeg"
        next_one.write_bytes(picture * 2)
        next_one.replace(reel)
        if allowed not in browsers:
            flags = [*FLAGS, *FAKE[: 2 if allowed else 1], f"--use-file-for-fake-video-capture={reel}"]
            browsers[allowed] = patient(chromium.browser_type.launch(executable_path=CHROMIUM, args=flags))
        return browsers[allowed]

    yield browser_of
    for browser in browsers.values():
        browser.close()


@pytest.fixture
def film(cinema, service):
    """Opens a page before whose fake camera a picture is held. `requests`: paths that it asked for."""
    contexts = []

    def hold(picture: bytes, viewport=PHONE, allowed=True, **context):
        # The service worker stands aside: what it fetches, a test could not see or stop.
        opened = cinema(picture, allowed).new_context(
            viewport=viewport, locale="vi-VN", base_url=service, service_workers="block", **context
        )
        contexts.append(opened)
        page = opened.new_page()
        page.requests, page.faults = [], []
        page.on("request", lambda request: page.requests.append(request.url.removeprefix(service).partition("?")[0]))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
        return page

    yield hold
    for opened in contexts:
        opened.close()


def state(page, name: str, timeout=60000):
    page.wait_for_selector(f"[data-scanner][data-state={name}]", timeout=timeout)


def verdict(page) -> str:
    page.wait_for_selector("[data-verdict]", timeout=60000)
    return page.locator("[data-verdict]").first.get_attribute("data-verdict")


def without_decoder(page):
    page.route("**/static/vendor/**", lambda route: route.abort())


# --- from the camera to the verdict ----------------------------------------------------------------------------


@needs_decoder
@pytest.mark.parametrize(("kind", "wanted"), [("qr", "VALID"), ("datamatrix", "RECALLED")])
def test_a_label_before_the_camera_becomes_a_verdict_without_sending_a_picture(film, demo, kind, wanted):
    path = first(demo, wanted)
    page = film(photographed(png(parse(path), kind)))
    page.goto("/scan")
    assert verdict(page) == wanted
    assert path in page.url
    assert "via=camera" in page.url
    assert "/static/vendor/zxing_reader.wasm" in page.requests
    assert "/scan/frame" not in page.requests
    assert page.faults == []
    assert page.context.cookies() == []


@needs_decoder
@pytest.mark.parametrize(
    ("kind", "text", "options", "gtin"),
    [
        ("EAN13", "9521234543213", {}, "09521234543213"),
        ("EAN8", "95200002", {}, "00000095200002"),
        ("UPCA", "614141000036", {}, "00614141000036"),
        ("Code128", "(01)09506000134352(10)AB", {"gs1": True}, "09506000134352"),
    ],
)
def test_bar_codes_before_the_camera_are_read_and_parsed(film, kind, text, options, gtin):
    page = film(beside(bars(kind, text, **options)))
    page.goto("/scan")
    page.wait_for_url(f"**/01/{gtin}**", timeout=60000)
    if kind == "Code128":
        assert "/10/AB" in page.url


def test_where_no_decoder_runs_stills_go_to_the_server_one_at_a_time(film, demo):
    page = film(photographed(png(parse(first(demo, "VALID")), "qr")))
    without_decoder(page)
    page.goto("/scan")
    state(page, "live")
    page.wait_for_selector("[data-reader=server]", timeout=60000)
    assert "máy chủ" in page.locator("[data-status]").inner_text()
    assert verdict(page) == "VALID"
    assert 2 <= page.requests.count("/scan/frame") <= 20


def test_the_browsers_own_detector_is_preferred_and_its_separators_are_kept(film, demo):
    """A stand-in for the detector of Android: this browser has none. It sees a GS1 DataMatrix as FNC1 and text."""
    code = parse(first(demo, "VALID"))
    read = f"\x1d01{code.gtin}10{code.lot}\x1d21{code.serial}"
    page = film(blank())
    page.add_init_script(
        f"""self.BarcodeDetector = class {{
          static async getSupportedFormats() {{ return ["qr_code", "data_matrix", "ean_13", "code_128", "aztec"]; }}
          async detect() {{ return [{{ rawValue: {json.dumps(read)}, format: "data_matrix" }}]; }}
        }};"""
    )
    page.goto("/scan")
    assert verdict(page) == "VALID"
    assert code.path in page.url
    assert not [path for path in page.requests if "vendor" in path or path == "/scan/frame"]


def test_a_detector_that_lacks_datamatrix_is_not_used(film, demo):
    page = film(photographed(png(parse(first(demo, "VALID")), "datamatrix")))
    page.add_init_script(
        """self.BarcodeDetector = class {
          static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
          async detect() { return []; }
        };"""
    )
    page.goto("/scan")
    assert verdict(page) == "VALID"


@pytest.mark.parametrize("decoder", [pytest.param("wasm", marks=needs_decoder), "server"])
def test_several_codes_in_view_are_offered_and_none_is_guessed(film, demo, decoder):
    valid, recalled = first(demo, "VALID"), first(demo, "RECALLED")
    page = film(beside(png(parse(valid), "qr"), png(parse(recalled), "qr")), viewport=DESK)
    if decoder == "server":
        without_decoder(page)
    page.goto("/scan")
    state(page, "choice", 40000)
    offers = page.locator("[data-offers] a")
    assert offers.count() == 2
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    chosen = offers.filter(has_text=recalled.rsplit("/", 1)[-1])
    chosen.click()
    assert verdict(page) == "RECALLED"


@needs_decoder
def test_after_a_choice_one_may_scan_again(film, demo):
    page = film(beside(bars("EAN13", "9521234543213"), png(parse(first(demo, "VALID")), "qr")))
    page.goto("/scan")
    state(page, "choice")
    assert page.locator("[data-offers] strong").all_inner_texts() == ["QR", "EAN-13"]
    page.locator("[data-again]").click()
    page.wait_for_selector("[data-offered]", state="hidden")  # wait_for_function needs eval(), which the page forbids
    state(page, "choice")


# --- the law of when a code counts as read ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def scan_page(chromium, service):
    """The page at rest, for questions to its scripts."""
    context = chromium.new_context(base_url=service, locale="vi-VN")
    page = context.new_page()
    page.goto("/scan")
    yield page
    context.close()


QR = {"text": "A", "format": "QRCode", "identifier": "]Q1"}
OTHER = {"text": "B", "format": "QRCode", "identifier": "]Q1"}
EAN = {"text": "0614141000036", "format": "EAN13", "identifier": "]E0"}
UPC = {"text": "614141000036", "format": "UPCA", "identifier": "]E0"}


@pytest.mark.parametrize(
    ("stills", "decided"),
    [
        ([[QR]], None),
        ([[QR], [QR]], {"take": "A"}),
        ([[QR], [], [QR]], None),
        ([[QR], [OTHER]], None),
        ([[OTHER], [QR], [QR]], None),
        ([[OTHER], [QR], [QR], [QR], [QR]], {"take": "A"}),
        ([[QR, OTHER], [QR, OTHER]], {"offer": ["A", "B"]}),
        ([[QR], [OTHER], [QR], [OTHER]], {"offer": ["B", "A"]}),
        ([[EAN, QR], [EAN, QR]], {"offer": ["A", "0614141000036"]}),
        ([[EAN], [UPC]], {"take": "614141000036"}),
        ([[QR, QR], [QR]], {"take": "A"}),
        ([[], [], []], None),
    ],
)
def test_one_code_twice_running_is_taken_and_several_are_offered(scan_page, stills, decided):
    answer = scan_page.evaluate(
        """async (stills) => {
          const { Watcher } = await import(document.querySelector("[data-scanner]").dataset.reading);
          const watcher = new Watcher();
          let last = null;
          for (const still of stills) last = watcher.look(still);
          return last && (last.take ? { take: last.take.payload } : { offer: last.offer.map((one) => one.payload) });
        }""",
        stills,
    )
    assert answer == decided


@pytest.mark.parametrize(
    ("symbol_", "text"),
    [
        ({"text": "0109521234543213", "format": "DataMatrix", "identifier": "]d2"}, "]d20109521234543213"),
        ({"text": "0109521234543213", "format": "DataMatrix", "identifier": "]d5"}, "]d20109521234543213"),
        ({"text": "10A\x1d21B", "format": "Code128", "identifier": "]C1"}, "]C110A\x1d21B"),
        ({"text": "https://x.example/", "format": "QRCode", "identifier": "]Q1"}, "https://x.example/"),
        ({"text": "04252614", "format": "UPCE", "identifier": "]E0"}, "]E004252614"),
        ({"text": "95200002", "format": "EAN8", "identifier": "]E4"}, "95200002"),
    ],
)
def test_a_payload_keeps_separators_and_says_what_is_an_element_string(scan_page, symbol_, text):
    script = "async (one) => (await import(document.querySelector('[data-scanner]').dataset.reading)).payload(one)"
    assert scan_page.evaluate(script, symbol_) == text


@pytest.mark.parametrize(
    ("side", "ms", "after"),
    [
        (960, 200, 960),
        (960, 500, 768),
        (700, 900, 640),
        (640, 900, 640),
        (960, 50, 1200),
        (1200, 50, 1280),
        (1280, 9, 1280),
    ],
)
def test_a_slow_phone_gets_smaller_stills_and_a_quick_one_all_pixels(scan_page, side, ms, after):
    find = "await import(document.querySelector('[data-scanner]').dataset.reading)"
    script = f"async ([side, ms]) => ({find}).sideAfter(side, ms)"
    assert scan_page.evaluate(script, [side, ms]) == after


# --- no camera -------------------------------------------------------------------------------------------------


def test_a_refused_camera_leads_to_the_photo_and_from_there_to_the_verdict(film, demo):
    phone = film(blank(), allowed=False)
    phone.goto("/scan")
    state(phone, "idle")
    phone.locator("[data-start]").click()  # this browser has nobody to ask, so it refuses
    state(phone, "failed")
    said = phone.locator("[data-failure]")
    assert "Chưa được phép dùng camera" in said.inner_text()
    assert said.locator(".notice:visible").count() == 1
    assert said.get_attribute("role") == "alert"
    picker = phone.locator("[data-other-ways] input[type=file]").first
    assert phone.locator(".photo-pick-face").bounding_box()["y"] < PHONE["height"] - 60  # seen without scrolling
    photo = photographed(png(parse(first(demo, "VALID")), "qr"))
    picker.set_input_files({"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo})
    assert verdict(phone) == "VALID"


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ("NotFoundError", "Không tìm thấy camera"),
        ("NotReadableError", "Camera đang bận"),
        ("OverconstrainedError", "Không tìm thấy camera"),
        ("TypeError", "Trình duyệt này không mở được camera"),
    ],
)
def test_each_trouble_with_the_camera_has_its_words_and_a_second_try(phone, error, title):
    phone.add_init_script(
        f"""navigator.mediaDevices.getUserMedia = async () => {{
          throw Object.assign(new Error("x"), {{ name: {error!r} }});
        }};"""
    )
    phone.goto("/scan#camera")
    state(phone, "failed")
    assert phone.locator(".notice:visible").inner_text().startswith(title)
    phone.locator("[data-retry]").click()
    state(phone, "failed")


def test_a_camera_that_is_taken_away_says_so(film):
    page = film(blank())
    page.goto("/scan")
    state(page, "live")
    page.evaluate(
        "document.querySelector('[data-video]').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    )
    state(page, "failed")
    assert page.locator(".notice:visible").inner_text().startswith("Camera đã ngắt")
    page.locator("[data-retry]").click()
    state(page, "live")


def test_a_server_that_reads_no_stills_ends_in_words_and_not_in_silence(film):
    page = film(blank())
    without_decoder(page)
    page.route("**/scan/frame*", lambda route: route.fulfill(status=415, body="{}"))
    page.goto("/scan")
    state(page, "failed", 40000)
    assert page.locator(".notice:visible").inner_text().startswith("Chưa đọc được mã bằng camera")
    assert page.requests.count("/scan/frame") == 5


def test_without_javascript_photo_and_typing_stand_alone(chromium, service):
    context = chromium.new_context(base_url=service, locale="vi-VN", java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto("/scan")
    assert not page.locator("[data-scanner]").is_visible()
    assert page.locator("input[type=file]").first.is_visible()
    page.get_by_label("Nhập hoặc dán mã").fill("9521234543213")
    page.keyboard.press("Enter")
    page.wait_for_url("**/01/09521234543213*")
    context.close()


# --- controls --------------------------------------------------------------------------------------------------


def test_the_keyboard_alone_turns_the_camera_on_and_off_and_sets_the_feedback(film):
    page = film(blank())
    page.add_init_script("navigator.permissions.query = async () => ({ state: 'prompt' });")
    page.goto("/scan")
    state(page, "idle")

    def to(selector):
        for _ in range(25):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Expected {selector} within 25 steps of the keyboard, got none.")

    to("[data-start]")
    page.keyboard.press("Enter")
    state(page, "live")
    to("[data-switch=sound]")
    page.keyboard.press("Space")
    assert page.locator("[data-switch=sound]").get_attribute("aria-pressed") == "false"
    to("[data-stop]")
    page.keyboard.press("Enter")
    state(page, "idle")
    assert page.evaluate("document.activeElement.matches('[data-start]')")
    assert page.evaluate("document.querySelector('[data-video]').srcObject") is None
    page.reload()
    state(page, "idle")
    assert page.locator("[data-switch=sound]").get_attribute("aria-pressed") == "false"
    assert page.locator("[data-switch=vibrate]").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("on", [True, False])
def test_a_code_read_is_felt_and_heard_unless_switched_off(film, on):
    page = film(blank())
    page.add_init_script(
        f"""navigator.permissions.query = async () => ({{ state: 'prompt' }});
        if (!{json.dumps(on)}) for (const name of ["sound", "vibrate"]) localStorage.setItem("scan." + name, "off");
        sessionStorage.felt ??= "";
        navigator.vibrate = (ms) => {{ sessionStorage.felt += `v${{ms}} `; }};
        const begin = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...at) {{ sessionStorage.felt += "b "; begin.apply(this, at); }};
        self.BarcodeDetector = class {{
          static async getSupportedFormats() {{ return ["qr_code", "data_matrix", "ean_13", "code_128"]; }}
          async detect() {{ return [{{ rawValue: "9521234543213", format: "ean_13" }}]; }}
        }};"""
    )
    page.goto("/scan")
    state(page, "idle")
    page.locator("[data-start]").click()
    page.wait_for_url("**/01/09521234543213*")
    assert sorted(page.evaluate("sessionStorage.felt").split()) == (["b", "v60"] if on else [])


def test_torch_and_zoom_appear_where_the_camera_offers_them(film):
    page = film(blank())
    page.add_init_script(
        """self.applied = [];
        MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 5, step: 0.5 } });
        MediaStreamTrack.prototype.getSettings = () => ({ zoom: 1 });
        MediaStreamTrack.prototype.applyConstraints = async (wanted) => { self.applied.push(wanted.advanced[0]); };"""
    )
    page.goto("/scan")
    state(page, "live")
    page.locator("[data-torch]").click()
    assert page.locator("[data-torch]").get_attribute("aria-pressed") == "true"
    page.locator("[data-zoom-range]").fill("2.5")
    page.locator("[data-torch]").click()
    assert page.evaluate("self.applied") == [{"torch": True}, {"zoom": 2.5}, {"torch": False}]
    page.evaluate("MediaStreamTrack.prototype.getCapabilities = () => ({})")
    page.locator("[data-stop]").click()
    page.locator("[data-start]").click()
    state(page, "live")
    assert not page.locator("[data-lens]").is_visible()


def test_a_hidden_page_gives_the_camera_back_and_takes_it_again_on_return(film):
    page = film(blank())
    page.goto("/scan")
    state(page, "live")
    hide = "Object.defineProperty(document, 'hidden', {{ value: {}, configurable: true }});" \
           "document.dispatchEvent(new Event('visibilitychange'))"  # fmt: skip
    page.evaluate(hide.format("true"))
    state(page, "idle")
    assert page.evaluate("document.querySelector('[data-video]').srcObject") is None
    page.evaluate(hide.format("false"))
    state(page, "live")


def test_the_front_page_leads_to_the_camera_in_one_tap(film, demo):
    page = film(photographed(png(parse(first(demo, "VALID")), "qr")))
    page.goto("/")
    page.get_by_role("link", name="Quét mã").click()
    assert verdict(page) == "VALID"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_its_screen_and_buttons_fit_a_thumb(film, size, scheme):
    page = film(blank(), viewport=size, color_scheme=scheme)
    page.goto("/scan?lang=en")
    state(page, "live")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for button in page.locator("main button:visible, main .photo-pick:visible").all():
        assert button.bounding_box()["height"] >= 44
    bottom = page.locator("[data-stop]").bounding_box()
    assert bottom["y"] + bottom["height"] <= size["height"]  # camera and its controls in one look
    assert page.faults == []
