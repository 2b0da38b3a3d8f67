"""A real service and a real browser for the tests of this folder."""

import json
import shutil
import subprocess

import pytest

from tests.browser.running import BIN, running_service
from tests.drawn_pictures import drawn, lay_pictures  # noqa: F401 - `drawn` is a fixture

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


def pytest_collection_modifyitems(items):
    """Browser, service and test share two cores: a test that fails is tried once more, and the summary names it."""
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.flaky(reruns=1))


PATIENCE = 90_000  # milliseconds: a slow machine is no fault of the page
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def patient(browser):
    """The browser; what its pages wait for may take long."""
    opens = browser.new_context

    def new_context(**options):
        context = opens(**options)
        context.set_default_timeout(PATIENCE)
        return context

    browser.new_context = new_context
    return browser


@pytest.fixture(scope="package")
def service_data(tmp_path_factory, drawn):  # noqa: F811
    """DATA_DIR of the running service."""
    return lay_pictures(drawn, tmp_path_factory.mktemp("service") / "data")


@pytest.fixture(scope="package")
def service(service_data):
    """Address of a running service with the demonstration registry, started the way `make run` starts it."""
    with running_service(service_data.parent) as address:
        yield address


@pytest.fixture(scope="package")
def demo():
    """The demonstration list: dicts with path, expect, title."""
    run = subprocess.run([BIN / "verify-app", "demo", "list", "--json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="package")
def chromium():
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian package chromium).")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield patient(browser)
        browser.close()


@pytest.fixture
def phone(chromium, service):
    """A page of a Vietnamese shopper's phone."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", base_url=service, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()
