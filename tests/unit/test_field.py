"""What stands out among the goods of one carton."""

from verify_app.domain.field import Check, Odd, odd_ones


def check(number, gtin="G1", lot="L1", serial=None):
    serial = f"S{number}" if serial is None else serial
    return Check(str(number), "v", "", number, path=f"/{gtin}/{lot}/{serial}", gtin=gtin, lot=lot, serial=serial)


def test_a_carton_of_one_lot_has_nothing_odd():
    assert odd_ones([check(1), check(2), check(3)]) == {}
    assert odd_ones([]) == {}


def test_one_serial_on_two_pieces_stands_out_on_both():
    assert odd_ones([check(1), check(2, serial="S1"), check(3)]) == {"1": (Odd.TWICE,), "2": (Odd.TWICE,)}


def test_the_same_class_code_on_many_packs_is_nothing_odd():
    assert odd_ones([check(1, serial=""), check(2, serial="")]) == {}


def test_the_one_of_another_lot_or_product_stands_out_and_a_mixed_shelf_does_not():
    assert odd_ones([check(1), check(2), check(3, lot="L2")]) == {"3": (Odd.OTHER_LOT,)}
    assert odd_ones([check(1), check(2), check(3, gtin="G2")]) == {"3": (Odd.OTHER_PRODUCT,)}
    assert odd_ones([check(1), check(2, gtin="G2"), check(3, gtin="G3")]) == {}


def test_a_serial_that_was_read_elsewhere_stands_out():
    one = check(1)
    assert odd_ones([one], frozenset({one.path})) == {"1": (Odd.ELSEWHERE,)}
    assert odd_ones([Check("9", "v", "text", 1)]) == {}
