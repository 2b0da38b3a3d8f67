"""A typed code that is not in the data: where hands err, and nothing about which codes exist."""

import pytest

from tests.fixtures_web import GTIN, ITEM
from tests.html_checks import check_page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_typed_serial_that_is_unknown_is_shown_letter_by_letter(world, lang):
    page = check_page(world.client(accept_language=lang).get(f"/01/{GTIN}/10/L2601/21/AO0I1?via=typed").text, lang)
    assert page.verdict()[0] in ("UNKNOWN_SERIAL", "NOT_IN_DATA_YET")
    assert ("Bạn đã nhập" if lang == "vi" else "You typed") in page.text
    assert len(page.all("mark")) == (4 if page.verdict()[0] == "UNKNOWN_SERIAL" else 6)  # O0I1, and 0 and 1 of L2601


@pytest.mark.parametrize("path", [f"/01/{GTIN}/10/L2601/21/AO0I1", f"/01/{GTIN}/10/L2601/21/AO0I1?via=camera"])
def test_a_code_that_was_read_and_not_typed_gets_no_such_hint(world, path):
    assert not check_page(world.client().get(path).text, "vi").all("mark")


def test_a_typed_code_that_is_known_gets_no_such_hint(world):
    assert not check_page(world.client().get(f"{ITEM}?via=typed").text, "vi").all("mark")


def test_the_hint_never_shows_another_code(world):
    page = check_page(world.client().get(f"/01/{GTIN}/10/L2601/21/A1B2C4?via=typed").text, "vi")
    assert "A1B2C3" not in page.text
