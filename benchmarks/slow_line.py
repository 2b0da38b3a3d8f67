"""How long a shopper on a slow line waits for the verdict, beside a bare text page on the same line.

`python -m benchmarks.slow_line` starts the service and Chromium with the line of its "Slow 3G" preset and prints the
ratio; 2 or less is the aim. Each round is a first visit: nothing is cached, no service worker is there.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.running import running_service
from verify_app.demo.cases import cases

SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # ms, bytes/s
ROUNDS = 5
_READABLE = """
  const look = () => {
    const part = document.querySelector(SELECTOR);
    requestAnimationFrame(part && part.getBoundingClientRect().height > 0 ? () => tell(performance.now()) : look);
  };
  let tell;
  self.readable = new Promise((done) => { tell = done; });
  requestAnimationFrame(look);
"""
_BARE = (
    "<!doctype html><meta charset=utf-8><title>Mã hợp lệ</title>"
    "<h1>Mã hợp lệ – hãy đối chiếu với sản phẩm</h1><p>Hãy so tên, số lô và hạn dùng với bao bì trên tay bạn.</p>"
).encode()


class _Bare(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_BARE)))
        self.end_headers()
        self.wfile.write(_BARE)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def bare_page() -> Iterator[str]:
    """Address of a page that holds the same words and nothing else."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bare) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def readable_after(browser: Browser, url: str, selector: str) -> float:
    """Milliseconds from the start of a first visit over the slow line until the selected part has been painted."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", service_workers="block")
    try:
        page = context.new_page()
        page.add_init_script(_READABLE.replace("SELECTOR", repr(selector)))
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_3G)
        page.goto(url, wait_until="commit", timeout=120_000)
        return float(page.evaluate("self.readable"))
    finally:
        context.close()


@dataclass(frozen=True, slots=True)
class Waits:
    """Medians in milliseconds."""

    bare: float
    verdict: float

    @property
    def ratio(self) -> float:
        """How many times as long the verdict takes."""
        return self.verdict / self.bare


def measure(browser: Browser, service: str, rounds: int = ROUNDS) -> Waits:
    """Visit both pages in turn; the verdict counts as readable when its next step is there, not only its headline."""
    bare, verdict = [], []
    with bare_page() as address:
        for _ in range(rounds):
            bare.append(readable_after(browser, address, "p"))
            verdict.append(readable_after(browser, service + cases()[0].path, ".verdict-next"))
    return Waits(median(bare), median(verdict))


def main() -> int:
    """Print what was measured; exit code 1 if the verdict takes more than twice as long."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(Path(folder)) as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        waits = measure(browser, service)
        browser.close()
    print(f"slow 3G, median of {ROUNDS}: bare text page {waits.bare:.0f} ms, verdict {waits.verdict:.0f} ms")
    print(f"ratio {waits.ratio:.2f} (aim: 2 or less)")
    return 0 if waits.ratio <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
