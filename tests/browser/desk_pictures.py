"""Pictures of the officers' pages for docs/inspector, of a service whose desk has work. Everybody is fictional."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESK, PHONE
from tests.browser.running import BIN
from verify_app.domain.alert import Alert, Rule
from verify_app.domain.case import Move, Step
from verify_app.domain.provinces import PROVINCES
from verify_app.domain.report import Grievance, NewReport
from verify_app.inspection.shopper_reports import ReportDesk
from verify_app.store.cases import record_alert, take_step
from verify_app.store.engine import open_engine, writing
from verify_app.store.ledger import LedgerRow, append
from verify_app.store.reports import StoredReports
from verify_app.store.tables import item as items

GUIDE = Path(__file__).resolve().parents[2] / "docs/inspector"
PASSWORD = "chín con mèo trên mái nhà"
PEOPLE = {"inspector": "Lê Thị Ví Dụ", "province_admin": "Trần Văn Thí Dụ"}
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_DAY, _HOUR = 86_400_000, 3_600_000
_TOLD = ("Gia Lai", "Đà Nẵng", "Hà Nội", "Gia Lai", "Cần Thơ", "Gia Lai", "Hồ Chí Minh", "Hải Phòng")


def lay_work(data: Path) -> tuple[str, int]:
    """Put scans, alerts, a report and a case that was handed over into the database of a running service; returns the
    path of the item that all is about, and the number of its case."""
    engine, now = open_engine(f"sqlite:///{data / 'registry.sqlite3'}"), time.time_ns() // 1_000_000
    with engine.connect() as connection:
        asked = sa.select(items.c.gtin, items.c.lot, items.c.serial).where(items.c.gtin == "09524100500129")
        (gtin, lot, serial), (_, lot_b, serial_b) = connection.execute(
            asked.where(items.c.state == "active").order_by(items.c.serial).limit(2)
        ).all()
    code = f"01/{gtin}/21/{serial}"
    with writing(engine) as connection:
        append(connection, list(_scans(now, code, gtin, lot, serial)))
    here = str(next(n for n, province in enumerate(PROVINCES) if province.name == "Gia Lai"))
    copied = Alert("p1", Rule.COPIED_CODE, "1.4", code, now - 6 * _DAY, now - _HOUR, score=11.4, gtin=gtin, lot=lot,
                   serial=serial, places=(here,), evidence=(("credited", 23.0), ("places", 7.0), ("days", 6.0)),
                   contributions=(("credited", 6.3), ("places", 3.2), ("days", 1.9)))  # fmt: skip
    number = record_alert(engine, copied).case_id
    slow = Alert("p2", Rule.SLOW_ENUMERATION, "1.1", f"lot:{gtin}/{lot_b}", now - 5 * _DAY, now - _DAY, score=7.2,
                 gtin=gtin, lot=f"{lot_b}-2", evidence=(("strange looks", 310.0), ("networks", 41.0)))  # fmt: skip
    late = record_alert(engine, slow).case_id
    take_step(engine, late, Step(Move.OPEN, "inspector@vidu.example", now - 12 * _DAY))
    take_step(engine, late, Step(Move.ASSIGN, "inspector@vidu.example", now - 12 * _DAY, "Xin hỗ trợ kỹ thuật",
                                 owner="Sở Khoa học và Công nghệ (hư cấu)", deadline=now - 2 * _DAY))  # fmt: skip
    path = f"/01/{gtin}/10/{lot}/21/{serial}"
    other, told = f"/01/{gtin}/10/{lot_b}/21/{serial_b}", "Nắp hở, tem in mờ hơn gói mua lần trước."
    seal = NewReport(now - 2 * _HOUR, Grievance.SEAL, f"01/{gtin}/21/{serial_b}", other, "VALID", gtin, lot_b, serial_b,
                     "Gia Lai/Phường Ví Dụ", told)  # fmt: skip
    ReportDesk(StoredReports(engine, data / "reports")).file("R-0001", seal)
    engine.dispose()
    return path, number


def _scans(now: int, code: str, gtin: str, lot: str, serial: str) -> Iterator[LedgerRow]:
    towns = {province.name: province.towns[0] for province in PROVINCES}
    for number in range(46):
        lat, lon = towns[_TOLD[3 * number % len(_TOLD)]]
        when = now - number * 3 * _HOUR - (number % 5) * 1_234_567
        cell = (round(lat / 0.05), round(lon / 0.05))
        yield LedgerRow(f"{number:032x}", when, code, gtin, lot, serial, tag=number * 2654435761 % 2**32, country="VN",
                        cell=cell)  # fmt: skip


def sign_in(browser: Browser, address: str, data: Path, role: str) -> dict[str, object]:
    """Open an account with a role and sign in to it; returns what a browser then knows."""
    given = [BIN / "verify-app", "user", "create", f"{role}@vidu.example", "--name", PEOPLE[role], "--role", role]
    given += ["--area", "Gia Lai", "--sector", "*", "--department", "Chi cục Quản lý thị trường (hư cấu)"]
    told = os.environ | {"DATA_DIR": str(data)}
    subprocess.run([*given, "--password-stdin"], input=PASSWORD, text=True, env=told, check=True, capture_output=True)
    page = browser.new_context(base_url=address, locale="vi-VN").new_page()
    page.goto("/account/sign-in")
    page.fill("#email", f"{role}@vidu.example")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("main button")
    return dict(page.context.storage_state())


def pictures(browser: Browser, address: str, data: Path) -> Iterator[tuple[str, Page]]:
    """Names of pictures, each with a page that shows it."""
    path, number = lay_work(data)
    known = {role: sign_in(browser, address, data, role) for role in PEOPLE}

    def at(role: str, where: str, size: dict[str, int] = DESK) -> Page:
        sharp = {"device_scale_factor": 2, "has_touch": True, "is_mobile": True} if size == PHONE else {}
        page = browser.new_context(
            base_url=address, locale="vi-VN", viewport=size, storage_state=known[role], **sharp
        ).new_page()
        page.goto(where)
        return page

    yield "queue", at("inspector", "/desk/")
    yield "queue-phone", at("inspector", "/desk/", PHONE)
    case = at("inspector", f"/desk/cases/{number}")
    yield "case", case
    case.evaluate("document.querySelector('.scan-places').scrollIntoView({ behavior: 'instant' })")
    yield "map", case
    yield from on_site(at("inspector", "/desk/field/kit", PHONE), path)
    orders = at("inspector", f"/desk/orders?gtin={path.split('/')[2]}")
    orders.fill("#reason", "Tem in khác mẫu đăng ký, nghi bị sao chép hàng loạt")
    orders.fill("#advice", "Ngừng sử dụng và mang trả nơi bán.")
    with orders.expect_navigation():
        orders.click("#new form .button")
    yield "second-person", at("province_admin", "/desk/orders")
    yield "report-phone", at("inspector", "/desk/reports/1", PHONE)
    yield "search", at("inspector", f"/desk/search?code={path}")


def on_site(page: Page, path: str) -> Iterator[tuple[str, Page]]:
    """A visit: checked without a network, the list, and what comes back."""
    page.wait_for_selector("[data-kept=yes]")
    page.context.set_offline(True)
    page.fill("#place", "Chợ Ví Dụ, quầy 12")
    for _ in range(2):
        page.fill("#code", path)
        page.click("[data-typed] button")
    page.wait_for_selector(".kit-odd >> nth=1")
    page.evaluate("document.querySelector('[data-typed]').scrollIntoView({ behavior: 'instant' })")
    yield "kit-offline", page
    page.context.set_offline(False)
    page.wait_for_selector("[data-status]:text-is('Đã gửi tất cả.')")
    first = page.locator(".kit-check").first
    first.locator("summary").click()
    for key, mark in (("name", "ok"), ("responsible_party", "ok"), ("origin", "missing"), ("quantity", "ok")):
        page.click(f".kit-check >> nth=0 >> [data-at='{key} {mark}']")
        page.wait_for_selector(f".kit-check >> nth=0 >> [data-at='{key} {mark}'][aria-pressed=true]")
    page.evaluate("document.querySelector('.kit-check').scrollIntoView({ behavior: 'instant' })")
    yield "kit-answer", page
    page.evaluate("document.querySelector('.kit-check h3').scrollIntoView({ behavior: 'instant' })")
    yield "kit-list", page
    page.wait_for_selector("[data-status]:text-is('Đã gửi tất cả.')")
    page.goto("/desk/field/")
    page.click(".rows a")
    page.wait_for_url("**/visits/**")
    yield "visit", page


def take(browser: Browser, address: str, data: Path) -> None:
    """Write all pictures of the guide for inspectors."""
    from tests.browser.screenshots import shot

    (GUIDE / "img").mkdir(exist_ok=True)
    for name, page in pictures(browser, address, data):
        page.evaluate(_DRAWN)
        made: Image.Image = shot(page)
        made.save(GUIDE / f"img/{name}.webp", quality=55, method=6)
