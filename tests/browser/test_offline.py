"""Without a network, honestly: what was not checked says so, and no old result stands in for a new one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.photos import photographed
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

pytestmark = pytest.mark.browser

READY = "async () => { const ready = await navigator.serviceWorker.ready; return Boolean(ready.active); }"
KEPT = """async (path) => {
  const found = () => caches.match(path, { ignoreVary: true });
  for (let turn = 0; turn < 200 && !(await found()); turn += 1) await new Promise((done) => setTimeout(done, 100));
  return Boolean(await found());
}"""
NOTED = """async (paths) => {
  const today = Date.now() - 24 * 3600 * 1000;
  const noted = async () => {
    const rows = await Promise.all(paths.map((path) => ownScans.get(ownScans.keyOf(path))));
    return rows.every((row) => row && row.state === "checked" && row.checked > today);
  };
  for (let turn = 0; turn < 300 && !(await noted()); turn += 1) await new Promise((done) => setTimeout(done, 100));
  return noted();
}"""
OLDER = """async () => {
  const long = 3 * 24 * 3600 * 1000;
  const opening = indexedDB.open("own-scans");
  await new Promise((done) => { opening.onsuccess = done; });
  const store = opening.result.transaction("scans", "readwrite").objectStore("scans");
  const rows = await new Promise((done) => { const all = store.getAll(); all.onsuccess = () => done(all.result); });
  for (const row of rows) store.put({ ...row, at: row.at - long, checked: row.checked - long });
  await new Promise((done) => { store.transaction.oncomplete = done; });
  opening.result.close();
}"""


@pytest.fixture
def shopper(chromium, service):
    """A context of its own, with the service worker at work and its pages kept."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", base_url=service, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto("/")
    page.evaluate(READY)
    assert page.evaluate(KEPT, "/history")
    yield page
    context.close()


def paths(demo, verdict):
    return [entry["path"] for entry in demo if entry["expect"] == verdict and entry["path"].startswith("/01/")]


def noted(page, *those):
    """Waits until the phone has noted results of today for these paths: its scripts run after the page is seen."""
    page.locator("[data-verdict]").first.wait_for()
    assert page.evaluate(NOTED, list(those))


def rows(page):
    return page.locator("[data-own-scans] > li")


def test_a_code_opened_without_a_network_waits_and_is_checked_when_it_is_back(shopper, demo):
    path = paths(demo, "VALID")[2]
    shopper.context.set_offline(True)
    shopper.goto(path)
    expect(shopper.locator("[data-pending-card]")).to_be_visible()
    assert "Chưa kiểm tra" in shopper.locator("[data-pending-card]").inner_text()
    assert shopper.locator("[data-verdict]").count() == 0
    expect(rows(shopper)).to_have_count(0)  # it has the card, and nothing else waits
    shopper.context.set_offline(False)
    noted(shopper, path)  # the page asks again by itself
    shopper.goto("/history")
    expect(rows(shopper)).to_have_count(1)
    row = rows(shopper).first
    expect(row).to_have_attribute("data-state", "checked")
    assert "Mã hợp lệ" in row.inner_text()
    assert "Kết quả lúc" in row.inner_text()
    assert f"{datetime.now(UTC):%Y}" in row.inner_text()


def test_a_typed_code_waits_too_and_is_checked_from_any_page(shopper, demo):
    path = paths(demo, "RECALLED")[0]
    parts = path.split("/")
    shopper.context.set_offline(True)
    shopper.goto("/scan?code=" + "".join((f"%28{parts[1]}%29", parts[2], "%2810%29", parts[4], "%2821%29", parts[6])))
    expect(shopper.locator("[data-pending-card]")).to_be_visible()
    shopper.goto("/history")  # kept by the worker
    expect(rows(shopper)).to_have_count(1)
    assert "Chưa kiểm tra" in rows(shopper).first.inner_text()
    shopper.context.set_offline(False)
    row = rows(shopper).first
    expect(row).to_have_attribute("data-state", "checked")
    assert row.get_attribute("data-tone") == "alert"
    assert "Cảnh báo thu hồi" in row.inner_text()
    assert row.locator("a").get_attribute("href") == path  # under its own address from now on


def test_what_is_no_code_is_told_when_the_network_is_back(shopper):
    shopper.context.set_offline(True)
    shopper.goto("/scan?code=09521234543210")
    expect(shopper.locator("[data-pending-card]")).to_be_visible()
    shopper.goto("/history")
    shopper.context.set_offline(False)
    expect(rows(shopper).first).to_have_attribute("data-state", "checked")
    assert rows(shopper).first.get_attribute("data-tone") == "caution"
    assert "Chưa kiểm tra" not in rows(shopper).first.inner_text()


def test_a_page_that_was_read_before_is_not_shown_again_without_a_network(shopper, demo):
    for path in (paths(demo, "VALID")[0], paths(demo, "CLASS_ONLY")[0]):  # never kept, and kept with a question
        shopper.goto(path)
        shopper.locator("[data-verdict]").first.wait_for()
        shopper.context.set_offline(True)
        shopper.goto(path)
        expect(shopper.locator("[data-pending-card]")).to_be_visible()
        assert shopper.locator("[data-verdict]").count() == 0
        shopper.goto("/help")
        shopper.go_back()
        assert shopper.locator("[data-verdict]").count() == 0
        shopper.goto("/history")  # away from the page that asks again by itself
        shopper.context.set_offline(False)
        expect(shopper.locator("[data-state=pending]")).to_have_count(0)


