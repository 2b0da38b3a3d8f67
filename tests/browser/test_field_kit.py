"""The field kit in a real browser on a phone: without a network nothing is lost, with it nothing is doubled."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.fixtures_accounts import PASSWORD, empty_database, office
from tests.fixtures_web import ITEM
from verify_app.domain.account import Role
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


def test_checks_made_offline_survive_a_dead_phone_and_arrive_once(office, address, tmp_path, chromium):
    person = office.open(Role.INSPECTOR)

    def phone():
        opened = chromium.browser_type.launch_persistent_context(
            tmp_path / "phone", executable_path=CHROMIUM, args=FLAGS, viewport=PHONE, locale="vi-VN"
        )
        opened.set_default_timeout(120_000)
        return opened

    first = phone()
    page = first.new_page()
    sign_in(page, address, person)
    first.set_offline(True)
    page.fill("#place", "Chợ Ví Dụ")
    for _ in range(2):
        page.fill("#code", ITEM)
        page.click("[data-typed] button")
    page.wait_for_selector(".kit-odd >> nth=1")  # the phone itself sees the same code twice
    assert "2 mục đang chờ gửi" in page.inner_text("[data-status]")
    page.click("[data-finish]")  # the next stall, still without a network
    page.wait_for_selector("[data-checks]:empty", state="attached")
    page.fill("#code", ITEM)
    page.click("[data-typed] button")
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
    assert [check.path for check in checks_of(office.engine, visit.id)] == [ITEM, ITEM]
    assert [check.path for check in checks_of(office.engine, elsewhere.id)] == [ITEM]
