"""Check digits against an independent implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from verify_app.domain.check_digit import check_pair, expected_check_digit, mod10


@given(st.text("0123456789", min_size=1, max_size=30))
def test_the_check_digit_agrees_with_stdnum(payload):
    digit = expected_check_digit(payload)
    assert str(digit) == ean.calc_check_digit(payload)
    assert mod10(f"{payload}{digit}")
    assert not any(mod10(f"{payload}{other}") for other in range(10) if other != digit)


@pytest.mark.parametrize(
    "digits", ["09506000134352", "09506000134376", "09506000164908", "09521234543213", "09520123456788"]
)
def test_published_examples_are_right(digits):
    assert mod10(digits)


def test_check_pair_of_the_published_model_number():
    assert check_pair("1987654Ad4X4bL5ttr2310c2K")
    assert not check_pair("1987654Ad4X4bL5ttr2310c2k")
    assert not check_pair("K")
