"""`make screenshots`: a picture of every verdict and of the first pages, taken from a running service, for docs/."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import desk_pictures
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.guide import FILES, guide, moment_picture, picture_of
from tests.browser.photos import codes_in_a_row
from tests.browser.running import BIN, running_service
from verify_app.domain.judge import FOR_ALL
from verify_app.domain.verdict import Reason

ROOT = Path(__file__).resolve().parents[2]
SHOPPER = ROOT / "docs/shopper"
IMAGES = ROOT / "docs/img"
_SHARP = 2  # pixels for each CSS pixel
READY = "async () => Boolean((await navigator.serviceWorker.ready).active)"
KEPT = """async (path) => {
  const found = () => caches.match(path, { ignoreVary: true });
  for (let turn = 0; turn < 200 && !(await found()); turn += 1) await new Promise((done) => setTimeout(done, 100));
}"""


def first_cases() -> dict[str, str]:
    """Path of the first demonstration case of each verdict."""
    run = subprocess.run([BIN / "verify-app", "demo", "list", "--json"], capture_output=True, text=True, check=True)
    return {entry["expect"]: entry["path"] for entry in reversed(json.loads(run.stdout))}


def phone(browser: Browser, address: str, lang: str, **options: Any) -> Page:
    """A page of a phone whose browser prefers a language. `options`: what else the browser is to be told."""
    locale = {"vi": "vi-VN", "en": "en-GB"}[lang]
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=_SHARP, locale=locale, base_url=address, has_touch=True, is_mobile=True,
        **{"service_workers": "block", **options},
    )  # fmt: skip
    return context.new_page()


def in_language(path: str, lang: str) -> str:
    """The address in a language that the reader chose. One phone takes all pictures of a code: to the code's history a
    phone of another language is another buyer, and would change the verdict."""
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


def shot(page: Page) -> Image.Image:
    """What the phone shows now, without scrolling."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def moments(page: Page, cases: dict[str, str]) -> Iterator[tuple[str, Image.Image]]:
    """The way to a verdict: the scan page, several codes in one photo, a number with a wrong digit, no network."""
    page.goto("/scan")
    yield "scan", shot(page)
    page.goto("/scan?code=9521234543214")
    page.locator(".typing-help").scroll_into_view_if_needed()
    yield "typed", shot(page)
    page.goto("/")
    photo = codes_in_a_row(cases[Reason.VALID], cases[Reason.RECALLED])
    page.set_input_files("input[name=photo] >> nth=0", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_url("**/scan")
    yield "several", shot(page)
    page.goto("/")
    page.evaluate(READY)
    page.evaluate(KEPT, "/offline")
    page.context.set_offline(True)
    page.goto(cases[Reason.VALID])
    page.locator("[data-pending-card]").wait_for()
    yield "pending", shot(page)


def take(browser: Browser, address: str) -> None:
    """Write all pictures."""
    cases = first_cases()
    for lang in FILES:
        page = phone(browser, address, "vi")
        for reason in FOR_ALL:
            page.goto(in_language(cases[reason], lang))
            assert page.locator("[data-verdict]").first.get_attribute("data-verdict") == reason
            shot(page).save(SHOPPER / picture_of(reason, lang), quality=50, method=6)
        for name, picture in moments(phone(browser, address, lang, service_workers="allow"), cases):
            picture.save(SHOPPER / moment_picture(name, lang), quality=55, method=6)
    page = phone(browser, address, "vi")
    for name, path in (("home", "/"), ("help", "/help"), ("result", cases[Reason.VALID])):
        page.goto(path)
        shot(page).quantize(128).save(IMAGES / f"{name}-vi.png", optimize=True)


def main() -> int:
    """Take the pictures and write the guide that shows them."""
    if CHROMIUM is None:
        print("Expected Chromium (Debian package chromium), got none.", file=sys.stderr)
        return 2
    (SHOPPER / "img").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder)) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        take(browser, address)
        desk_pictures.take(browser, address, Path(folder) / "data")
        browser.close()
    for lang, name in FILES.items():
        (SHOPPER / name).write_text(guide(lang), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
