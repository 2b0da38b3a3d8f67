"""The whole way of a suspect pack, in Vietnamese, as its people walk it: a shopper and an inspector with their phones,
an inspector and an administrator at their desks, on a running service."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from tests.browser.conftest import CHROMIUM, DESK, PHONE
from verify_app.cli import main

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium"),
]
PASSWORD = "chín con mèo trên mái nhà"
GTIN, LOT = "09524100500129", "RK-R04"
PEOPLE = {"inspector": "Thanh tra An", "province_admin": "Quản trị Bình"}


@pytest.fixture
def item(service, service_data):
    """A registered pack that no other test looks at."""
    with closing(sqlite3.connect(service_data / "registry.sqlite3")) as registry:
        asked = "SELECT serial FROM item WHERE gtin = ? AND lot = ? AND state = 'active' ORDER BY serial DESC LIMIT 1"
        (serial,) = registry.execute(asked, (GTIN, LOT)).fetchone()
    return f"/01/{GTIN}/10/{LOT}/21/{serial}"


@pytest.fixture
def cli(service, service_data):
    """Run the installation's own command."""
    runner = CliRunner(env={"DATA_DIR": str(service_data)})

    def run(*words, told=""):
        done = runner.invoke(main, words, input=told)
        assert done.exit_code == 0, done.output

    return run


@pytest.fixture
def someone(chromium, service, cli):
    """Open a page for somebody: by the role of an account, made and signed in to once, or "" for a shopper."""
    contexts, signed_in = [], {}

    def page(role="", size=PHONE):
        context = chromium.new_context(
            base_url=service, viewport=size, locale="vi-VN", storage_state=signed_in.get(role)
        )
        context.set_default_timeout(120_000)
        contexts.append(context)
        opened = context.new_page()
        if role and role not in signed_in:
            given = ("--name", PEOPLE[role], "--role", role, "--area", "Gia Lai", "--sector", "*", "--password-stdin")
            cli("user", "create", f"{role}.story@example.vn", *given, told=PASSWORD)
            opened.goto("/account/sign-in")
            opened.fill("#email", f"{role}.story@example.vn")
            opened.fill("#password", PASSWORD)
            with opened.expect_navigation():
                opened.click("main button")
            signed_in[role] = context.storage_state()
        return opened

    yield page
    for context in contexts:
        context.close()


def verdict(page, item):
    """What the public page says of the pack now."""
    page.goto(item)
    return page.locator("[data-verdict]").first.get_attribute("data-verdict")


def until(page):
    """Tries, a quarter of a second apart, for a minute."""
    for _ in range(240):
        yield
        page.wait_for_timeout(250)


def step(page, move, **fields):
    """Take a step by the form of a case or report."""
    box = page.locator(f"details:has(input[name=move][value={move}])")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    for name, value in fields.items():
        field = box.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
    with page.expect_navigation():
        box.locator("button").click()


def report(shopper):
    """Report a problem from the result page; returns the address of the receipt."""
    shopper.get_by_role("link", name="Gửi báo cáo").click()
    shopper.get_by_label("Niêm phong rách").check()
    shopper.get_by_label("Kể thêm").fill("Nắp hở, tem in mờ")
    shopper.get_by_label("Tỉnh, thành phố").select_option("Gia Lai")
    shopper.wait_for_timeout(2_100)  # a form that was only just shown is taken for a robot's
    shopper.get_by_role("button", name="Gửi báo cáo").click()
    shopper.wait_for_url("**/report/R*")
    return shopper.url


def check_on_site(phone, item):
    """Check the pack without a network, and send when there is one."""
    phone.goto("/desk/field/kit")
    phone.wait_for_selector("[data-kept=yes]")
    phone.context.set_offline(True)
    phone.fill("#place", "Chợ Ví Dụ, quầy 12")
    phone.fill("#code", item)
    phone.click("[data-typed] button")
    phone.wait_for_selector("li.is-pending")
    phone.context.set_offline(False)
    phone.wait_for_selector("[data-status]:text-is('Đã gửi tất cả.')")


