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
    two = check_number("gtin", "9521234S432O3")
    assert (two.expected, two.got, two.wrong, two.sum) == ("8, 12", "SO", (8, 12), ())
    short = check_number("gln", "952")
    assert (short.problem, short.expected, short.got) == ("length", "13", "3")


def test_sum_of_weighted_digits_leads_to_the_check_digit():
    found = check_number("gtin", "9521234543213")
    assert found.sum[:3] == (("9", 1), ("5", 3), ("2", 1))
    assert -sum(int(digit) * weight for digit, weight in found.sum) % 10 == 3


def test_lot_number_is_told_every_sign_that_cannot_be_printed():
    found = check_number("lot", "LÔ 12")
    assert (found.problem, found.got, found.wrong) == ("not_for_lots", "Ô ", (2, 3))
    assert check_number("lot", "L" * 21).problem == "lot_length"
    right = check_number("lot", " L2601-a ")
    assert (right.digits, right.problem, right.prefix, right.sum) == ("L2601-a", "", "lot", ())
