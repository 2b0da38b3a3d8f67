"""Texts in several languages."""

import pytest

from verify_app.domain.text import NO_TEXT, Text


def test_a_text_answers_in_the_wanted_language():
    assert Text.of("Cà phê", "Coffee").text("en") == "Coffee"
    assert Text.of("Cà phê", "Coffee").language("en") == "en"


def test_a_language_that_is_lacking_falls_back_to_vietnamese():
    assert Text.of("Cà phê").text("en") == "Cà phê"
    assert Text.of("Cà phê").language("en") == "vi"


@pytest.mark.parametrize("language", ["zh", "ja", "ko"])
def test_a_reader_of_a_third_language_gets_english_before_vietnamese(language):
    assert Text.of("Cà phê", "Coffee").text(language) == "Coffee"
    assert Text.of("Cà phê", "Coffee").language(language) == "en"
    assert Text.of("Cà phê").text(language) == "Cà phê"
    assert Text((("vi", "Cà phê"), ("en", "Coffee"), (language, "…"))).text(language) == "…"


def test_an_empty_translation_is_no_translation():
    assert Text((("vi", "Cà phê"), ("en", ""))).text("en") == "Cà phê"
    assert Text.of("", "Coffee").text("vi") == "Coffee"


def test_without_vietnamese_english_answers_and_then_the_first_language():
    assert Text((("lo", "ກາເຟ"), ("en", "Coffee"))).text("vi") == "Coffee"
    assert Text((("lo", "ກາເຟ"), ("km", "កាហ្វេ"))).text("vi") == "ກາເຟ"


def test_no_text_is_false_and_empty():
    assert not NO_TEXT
    assert not Text.of("")
    assert Text.of("", "Coffee")
    assert (NO_TEXT.text("en"), NO_TEXT.language("en")) == ("", "vi")
