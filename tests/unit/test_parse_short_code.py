"""The short code finds every single wrong symbol and every swap of neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_app.domain.code import CodeError
from verify_app.domain.short_code import PAYLOADS, SHORT_LENGTH, display_short, format_short, parse_short

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
payloads = st.integers(0, PAYLOADS - 1)


def refused(text: str) -> bool:
    try:
        parse_short(text)
    except CodeError:
        return True
    return False


@given(payloads)
def test_every_single_wrong_symbol_is_refused(payload):
    code = format_short(payload)
    for place in range(SHORT_LENGTH):
        for symbol in SYMBOLS:
            if symbol != code[place]:
                assert refused(code[:place] + symbol + code[place + 1 :])


@given(payloads)
def test_every_swap_of_neighbours_is_refused(payload):
    code = format_short(payload)
    for place in range(SHORT_LENGTH - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or refused(swapped)


def test_the_check_is_proved_for_all_payloads_by_its_weights():
    """Each place's weight modulo 1021, check symbols included, as the change of (payload - check) it makes."""
    weights = [pow(32, place, 1021) for place in range(8, -1, -1)] + [-32 % 1021, -1 % 1021]
    for index, weight in enumerate(weights):
        for change in range(1, 32):  # one symbol changed
            assert weight * change % 1021 != 0
            if index:  # two neighbours swapped
                assert (weights[index - 1] - weight) * change % 1021 != 0


@given(payloads)
def test_a_code_can_be_spelt_as_people_do(payload):
    code = format_short(payload)
    shown = display_short(code)
    assert len(code) == SHORT_LENGTH
    assert shown.count("-") == 2
    folded = shown.lower().replace("1", "l").replace("0", "o")
    for spelt in (code, shown, code.lower(), folded, folded.replace("l", "I"), shown.replace("-", " "), f" {code} "):
        assert parse_short(spelt) == code


def test_different_payloads_have_different_codes():
    assert len({format_short(payload) for payload in range(2000)}) == 2000
    assert format_short(PAYLOADS - 1)[:10] == "V" + "Z" * 9


@pytest.mark.parametrize("payload", [-1, PAYLOADS])
def test_a_payload_out_of_range_is_refused(payload):
    with pytest.raises(ValueError, match="Expected a payload from 0 to"):
        format_short(payload)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("V123", "length"),
        ("", "length"),
        ("A00000000000", "characters"),
        ("VU0000000000", "characters"),
        ("V00000000001", "check_digit"),
        ("V000000000ZX", "check_digit"),
        ("V00000000é00", "characters"),
    ],
)
def test_a_broken_short_code_is_refused(text, problem):
    with pytest.raises(CodeError) as caught:
        parse_short(text)
    assert caught.value.problem == problem
