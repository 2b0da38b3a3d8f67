"""The field kit in a real browser on a phone: without a network nothing is lost, with it nothing is doubled."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.fixtures_accounts import PASSWORD, empty_database, office
from tests.fixtures_web import ITEM
from verify_app.domain.account import Role
from verify_app.store.field import checks_of, visits_of

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")]
playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["empty_database", "office"]


@pytest.fixture
def address(office):
    server = make_server("127.0.0.1", 0, office.world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_checks_made_offline_survive_a_dead_phone_and_arrive_once(office, address, tmp_path):
    person = office.open(Role.INSPECTOR)
    with playwright.sync_playwright() as machine:

        def phone():
            return machine.chromium.launch_persistent_context(
                tmp_path / "phone", executable_path=CHROMIUM, args=FLAGS, viewport=PHONE, locale="vi-VN"
            )

        first = phone()
        page = first.new_page()
        page.goto(f"{address}/account/sign-in?next=/desk/field/kit")
        page.fill("#email", person.email)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("[data-ready]")
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("caches.keys().then((names) => names.some((name) => name.startsWith('kit')))")
        page.fill("#place", "Chợ Ví Dụ")
        first.set_offline(True)
        for _ in range(2):
            page.fill("#code", ITEM)
            page.click("[data-typed] button")
        page.wait_for_selector("li.is-pending >> nth=1")
        assert "2 mục đang chờ gửi" in page.inner_text("[data-status]")
        first.close()  # the battery is empty

        second = phone()
        second.set_offline(True)
        page = second.new_page()
        page.goto(f"{address}/desk/field/kit")  # from the phone itself
        page.wait_for_selector("li.is-pending >> nth=1")
        second.set_offline(False)
        page.reload()
        page.wait_for_selector(".kit-odd >> nth=1")
        assert "Trùng mã" in page.inner_text(".kit-odd >> nth=0")
        page.wait_for_function("document.querySelector('[data-status]').textContent === 'Đã gửi tất cả.'")
        page.reload()
        page.wait_for_selector("[data-ready]")
        second.close()
    (visit,) = visits_of(office.engine, person.id)
    assert visit.place == "Chợ Ví Dụ"
    assert [check.path for check in checks_of(office.engine, visit.id)] == [ITEM, ITEM]
