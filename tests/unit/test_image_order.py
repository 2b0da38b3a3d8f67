"""In which order the codes of a photo are numbered."""

import pytest

from verify_app.images.decoded import Symbol, in_reading_order


def box(name: str, left: float, top: float, width: float = 100, height: float = 100) -> Symbol:
    right, bottom = left + width, top + height
    return Symbol(name, "QRCode", "]Q1", ((left, top), (right, top), (right, bottom), (left, bottom)), True)


@pytest.mark.parametrize(
    ("symbols", "order"),
    [
        ([], ""),
        ([box("b", 300, 40), box("a", 20, 60)], "ab"),  # a hand is never level: the right one stands a little higher
        ([box("c", 20, 300), box("b", 300, 10), box("a", 20, 0), box("d", 300, 290)], "abcd"),
        ([box("b", 20, 150), box("a", 20, 0)], "ab"),
        ([box("b", 200, 0, 100, 400), box("a", 20, 150, 100, 60), box("c", 20, 420)], "abc"),  # a tall one beside it
        ([box("a", 20, 150, 100, 60), box("b", 200, 0, 100, 250), box("c", 20, 420)], "abc"),
    ],
)
def test_codes_are_numbered_as_one_reads_a_page(symbols, order):
    assert "".join(symbol.text for symbol in in_reading_order(symbols)) == order
    assert "".join(symbol.text for symbol in in_reading_order(reversed(symbols))) == order