def suspend(desk):
    """Suspend the lot of the case on the page; returns the order's number."""
    desk.get_by_role("link", name="Ra lệnh mới").click()
    desk.select_option("#kind", "suspended")
    desk.fill("#reason", "Tem in khác mẫu đăng ký")
    with desk.expect_navigation():
        desk.click("#new form .button")
    return desk.url.rpartition("order-")[2]


def restore(desk, order):
    """End an order."""
    desk.goto("/desk/orders")
    lifting = desk.locator(f"#order-{order}")
    lifting.locator("summary").click()
    lifting.locator("[name=why]").fill("Đã thu giữ hàng vi phạm")
    with desk.expect_navigation():
        lifting.locator("button").click()


def registered_and_logged(chief, number):
    """The entry of a case in the register, and the notes of the audit log."""
    (entry,) = [row for row in chief.context.request.get("/desk/register.json").json() if row["number"] == number]
    log = [json.loads(line) for line in chief.context.request.get("/desk/audit.jsonl").text().splitlines()]
    return entry, [json.loads(entry["body"]) for entry in log if entry["body"]]


def take_along(chief):
    """Take the register along by the page's own progress."""
    chief.goto("/desk/register")
    with chief.expect_download() as taken:
        chief.get_by_role("link", name="XLSX").click()
    assert taken.value.suggested_filename == "register.xlsx"
    chief.wait_for_selector("[data-said]:text-is('Đã tải xong register.xlsx.')")


def answer(desk, item):
    """Take up and answer the shopper's report."""
    desk.goto("/desk/reports")
    with desk.expect_navigation():
        desk.locator(".queue-item", has_text=item.rpartition("/")[2]).locator("a").click()
    assert "Nắp hở, tem in mờ" in desk.inner_text("main")
    step(desk, "take")
    step(desk, "answer", outcome="violation", answer="Đã xử lý nơi bán. Cảm ơn bạn.")


def test_from_a_shoppers_report_to_the_register(someone, item, cli):
    shopper = someone()
    assert verdict(shopper, item) == "VALID"
    receipt = report(shopper)

    desk = someone("inspector", DESK)
    desk.goto("/desk/")
    entry = desk.locator(".queue-item", has_text=item.rpartition("/")[2])
    assert "Người mua phản ánh" in entry.inner_text()
    with desk.expect_navigation():
        entry.locator("a").click()
    case = desk.url
    step(desk, "open")
    step(desk, "investigate", note="Đến kiểm tra tại chỗ")
    check_on_site(someone("inspector"), item)
    order = suspend(desk)
    try:
        assert verdict(shopper, item) == "SUSPENDED"
        assert "Tem in khác mẫu đăng ký" in shopper.inner_text("main")
        desk.goto(case)
        step(desk, "propose", note="Tem in khác mẫu đăng ký, nắp hở")
        chief = someone("province_admin", DESK)
        chief.goto(case)
        step(chief, "close", finding="confirmed", result="violation", note="Đồng ý")
    finally:
        restore(desk, order)
    answer(desk, item)
    assert any(verdict(shopper, item) == "CONFIRMED" for _ in until(shopper)), "the background tells it within seconds"
    shopper.goto(receipt)
    assert "Đã xử lý nơi bán. Cảm ơn bạn." in shopper.inner_text("main")
    assert chief.context.request.get(f"{case}/minutes.pdf").body().startswith(b"%PDF-")

    take_along(chief)
    number = int(case.partition("?")[0].rpartition("/")[2])
    told, notes = registered_and_logged(chief, number)
    of_case = {note["action"]: note["name"] for note in notes if note["subject"] == f"case {number}"}
    assert list(of_case) == ["look", "case.open", "case.investigate", "case.propose", "case.close", "case.minutes"]
    assert (told["said_by"], told["closed_by"]) == ("inspector.story@example.vn", "province_admin.story@example.vn")
    assert of_case["case.close"] == PEOPLE["province_admin"]
    assert (told["state"], told["result"]) == ("Đã đóng", "Vi phạm")
    assert {"field.send", "order.propose", "order.lift", "report.answer"} <= {note["action"] for note in notes}
    cli("audit", "verify")
