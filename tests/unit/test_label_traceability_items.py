"""The nine stored and seven public items of Decree 37/2026 Art. 23, and the ten of Circular 02/2024."""

from dataclasses import replace

import pytest

from verify_app.domain.code import Code
from verify_app.domain.events import CriticalEvent, Stage
from verify_app.domain.passport import ItemPart, LotPart, ModelPart, Operator, OperatorRole, Passport, Picture
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.text import NO_TEXT, Text
from verify_app.domain.traceability_items import circular_02_items, public_identifier, public_items, stored_items
from verify_app.i18n import catalogue

GTIN = "09520123456788"
MODEL_CODE = Code("01", GTIN)
LOT_CODE = Code("01", GTIN, (("10", "L1"),))
ITEM_CODE = Code("01", GTIN, (("21", "S1"),))
MAKER = Operator(OperatorRole.PRODUCER, Text.of("HTX Bình Minh"), Text.of("Gia Lai"), "9520123400002", "gln")
TRADER = Operator(OperatorRole.TRADER, Text.of("Cửa hàng Sao Mai"), Text.of("Huế"))
PICTURE = Picture("coffee.webp", 800, 600, Text.of("Gói cà phê"))


def event(ident, when, stage=Stage.PROCESSING, **more):
    codes = {"place_gln": "9520123400002", "product_code": "01", **more}
    return CriticalEvent(ident, stage, when, Text.of("Rang"), Text.of("Xưởng"), **codes)


SHIPPED, ROASTED, WRONG = event("e2", 2_000, Stage.SHIPPING), event("e1", 1_000), event("e0", 500, in_error=True)
LOT = LotPart(
    "L1",
    PrintedDate(2026, 9, 5),
    expiry=PrintedDate(2027, 9, 5),
    best_before=PrintedDate(2027, 3),
    events=(SHIPPED, ROASTED, WRONG),
)
MODEL = ModelPart(
    gtin=GTIN,
    name=Text.of("Cà phê"),
    enterprise_id="e1",
    operators=(TRADER, MAKER),
    origin=Text.of("Sản xuất tại Việt Nam"),
    brand="Bình Minh",
    pictures=(PICTURE,),
    standards=("TCVN 5251:2015",),
)
PASSPORT = Passport(ITEM_CODE, MODEL, LOT, ItemPart("S1", "L1"))


def values(items):
    return {key: value for _, key, value in items}


def test_nine_items_are_stored_in_the_order_of_the_clause():
    items = stored_items(PASSPORT)
    assert [letter for letter, _, _ in items] == ["a", "b", "c", "d", "đ", "e", "g", "h", "i"]
    assert [value for _, _, value in items] == [
        Text.of("Cà phê"),
        (PICTURE,),
        Text.of("HTX Bình Minh"),
        Text.of("Gia Lai"),
        Text.of("Sản xuất tại Việt Nam"),
        (ROASTED, SHIPPED),
        (("brand", "Bình Minh"), ("lot", "L1"), ("serial", "S1")),
        (("expiry", "05/09/2027"), ("best_before", "03/2027")),
        ("TCVN 5251:2015",),
    ]


def test_seven_items_are_public_and_events_and_standards_are_not_among_them():
    items = public_items(PASSPORT)
    assert [letter for letter, _, _ in items] == ["a", "b", "c", "d", "đ", "e", "g"]
    assert [key for _, key, _ in items] == [
        "product_name",
        "images",
        "producer_name",
        "producer_address",
        "origin",
        "marks",
        "expiry",
    ]


def test_public_items_hold_no_identifier_of_a_party():
    assert "9520123400002" not in repr(public_items(PASSPORT))


def test_a_model_as_such_has_no_lot_serial_expiry_or_events():
    held = values(stored_items(Passport(MODEL_CODE, MODEL)))
    assert (held["marks"], held["expiry"], held["events"]) == ((("brand", "Bình Minh"),), (), ())


def test_an_item_names_its_lot_even_where_the_lot_is_not_held():
    assert values(public_items(replace(PASSPORT, lot=None)))["marks"][1] == ("lot", "L1")


def test_goods_without_a_known_party_leave_its_items_empty():
    held = values(stored_items(Passport(MODEL_CODE, replace(MODEL, operators=()))))
    assert (held["producer_name"], held["producer_address"]) == (NO_TEXT, NO_TEXT)


def test_origin_and_events_of_exempt_goods_are_not_disclosed():
    held = values(stored_items(replace(PASSPORT, model=replace(MODEL, exempt=True))))
    assert (held["origin"], held["events"]) == (NO_TEXT, ())


def test_the_place_of_the_last_step_stands_in_for_an_unknown_origin():
    model = replace(MODEL, origin=NO_TEXT, last_processing_place=Text.of("Đóng gói tại Huế"))
    assert values(public_items(Passport(MODEL_CODE, model)))["origin"] == Text.of("Đóng gói tại Huế")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_item_has_a_caption(language):
    words = catalogue(language)
    bare = replace(
        PASSPORT, model=ModelPart(GTIN, NO_TEXT, "e1", ()), lot=replace(LOT, events=(), production_date=None)
    )
    for key in (*values(stored_items(PASSPORT)), *circular_02_items(bare)):
        assert words.has(f"traceability.item.{key}")


# Circular 02/2024


def test_a_full_passport_meets_circular_02():
    assert circular_02_items(PASSPORT) == ()


def test_an_empty_passport_of_a_lot_lacks_the_items_of_circular_02():
    bare = Passport(LOT_CODE, ModelPart(GTIN, NO_TEXT, "e1", ()))
    assert circular_02_items(bare) == (
        "product_name",
        "images",
        "producer_name",
        "producer_address",
        "events",
        "production_time",
        "trace_code",
        "standards",
    )


@pytest.mark.parametrize("lacking", [{"place_gln": ""}, {"product_code": ""}])
def test_each_stage_needs_its_product_code_and_its_place_code(lacking):
    lot = replace(LOT, events=(ROASTED, event("e3", 3_000, **lacking)))
    assert circular_02_items(replace(PASSPORT, lot=lot)) == ("events",)


def test_the_time_of_production_is_the_date_of_the_lot_or_the_event_that_made_it():
    undated = replace(LOT, production_date=None)
    assert circular_02_items(replace(PASSPORT, lot=undated)) == ()
    assert circular_02_items(replace(PASSPORT, lot=replace(undated, events=(SHIPPED,)))) == ("production_time",)


def test_a_model_is_not_asked_for_what_only_a_lot_has():
    assert circular_02_items(Passport(MODEL_CODE, MODEL)) == ()


def test_exempt_goods_are_not_asked_for_stages():
    exempt = replace(MODEL, exempt=True)
    assert circular_02_items(Passport(LOT_CODE, exempt, replace(LOT, production_date=None))) == ()


# identifiers


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("gln", "9520123400002", True),
        ("internal", "HKD-17", True),
        ("tax_code", "0100000000", True),
        ("tax_code", "0100000000-001", True),
        ("tax_code", "001000000000", False),
        ("tax_code", "001 000 000 000", False),
        ("", "", False),
    ],
)
def test_the_personal_number_of_a_natural_person_is_never_shown(kind, number, shown):
    party = replace(MAKER, identifier=number, identifier_kind=kind)
    assert public_identifier(party) == ((kind, number) if shown else ("", ""))
