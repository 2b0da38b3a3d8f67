"""Every verdict as a shopper sees it, and the guide that shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.desk_pictures import GUIDE
from tests.browser.guide import FILES, SHOWN, guide, moment_picture, picture_of
from tests.browser.screenshots import SHOPPER, in_language, phone, shot
from verify_app.domain.judge import FOR_ALL

MOST_BYTES = 3_000_000


@pytest.mark.browser
def test_a_picture_is_taken_as_a_phone_shows_the_page(chromium, service, demo):
    page = phone(chromium, service, "vi")
    page.goto(in_language(next(entry["path"] for entry in demo if entry["expect"] == "RECALLED"), "en"))
    assert shot(page).size == (720, 1480)
    page.context.close()


def test_the_guide_says_what_the_help_says():
    for lang, name in FILES.items():
        assert (SHOPPER / name).read_text(encoding="utf-8") == guide(lang), "run `make screenshots`"


def test_the_guide_has_a_picture_of_every_verdict_and_stays_light():
    pictures = [SHOPPER / picture_of(reason, lang) for reason in FOR_ALL for lang in FILES]
    pictures += [SHOPPER / moment_picture(name, lang) for name in SHOWN.values() for lang in FILES]
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.size == (720, 1480)
    kept = list((SHOPPER / "img").iterdir())
    assert {Path(path) for path in kept} == set(pictures), "pictures that nothing shows"
    assert sum(path.stat().st_size for path in kept) < MOST_BYTES


def test_the_inspectors_guide_shows_the_pictures_that_are_there():
    shown = re.findall(r'src="img/([^"]+)"', (GUIDE / "README.vi.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(path.name for path in (GUIDE / "img").iterdir())
    assert sum(path.stat().st_size for path in (GUIDE / "img").iterdir()) < MOST_BYTES / 3