def test_no_verdict_lies_in_the_worker_s_store(shopper, demo):
    for path in (paths(demo, "VALID")[0], paths(demo, "CLASS_ONLY")[0], "/scan?code=09521234543213"):
        shopper.goto(path)
        shopper.locator("[data-verdict]").first.wait_for()
    kept = shopper.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) found.push(new URL(request.url).pathname);
          }
          return found;
        }"""
    )
    assert {path for path in kept if not path.startswith("/static/")} == {"/", "/scan", "/help", "/history", "/offline"}


def test_an_old_result_in_the_history_says_its_time_and_asks_to_check_again(shopper, demo):
    path = paths(demo, "VALID")[0]
    shopper.goto(path)
    noted(shopper, path)
    shopper.goto("/history")
    expect(rows(shopper)).to_have_count(1)
    now = rows(shopper).first.locator("[data-part=when]").inner_text()
    shopper.evaluate(OLDER)
    shopper.reload()
    expect(rows(shopper)).to_have_count(1)
    old = rows(shopper).first.locator("[data-part=when]").inner_text()
    assert old.startswith("Kết quả lúc ")
    assert old != now
    rows(shopper).first.get_by_role("link").click()
    noted(shopper, path)
    shopper.goto("/history")
    expect(rows(shopper).first.locator("[data-part=when]")).not_to_have_text(old)
    expect(rows(shopper)).to_have_count(1)


def test_a_result_that_stayed_open_says_that_it_is_not_from_just_now(chromium, service, demo):
    context = chromium.new_context(base_url=service, locale="vi-VN")
    page = context.new_page()
    page.clock.install()
    page.goto(paths(demo, "VALID")[0])
    notice = page.locator("[data-old]")
    expect(notice).to_be_hidden()
    page.clock.fast_forward("11:00")
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(notice).to_be_visible()
    assert notice.get_by_role("link").get_attribute("href") == paths(demo, "VALID")[0]
    context.close()


def test_one_press_deletes_the_whole_history_by_keyboard_too(shopper, demo):
    for path in (paths(demo, "VALID")[0], paths(demo, "RECALLED")[0]):
        shopper.goto(path)
        noted(shopper, path)
    shopper.goto("/history")
    expect(rows(shopper)).to_have_count(2)
    shopper.get_by_role("button", name="Xóa tất cả").focus()
    shopper.keyboard.press("Enter")
    expect(rows(shopper)).to_have_count(0)
    expect(shopper.locator("[data-own-empty]")).to_be_visible()
    assert "Đã xóa" in shopper.locator("[data-own-status]").inner_text()
    shopper.reload()
    expect(shopper.locator("[data-own-empty]")).to_be_visible()


def test_the_codes_of_a_photo_enter_the_history_under_their_own_addresses(shopper, demo):
    path = paths(demo, "RECALLED")[0]
    label = photographed(symbol(parse(path), "https://tra-cuu.example", "qr", "png", 8))
    photo = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": label}
    shopper.locator("[data-photo-form] input[type=file]").first.set_input_files(photo)
    noted(shopper, path)
    shopper.goto("/history")
    expect(rows(shopper)).to_have_count(1)
    assert rows(shopper).first.locator("a").get_attribute("href") == path
    assert "Cảnh báo thu hồi" in rows(shopper).first.inner_text()


def test_practice_enters_no_history(shopper, demo):
    shopper.goto(paths(demo, "VALID")[0] + "?training=1")
    shopper.locator(".practice").first.wait_for()
    shopper.goto("/history")
    expect(shopper.locator("[data-own-empty]")).to_be_visible()


def test_help_scan_and_home_open_without_a_network_in_the_language_that_was_read(shopper):
    shopper.goto("/?lang=en")
    assert shopper.evaluate(KEPT, "/help?lang=en")
    assert shopper.evaluate(KEPT, "/scan?lang=en")
    shopper.context.set_offline(True)
    for path, title in (("/help?lang=en", "Help"), ("/scan?lang=en", "Code check"), ("/help", "Trợ giúp")):
        shopper.goto(path)
        assert title in shopper.title()
    shopper.goto("/health")
    assert "Không có mạng" in shopper.title()
    assert shopper.locator("[data-pending-card]").is_hidden()


def test_a_photo_without_a_network_is_refused_with_a_way_on(shopper):
    shopper.context.set_offline(True)
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8"}
    shopper.locator("[data-photo-form] input[type=file]").first.set_input_files(photo)
    expect(shopper.locator("[data-photo-status]")).to_contain_text("Không có mạng")


def test_everything_works_where_there_is_no_script(chromium, service, demo):
    context = chromium.new_context(base_url=service, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/history")
    assert "JavaScript" in page.locator("noscript").inner_text()
    page.goto(paths(demo, "VALID")[0])
    assert page.locator("[data-verdict=VALID]").count() >= 1
    assert page.locator("[data-old]").is_hidden()
    context.close()
