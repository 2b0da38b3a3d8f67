"""What a code says of itself."""

from verify_app.domain.code import Granularity
from verify_app.domain.parse import parse


def test_model_lot_and_item_are_told_apart():
    assert parse("/01/09506000134352").granularity is Granularity.MODEL
    assert parse("/01/09506000134352/10/A").granularity is Granularity.LOT
    assert parse("/01/09506000134352/21/A").granularity is Granularity.ITEM
    assert parse("/01/09506000134352/235/A").granularity is Granularity.ITEM
    assert parse("/00/095212345678901235").granularity is Granularity.ITEM


def test_an_item_has_one_history_with_and_without_its_lot_and_variant():
    item = parse("/01/09506000134352/21/S")
    assert parse("/01/09506000134352/22/V/10/L/21/S").identity == item.identity
    assert parse("/01/09506000134352/22/V/10/L").identity == parse("/01/09506000134352/10/L").identity
    assert parse("/01/09506000134352/10/S").identity != item.identity
    assert parse("/01/09506000134352/235/S").identity != item.identity
    assert parse("/414/9521234543213/254/A").identity != parse("/414/9521234543213").identity


def test_parts_of_a_code():
    code = parse("/01/09506000134352/10/L/21/S?17=270131")
    assert (code.gtin, code.lot, code.serial) == ("09506000134352", "L", "S")
    assert (code.attribute("17"), code.attribute("15")) == ("270131", "")
    assert parse("/00/095212345678901235").gtin == ""
    assert parse("/01/09506000134352/235/T").serial == "T"
