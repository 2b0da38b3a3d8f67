"""The whole story of an enterprise in a real browser: from sign-up to the notice of a suspicious scan.

The background runs in this process, piece by piece, so nothing here waits for a clock. STORY_SHOTS=folder keeps a
picture of every page.
"""

from __future__ import annotations

import csv
import io
import os
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pypdfium2
import pytest
from playwright.sync_api import Error
from standardwebhooks import Webhook as Verifier
from werkzeug.serving import make_server

from tests.browser.conftest import CHROMIUM, DESK, PHONE
from tests.browser.photos import photographed
from tests.fixtures_accounts import PASSWORD, empty_database
from verify_app.app import create_app
from verify_app.domain.account import Account, Role, Scope
from verify_app.enterprise.safe_target import Target
from verify_app.parts import build
from verify_app.serving.jobs import jobs_of, run_once
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store.history import Script, connect
from verify_app.web.accounts.invitation import set_password
from verify_app.web.accounts.person import Person, new_secrets, now_ms

pytest_plugins = ("tests.fixtures_valkey",)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")]
__all__ = ["empty_database"]

GTIN = "09521234543220"
ROWS, BAD = 10_000, (17, 5_000, 9_999)
SHOTS = os.environ.get("STORY_SHOTS", "")


class Hook:
    """The enterprise's own server, on the loopback, and the way to it that takes the place of the public network's."""

    def __init__(self):
        came = self.came = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                came.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def check(self, url):
        return Target("erp.vidu.example", 443, "/in", "127.0.0.1")

    def post(self, target, body, headers):
        request = Request(f"http://127.0.0.1:{self.server.server_port}{target.path}", body, headers)
        with urlopen(request, timeout=60) as answer:
            return answer.status


@pytest.fixture
def hook():
    made = Hook()
    yield from served(made.server, made)


