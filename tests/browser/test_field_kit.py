"""The field kit in a real browser on a phone: without a network nothing is lost, with it nothing is doubled."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.photos import photographed
from tests.browser.test_camera import DECODER, FAKE, png
from tests.fixtures_accounts import PASSWORD, empty_database, office
from tests.fixtures_web import ITEM
from verify_app.domain.account import Role
from verify_app.domain.parse import parse
from verify_app.store.field import checks_of, visits_of

# The pages forbid eval(), and Playwright's wait_for_function needs it as soon as it has to wait: selectors wait here.
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")]
__all__ = ["empty_database", "office"]


@pytest.fixture
def address(office):
    server = make_server("127.0.0.1", 0, office.world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def sign_in(page, address, person):
    page.goto(f"{address}/account/sign-in?next=/desk/field/kit")
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("[data-kept=yes]")  # from here on the page opens without a network


def type_in(page, text):
    page.fill("#code", text)
    page.click("[data-typed] button")


@pytest.fixture
def phone(chromium, tmp_path):
    """Opens one and the same phone, again and again, with a pack before its camera."""
    reel = tmp_path / "reel.mjpeg"
    reel.write_bytes(photographed(png(parse(ITEM), "qr")) * 2)
    flags = [*FLAGS, *FAKE, f"--use-file-for-fake-video-capture={reel}"]

    def open_phone():
        opened = chromium.browser_type.launch_persistent_context(
            tmp_path / "phone", executable_path=CHROMIUM, args=flags, viewport=PHONE, locale="vi-VN"
        )
        opened.set_default_timeout(120_000)
        return opened

    return open_phone


def check_a_stall(page):
    """Two packs with one code, what the label of one lacks, and why the officer is here: all without a network."""
    page.fill("#place", "Chợ Ví Dụ")
    type_in(page, ITEM)
    page.wait_for_selector("li.is-pending")
    if DECODER.is_file():
        page.click("[data-camera]")
        page.wait_for_selector("li.is-pending >> nth=1")
        page.click("[data-stop]")
    else:
        type_in(page, ITEM)
    page.wait_for_selector(".kit-odd >> nth=1")  # the phone itself sees the same code twice
    assert "2 mục đang chờ gửi" in page.inner_text("[data-status]")
    page.click("li.is-pending >> nth=0 >> summary")
    page.select_option("li.is-pending >> nth=0 >> select", "2")
    page.click("[data-at='quantity missing']")
    page.wait_for_selector("[data-at='quantity missing'][aria-pressed=true]")
    page.select_option("#basis", "risk")
    page.click("[data-at='visit.decision ok']")
    page.wait_for_selector("[data-at='visit.decision ok'][aria-pressed=true]")
    page.click("[data-finish]")
    page.wait_for_selector("[data-checks]:empty", state="attached")


def test_checks_made_offline_survive_a_dead_phone_and_arrive_once(office, address, phone):
    person = office.open(Role.INSPECTOR)
    first = phone()
    page = first.new_page()
    sign_in(page, address, person)
    first.set_offline(True)
    check_a_stall(page)
    type_in(page, ITEM)  # at the next stall
    page.wait_for_selector("li.is-pending")
    first.close()  # the battery is empty

    second = phone()
    second.set_offline(True)
    second.clear_cookies()  # a browser that dies may forget who was signed in, and then nothing is lost either
    page = second.new_page()
    page.goto(f"{address}/desk/field/kit")  # from the phone itself
    page.wait_for_selector("li.is-pending")
    assert "3 mục đang chờ gửi" in page.inner_text("[data-status]")
    second.set_offline(False)
    page.wait_for_selector("[data-again]:not([hidden])")
    assert "đăng nhập lại" in page.inner_text("[data-status]")
    sign_in(page, address, person)
    page.wait_for_selector("[data-status]:text-is('Đã gửi tất cả.')")
    assert "nơi khác" in page.inner_text(".kit-odd")  # the item of the first stall
    second.close()
    elsewhere, visit = visits_of(office.engine, person.id)
    assert (visit.place, bool(visit.closed)) == ("Chợ Ví Dụ", True)
    assert (visit.basis, visit.marks) == ("risk", {"visit.decision": "ok"})
    checks = checks_of(office.engine, visit.id)
    assert [check.path for check in checks] == [ITEM, ITEM]
    assert [(check.goods_group, check.marks) for check in checks] == [(0, {}), (2, {"quantity": "missing"})]
    assert [check.path for check in checks_of(office.engine, elsewhere.id)] == [ITEM]
