"""Which readings are believed: rules learnt from false readings, each with its case here."""

from __future__ import annotations

import pytest

from verify_app.domain.check_digit import mod10
from verify_app.images.decoded import Position, Symbol
from verify_app.images.reading import Reading, expand_upc_e, gtin14, same_place
from verify_app.images.tally import Tally

HERE: Position = ((10, 10), (110, 10), (110, 60), (10, 60))
NEAR: Position = ((14, 12), (112, 12), (112, 64), (14, 64))
ELSEWHERE: Position = ((10, 300), (110, 300), (110, 350), (10, 350))
EAN, OTHER_EAN = "9506000134352", "9506000134376"


def tally(*readings: tuple[int, str, str, str, Position]) -> Tally:
    """A tally of (pass, decoder, format, text, place)."""
    made = Tally()
    for number, decoder, kind, text, place in readings:
        made.add(number, Reading(text, kind, "]E0", place, decoder), place)
    return made


def read(made: Tally) -> dict[str, bool]:
    return {symbol.text: symbol.confirmed for symbol in made.symbols()}


def test_a_2_d_text_is_believed_at_once() -> None:
    made = tally((0, "zxing", "QRCode", "a", HERE))
    assert made.settled
    assert read(made) == {"a": True}


def test_nothing_read_settles_nothing() -> None:
    assert not tally().settled
    assert read(tally()) == {}


@pytest.mark.parametrize("text", ["5699", "7050907", "abcde"])
def test_a_short_datamatrix_is_texture_until_a_second_pass_agrees(text: str) -> None:
    once = (0, "zxing", "DataMatrix", text, HERE)
    assert read(tally(once)) == {}
    assert not tally(once).settled
    assert read(tally(once, (3, "zxing", "DataMatrix", text, NEAR))) == {text: True}


def test_a_linear_text_read_once_is_single() -> None:
    assert read(tally((0, "zxing", "EAN-13", EAN, HERE))) == {EAN: False}


def test_a_linear_text_of_both_decoders_is_confirmed_and_settled() -> None:
    made = tally((0, "zxing", "EAN-13", EAN, HERE), (1, "zbar", "EAN-13", EAN, NEAR))
    assert made.settled
    assert read(made) == {EAN: True}


def test_one_decoder_may_repeat_its_mistake_so_two_of_its_passes_do_not_end_the_search() -> None:
    twice = tally((1, "zbar", "EAN-13", EAN, HERE), (3, "zbar", "EAN-13", EAN, HERE))
    assert not twice.settled
    assert read(twice) == {EAN: True}


def test_upc_a_and_ean_13_are_one_text() -> None:
    made = tally((0, "zxing", "EAN-13", "0012345678905", HERE), (1, "zbar", "UPC-A", "012345678905", HERE))
    assert read(made) == {"0012345678905": True}


@pytest.mark.parametrize(("kind", "text"), [("UPC-E", "01234565"), ("ITF", "09506000134352")])
def test_a_upc_e_and_an_itf_need_both_decoders(kind: str, text: str) -> None:
    same = [(number, "zxing", kind, text, HERE) for number in (0, 2, 4)]
    assert read(tally(*same)) == {}
    assert list(read(tally(*same, (1, "zbar", kind, text, HERE))).values()) == [True]


def test_both_decoders_agree_on_a_upc_e_that_one_expands() -> None:
    made = tally((0, "zxing", "UPC-E", "0012345000065", HERE), (1, "zbar", "UPC-E", "01234565", HERE))
    assert read(made) == {"0012345000065": True}


def test_an_itf_of_four_digits_is_noise() -> None:
    assert read(tally((0, "zxing", "ITF", "8821", HERE), (1, "zbar", "ITF", "8821", HERE))) == {}


