"""The passport and what it lacks."""

from dataclasses import replace

import pytest

from verify_app.domain.certificate import Certificate, CertificateKind
from verify_app.domain.code import Code
from verify_app.domain.events import CriticalEvent, Stage
from verify_app.domain.passport import ItemPart, LotPart, ModelPart, Operator, OperatorRole, Passport
from verify_app.domain.text import NO_TEXT, Text

GTIN = "09520123456788"
MODEL_CODE, LOT_CODE = Code("01", GTIN), Code("01", GTIN, (("10", "L1"),))
MAKER = Operator(OperatorRole.PRODUCER, Text.of("HTX Bình Minh"), Text.of("Gia Lai"))
EVENT = CriticalEvent("e1", Stage.HARVEST, 1, Text.of("Thu hoạch"), Text.of("Vườn"))
MODEL = ModelPart(GTIN, Text.of("Cà phê"), "e1", (MAKER,), origin=Text.of("Sản xuất tại Việt Nam"))
LOT = LotPart("L1", events=(EVENT,))


def certificate(number):
    return Certificate(CertificateKind.VIETGAP, number, Text.of("VietGAP"), Text.of("Tổ chức"))


def test_a_complete_passport_lacks_nothing():
    assert Passport(LOT_CODE, MODEL, LOT).missing == ()


def test_an_empty_passport_lists_each_minimum_item():
    empty = ModelPart(GTIN, NO_TEXT, "e1", ())
    assert Passport(LOT_CODE, empty).missing == ("productName", "operators", "origin", "traceability")
    assert Passport(MODEL_CODE, empty).missing == ("productName", "operators", "origin")


@pytest.mark.parametrize("party", [replace(MAKER, name=NO_TEXT), replace(MAKER, address=NO_TEXT)])
def test_an_operator_needs_a_name_and_an_address(party):
    assert Passport(LOT_CODE, replace(MODEL, operators=(party,)), LOT).missing == ("operators",)


def test_the_last_processing_place_stands_in_for_the_origin():
    model = replace(MODEL, origin=NO_TEXT, last_processing_place=Text.of("Huế"))
    assert Passport(LOT_CODE, model, LOT).missing == ()


def test_an_event_declared_wrong_is_no_traceability():
    lot = replace(LOT, events=(replace(EVENT, in_error=True),))
    assert Passport(LOT_CODE, MODEL, lot).missing == ("traceability",)


def test_exempt_goods_need_neither_origin_nor_events():
    assert Passport(LOT_CODE, replace(MODEL, origin=NO_TEXT, exempt=True)).missing == ()


def test_certificates_of_the_model_come_before_those_of_the_lot():
    model, lot = replace(MODEL, certificates=(certificate("1"),)), replace(LOT, certificates=(certificate("2"),))
    assert [c.number for c in Passport(LOT_CODE, model, lot).certificates] == ["1", "2"]
    assert [c.number for c in Passport(MODEL_CODE, model).certificates] == ["1"]


@pytest.mark.parametrize(
    ("declared", "uploaded", "complete"), [(0, 0, False), (0, 3, False), (5, 4, False), (5, 5, True), (5, 6, True)]
)
def test_a_lot_is_complete_once_every_announced_serial_is_here(declared, uploaded, complete):
    assert LotPart("L1", declared=declared, uploaded=uploaded).complete is complete


def test_an_item_without_its_lot_is_recorded_with_it_in_the_order_of_the_standard():
    code = Code("01", GTIN, (("22", "2A"), ("21", "S1")))
    known = Passport(code, MODEL, None, ItemPart("S1", "L1"))
    assert known.observed.qualifiers == (("22", "2A"), ("10", "L1"), ("21", "S1"))
    assert known.observed.identity == code.identity


def test_a_claimed_lot_is_recorded_as_it_was_claimed():
    code = Code("01", GTIN, (("10", "L9"), ("21", "S1")))
    assert Passport(code, MODEL, None, ItemPart("S1", "L1")).observed is code
    assert Passport(Code("01", GTIN), MODEL).observed == Code("01", GTIN)
