"""The checker for GTIN and GLN."""

import pytest

from verify_app.domain.number_check import check_number


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("9 521234 543213", "demonstration"),
        ("0200000000004", "restricted"),
        ("2000000000008", "restricted"),
        ("0412345678903", "restricted"),
        ("9780201379624", "book"),
        ("09506000134352", "global_office"),
        ("5901234123457", ""),
        ("96385074", "gtin8"),
    ],
)
def test_right_number_tells_what_its_prefix_says(text, prefix):
    found = check_number("gtin", text)
    assert (found.problem, found.prefix) == ("", prefix)


def test_vietnamese_prefix_says_where_the_number_was_given_out():
    found = check_number("gln", "8930000000000")  # its check digit is wrong: a number of nobody
    assert (found.prefix, found.problem) == ("vietnam", "check_digit")


def test_wrong_check_digit_names_the_right_one_and_swapped_neighbours():
    found = check_number("gtin", "9521234543231")
    assert (found.problem, found.expected, found.got) == ("check_digit", "7", "1")
    assert "9521234543213" in found.candidates


def test_letters_and_lengths_are_told_by_place_and_number():
    assert check_number("gtin", "95212345432O3") == check_number("gtin", "95212345432O3")
    assert (check_number("gtin", "95212O").problem, check_number("gtin", "95212O").expected) == ("not_a_digit", "6")
    short = check_number("gln", "952")
    assert (short.problem, short.expected, short.got) == ("length", "13", "3")
