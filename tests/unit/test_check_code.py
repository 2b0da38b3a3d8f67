"""Check characters of serial numbers: only who holds the key can make them."""

from hypothesis import given
from hypothesis import strategies as st

from verify_app.domain.check_code import LENGTH, check_characters, holds

GTIN = "09521234543213"
STEMS = st.text("ABCDEFGHJ23456", min_size=1, max_size=15)


@given(STEMS)
def test_a_serial_with_its_characters_passes_with_its_key_and_product_alone(stem):
    serial = stem + check_characters("key", GTIN, stem)
    assert holds("key", GTIN, serial)
    assert not holds("other key", GTIN, serial)
    assert not holds("key", "09506000134352", serial)


@given(STEMS, st.integers(0, 30), st.sampled_from("KLMNPQRSTUVWXYZ789"))
def test_another_character_anywhere_does_not_pass(stem, place, other):
    serial = stem + check_characters("key", GTIN, stem)
    place %= len(serial)
    changed = serial[:place] + other + serial[place + 1 :]
    assert changed == serial or not holds("key", GTIN, changed)


def test_a_product_without_a_key_says_nothing_of_its_serials():
    assert holds("", GTIN, "ANY") is None


def test_characters_alone_are_no_serial():
    assert not holds("key", GTIN, check_characters("key", GTIN, ""))
    assert len(check_characters("key", GTIN, "")) == LENGTH


@given(st.text(max_size=30))
def test_any_text_is_survived(text):
    assert holds("key", GTIN, text) in (True, False)
