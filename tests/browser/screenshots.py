"""`make screenshots`: a picture of every verdict and of the first pages, taken from a running service, for docs/."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.guide import FILES, guide, picture_of
from tests.browser.running import BIN, running_service
from verify_app.domain.verdict import Reason

ROOT = Path(__file__).resolve().parents[2]
SHOPPER = ROOT / "docs/shopper"
IMAGES = ROOT / "docs/img"
_SHARP = 2  # pixels for each CSS pixel


def first_cases() -> dict[str, str]:
    """Path of the first demonstration case of each verdict."""
    run = subprocess.run([BIN / "verify-app", "demo", "list", "--json"], capture_output=True, text=True, check=True)
    return {entry["expect"]: entry["path"] for entry in reversed(json.loads(run.stdout))}


def phone(browser: Browser, address: str, lang: str) -> Page:
    """A page of a phone whose browser prefers a language."""
    locale = {"vi": "vi-VN", "en": "en-GB"}[lang]
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=_SHARP, locale=locale, base_url=address, has_touch=True, is_mobile=True,
        service_workers="block",
    )  # fmt: skip
    return context.new_page()


def shot(page: Page) -> Image.Image:
    """What the phone shows now, without scrolling."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def take(browser: Browser, address: str) -> None:
    """Write all pictures."""
    cases = first_cases()
    for lang in FILES:
        page = phone(browser, address, lang)
        for reason in Reason:
            page.goto(cases[reason])
            assert page.locator("[data-verdict]").first.get_attribute("data-verdict") == reason
            shot(page).save(SHOPPER / picture_of(reason, lang), quality=55, method=6)
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
        browser.close()
    for lang, name in FILES.items():
        (SHOPPER / name).write_text(guide(lang), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