def test_two_linear_texts_in_one_place_are_decided_by_the_number_of_passes() -> None:
    wrong = [(0, "zxing", "EAN-13", OTHER_EAN, HERE), (1, "zbar", "EAN-13", OTHER_EAN, HERE)]
    right = [(number, "zxing", "EAN-13", EAN, NEAR) for number in (2, 5, 7)]
    assert not tally(*wrong, right[0]).settled
    assert read(tally(*wrong, *right)) == {EAN: True}


def test_a_draw_between_two_linear_texts_gives_neither() -> None:
    made = tally(
        (0, "zxing", "EAN-13", EAN, HERE),
        (1, "zbar", "EAN-13", EAN, HERE),
        (2, "zxing", "EAN-13", OTHER_EAN, HERE),
        (3, "zbar", "EAN-13", OTHER_EAN, HERE),
    )
    assert read(made) == {}


def test_two_linear_codes_in_two_places_are_both_believed() -> None:
    made = tally(
        (0, "zxing", "EAN-13", EAN, HERE),
        (1, "zbar", "EAN-13", EAN, HERE),
        (0, "zxing", "EAN-13", OTHER_EAN, ELSEWHERE),
        (1, "zbar", "EAN-13", OTHER_EAN, ELSEWHERE),
    )
    assert made.settled
    assert read(made) == {EAN: True, OTHER_EAN: True}


def test_two_texts_that_one_pass_each_read_are_both_doubtful() -> None:
    assert read(tally((0, "zxing", "EAN-13", EAN, HERE), (0, "zxing", "EAN-13", OTHER_EAN, ELSEWHERE))) == {}


def test_a_lone_linear_text_over_a_believed_code_is_dropped() -> None:
    made = tally((0, "zxing", "QRCode", "a", HERE), (1, "zbar", "EAN-8", "95200002", NEAR))
    assert read(made) == {"a": True}


def test_what_zbar_made_of_the_bytes_gives_way_to_zxing() -> None:
    made = tally((0, "zbar", "QRCode", "caf\u77c7", HERE), (2, "zxing", "QRCode", "café", NEAR))
    assert read(made) == {"café": True}


def test_one_decoder_may_read_a_code_within_a_code() -> None:
    made = tally((0, "zxing", "QRCode", "outer", HERE), (0, "zxing", "QRCode", "inner", NEAR))
    assert read(made) == {"outer": True, "inner": True}


def test_a_place_that_zxing_saw_replaces_the_one_of_zbar() -> None:
    made = tally((1, "zbar", "EAN-13", EAN, HERE), (2, "zxing", "EAN-13", EAN, NEAR))
    assert made.symbols()[0].position == NEAR


def test_places_are_one_where_their_middles_are_near() -> None:
    assert same_place(HERE, NEAR)
    assert not same_place(HERE, ELSEWHERE)


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),  # GS1 General Specifications, figure 5.2.2.4.2-1: one case for each last digit
    [
        ("01234505", "012000003455"),
        ("01234514", "012100003454"),
        ("01234523", "012200003453"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234558", "012345000058"),
        ("01234596", "012345000096"),
    ],
)
def test_upc_e_is_expanded_to_a_upc_a_with_the_same_check_digit(upc_e: str, upc_a: str) -> None:
    assert expand_upc_e(upc_e) == upc_a
    assert mod10(upc_a)
    assert gtin14(upc_e, upc_e=True) == "00" + upc_a


@pytest.mark.parametrize(
    ("identifier", "payload"),
    [
        ("]d2", "]d201095"),
        ("]d5", "]d201095"),
        ("]Q3", "]Q301095"),
        ("]Q4", "]Q301095"),
        ("]C1", "]C101095"),
        ("]e0", "]e001095"),
        ("]Q1", "01095"),
        ("]C0", "01095"),
        ("]E0", "01095"),
    ],
)
def test_the_payload_keeps_the_identifier_of_gs1_carriers_alone(identifier: str, payload: str) -> None:
    assert Symbol("01095", "DataMatrix", identifier, HERE, True).payload == payload
