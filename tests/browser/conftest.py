"""A real service and a real browser for the tests of this folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def service_data(tmp_path_factory):
    """DATA_DIR of the running service."""
    return tmp_path_factory.mktemp("service") / "data"


@pytest.fixture(scope="session")
def service(service_data):
    """Address of a running service with the demonstration registry, started the way `make run` starts it."""
    folder = service_data.parent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [BIN / "verify-app", "serve"],
        env=os.environ | {"PORT": str(port), "DATA_DIR": str(service_data), "WEB_WORKERS": "1"},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.25)
        else:
            pytest.fail((folder / "log").read_text())
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=40)
        log.close()


@pytest.fixture(scope="session")
def demo():
    """The demonstration list: dicts with path, expect, title."""
    run = subprocess.run([BIN / "verify-app", "demo", "list", "--json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian package chromium).")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium, service):
    """A page of a Vietnamese shopper's phone."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", base_url=service, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()