def served(server, what):
    """Serve in a thread while a test runs."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield what
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def parts(tmp_path, empty_database, valkey_server, hook):
    (tmp_path / "registry.sqlite3").write_bytes(empty_database.read_bytes())
    made = build(Settings(data_dir=tmp_path, redis_url=valkey_server.url, demo=False, secret_key="s" * 32))
    yield replace(made, desk=replace(made.desk, check=hook.check, post=hook.post))
    made.decoder.close()


@pytest.fixture
def address(parts):
    app = create_app(parts.settings, parts)
    officer = Account("officer", "can-bo@vidu.example", "Cán bộ Ví Dụ", Role.PROVINCE, Scope(("Gia Lai",), ("*",)),
                      "Sở Công Thương (hư cấu)", created=now_ms())  # fmt: skip
    parts.accounts.add(officer, new_secrets())
    with app.wsgi_app.signed_in.test_request_context():
        set_password(Person(*parts.accounts.find("id", "officer")), PASSWORD)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    yield from served(server, f"http://127.0.0.1:{server.server_port}")


@pytest.fixture
def people(chromium, address):
    """Two browsers: a cooperative's phone, and an officer's desk."""
    contexts = [chromium.new_context(base_url=address, viewport=v, locale="vi-VN") for v in (PHONE, DESK)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(120_000)
    yield pages
    for context in contexts:
        context.close()


@pytest.fixture
def work(parts):
    """Do everything that waits in the background."""
    jobs = jobs_of(parts.desk)
    worker = Worker(
        Script(connect(parts.settings.redis_url, 5_000), shards=parts.settings.stream_shards, reload_ms=1_800_000),
        parts.desk.engine,
        parts.settings.data_dir,
    )

    def everything():
        worker.run_once()
        run_once(jobs)

    return everything


def shot(page, name):
    """A picture of the page in both widths, where somebody wants to look."""
    if SHOTS:
        held = page.viewport_size
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.screenshot(path=Path(SHOTS) / f"{name}-{size['width']}.png", full_page=True)
        page.set_viewport_size(held)


def look_again(page):
    """The page as it is now. One that is still at work loads itself again, and its own turn may cut ours short."""
    address = page.url.partition("#")[0]  # with it, the browser would only scroll
    for _ in range(20):
        try:
            page.goto(address)
            return
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
    raise AssertionError("never came to rest")


def sign_in(page, email):
    page.goto("/account/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main form .button >> nth=0")
    page.wait_for_url("**/account")


def test_from_sign_up_to_the_notice_of_a_suspicious_scan(people, parts, work, hook):
    firm, officer = people
    joined(firm, officer)
    described(firm)
    imported(firm, work)
    published(firm, officer)
    label = printed(firm, work)
    photographed_label_is_valid(firm, label)
    sold_by_scanning(firm)
    told_of_a_suspicious_scan(firm, work, hook)


def joined(firm, officer):
    firm.goto("/account/sign-in")
    firm.click("text=Đăng ký doanh nghiệp")
    shot(firm, "join")
    firm.check("[name=kind][value=household]")
    fields = {"name": "Hộ kinh doanh Ví Dụ", "address": "Thôn 1, xã Ví Dụ", "person": "Người Ví Dụ",
              "phone": "0900 000 000", "email": "ho@vidu.example", "website": "vidu.example"}  # fmt: skip
    for name, value in fields.items():
        firm.fill(f"#{name}", value)
    firm.select_option("#province", "Gia Lai")
    firm.check("[name=speak]")
    firm.click("main form .button")
    firm.wait_for_selector("text=đang chờ cán bộ xem")
    shot(firm, "join-state")
    sign_in(officer, "can-bo@vidu.example")
    officer.goto("/desk/enterprises")
    shot(officer, "admissions")
    officer.click("text=Hộ kinh doanh Ví Dụ")
    shot(officer, "admission")
    officer.click("button[value=admit]")
    officer.wait_for_selector("[data-link]")
    firm.reload()
    firm.click("text=Đặt mật khẩu")
    firm.fill("#password", PASSWORD)
    firm.fill("#again", PASSWORD)
    firm.click("main form .button")
    firm.wait_for_url("**/account/sign-in")
    sign_in(firm, "ho@vidu.example")
    firm.goto("/enterprise")
    assert firm.locator("h1").inner_text() == "Hộ kinh doanh Ví Dụ"
    shot(firm, "overview")


def described(firm):
    for kind, fields in (
        ("products", {"gtin": GTIN, "name": "Cà phê Ví Dụ", "origin": "Sản xuất tại Việt Nam"}),
        ("lots", {"gtin": GTIN, "lot": "L1", "declared": str(ROWS)}),
        ("events", {"gtin": GTIN, "lot": "L1", "stage": "packing", "time": "2026-09-05T07:30", "what": "Đóng gói",
                    "place": "Xưởng Ví Dụ"}),
    ):  # fmt: skip
        firm.goto(f"/enterprise/products/new/{kind}")
        for name, value in fields.items():
            if firm.locator(f"select#{name}").count():
                firm.select_option(f"#{name}", value)
            else:
                firm.fill(f"#{name}", value)
        firm.click("main form .button")
        firm.wait_for_url("**/enterprise/products")
    shot(firm, "products")


def imported(firm, work):
    rows = [["gtin", "serial", "lot"], *([GTIN, f"TU-LAM-{n:06}", "L1"] for n in range(ROWS))]
    for number in BAD:
        rows[number][1] = f"có dấu {number}"
    send(firm, "hang.csv", rows)
    work()
    look_again(firm)
    assert firm.locator(".rows li").first.inner_text().split()[-1] == "9.997"
    shot(firm, "import")
    with firm.expect_download() as expected:
        firm.click("main a.button")
    back = list(csv.reader(io.StringIO(Path(expected.value.path()).read_text("utf-8-sig"))))
    assert [int(row[0]) for row in back[1:]] == [number + 1 for number in BAD]
    at = back[0].index("serial")
    for row in back[1:]:
        row[at] = f"DA-SUA-{row[0]}"
    send(firm, "da-sua.csv", back)
    work()
    look_again(firm)
    assert firm.locator(".rows strong").all_inner_texts() == ["3", "0", "0", "0"]


def send(firm, name, rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    firm.goto("/enterprise/imports")
    firm.select_option("#kind", "items")
    firm.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": out.getvalue().encode()})
    firm.click("main form .button")
    firm.wait_for_url("**/enterprise/imports/*")


def published(firm, officer):
    for path in (f"{GTIN}/1", f"{GTIN}/2/lot/L1"):
        firm.goto(f"/enterprise/products/{path}")
        firm.click("button[value=submit]")
        firm.wait_for_selector("button[value=withdraw]")
        officer.goto(f"/desk/reviews/{path}")
        shot(officer, "review")
        officer.click("button[value=approve]")
        officer.wait_for_url("**/desk/reviews")
    firm.goto(f"/enterprise/products/{GTIN}/1")
    shot(firm, "dossier")


def printed(firm, work):
    """The first label of a sheet, as it comes from the printer (PNG)."""
    firm.goto("/enterprise/codes")
    firm.select_option("#of", f"{GTIN}/L1")
    firm.fill("#count", "30")
    shot(firm, "codes")
    firm.click("main form .button >> nth=0")
    firm.wait_for_url("**/enterprise/codes/*")
    work()
    look_again(firm)
    shot(firm, "batch")
    firm.click("main form .button")
    firm.wait_for_url("**#labels")
    work()
    look_again(firm)
    shot(firm, "batch-done")
    with firm.expect_download() as expected:
        firm.click("main a.button")
    document = pypdfium2.PdfDocument(expected.value.path())
    assert len(document) == 2, "24 labels a sheet"
    page = document[0].render(scale=300 / 72).to_pil()
    label = page.crop((0, 0, round(70 / 25.4 * 300), round(37 / 25.4 * 300)))
    document.close()
    out = io.BytesIO()
    label.crop(((label.width - label.height) // 2, 0, (label.width + label.height) // 2, label.height)).save(out, "PNG")
    return out.getvalue()


def photographed_label_is_valid(firm, label):
    firm.goto("/")
    photo = {"name": "nhan.jpg", "mimeType": "image/jpeg", "buffer": photographed(label, blur=0.6, quality=85)}
    firm.locator("input[type=file]").first.set_input_files(photo)
    verdict = firm.locator("[data-verdict]").first
    verdict.wait_for()
    assert verdict.get_attribute("data-verdict") == "VALID"
    assert "Cà phê Ví Dụ" in firm.locator("main").inner_text()
    shot(firm, "verdict")


def sold_by_scanning(firm):
    item = firm.locator("main a[href*='/21/']").first.get_attribute("href")
    firm.goto("/enterprise/moves")
    firm.fill("#codes", item)
    firm.reload()
    assert firm.input_value("#codes") == item, "what is not booked yet stays on the phone"
    firm.check("[name=act][value=sell]")
    firm.locator("form[data-moves] > .button").click()
    firm.wait_for_selector("text=Đã ghi nhận 1 trên 1 mã")
    assert firm.input_value("#codes") == ""
    shot(firm, "moves")
    firm.goto(item)
    assert firm.locator("[data-verdict]").first.get_attribute("data-verdict") == "ALREADY_SOLD"


def told_of_a_suspicious_scan(firm, work, hook):
    firm.goto("/enterprise/webhooks")
    firm.fill("#url", "https://erp.vidu.example/in")
    firm.click("button[value=make]")
    secret = firm.locator(".link-shown").inner_text()
    firm.goto(f"/01/{GTIN}/10/L1/21/TU-LAM-999999")
    assert firm.locator("[data-verdict]").first.get_attribute("data-verdict") == "UNKNOWN_SERIAL"
    work()
    ((body, headers),) = hook.came
    told = Verifier(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert told["type"] == "scan.suspicious"
    assert (told["data"]["gtin"], told["data"]["serial"]) == (GTIN, "TU-LAM-999999")
    firm.goto("/enterprise/webhooks")
    assert "Đã nhận" in firm.locator("main").inner_text()
    shot(firm, "webhooks")
    if SHOTS:
        for name in ("scans", "links", "keys", "imports", "check?number=9521234543231&kind=gtin", "codes"):
            firm.goto(f"/enterprise/{name}")
            shot(firm, f"end-{name.partition('?')[0]}")
        firm.goto(f"/enterprise/links?at=/01/{GTIN}")
        shot(firm, "end-link-edit")
        firm.goto(f"/enterprise/products/{GTIN}/certificates")
        shot(firm, "end-certificates")
        firm.goto(f"/embed/card/01/{GTIN}/10/L1")
        shot(firm, "end-card")
