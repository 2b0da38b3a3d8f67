"""The label as the law lists it."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from verify_app.domain.certificate import Certificate, CertificateKind
from verify_app.domain.code import Granularity
from verify_app.domain.label import (
    DateState,
    Remark,
    RemarkKind,
    date_state,
    label_of,
    must_be_physical,
    passport_may_replace_label,
    retention_until,
)
from verify_app.domain.label_groups import label_groups
from verify_app.domain.origin import country_abbreviated, origin_phrase
from verify_app.domain.passport import Act, LotPart, ModelPart, Operator, OperatorRole, Risk
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.text import NO_TEXT, Text
from verify_app.i18n import catalogue

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
TODAY = date(2026, 11, 21)
MAKER = Operator(OperatorRole.PRODUCER, Text.of("HTX Bình Minh", "Binh Minh"), Text.of("Gia Lai", "Gia Lai"))
COFFEE = ModelPart(
    gtin="09520123456788",
    name=Text.of("Cà phê rang", "Roasted coffee"),
    enterprise_id="e1",
    operators=(MAKER,),
    origin=Text.of("Sản xuất tại Việt Nam", "Product of Viet Nam"),
    brand="Bình Minh",
    warnings=(Text.of("Không dùng khi bao bì rách", "Do not use if torn"),),
    label=(
        ("quantity", Text.of("500 g")),
        ("ingredients", Text.of("Cà phê Robusta", "Robusta coffee")),
        ("usage", Text.of("Pha phin", "Brew")),
        ("storage", Text.of("Nơi khô ráo", "Keep dry")),
    ),
    label_group=2,
)
LOT = LotPart("L1", PrintedDate(2026, 9, 5), expiry=PrintedDate(2027, 9, 5))


def vectors(name):
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(row):
    return row.get("reason") or row.get("item") or row.get("group")


def rows(model=COFFEE, lot=LOT):
    return {row.item: row for row in label_of(model, lot, TODAY).rows}


def without(model, *items):
    return replace(model, label=tuple(pair for pair in model.label if pair[0] not in items))


def printed(text):
    return PrintedDate.from_iso(text) if text else None


# dates


@pytest.mark.parametrize("row", vectors("label_dates.csv"), ids=ids)
def test_the_dates_of_a_lot_say_what_the_law_says(row):
    lot = LotPart("L", expiry=printed(row["expiry"]), best_before=printed(row["best_before"]))
    assert date_state(lot, date.fromisoformat(row["today"])) is DateState(row["state"])


def test_without_a_lot_the_dates_are_unknown():
    assert date_state(None, TODAY) is DateState.UNKNOWN


@pytest.mark.parametrize(
    ("expiry", "until"),
    [("2027-09-05", date(2028, 9, 5)), ("2027-09", date(2028, 9, 30)), ("2028-02-29", date(2029, 3, 1))],
)
def test_a_label_is_kept_twelve_months_after_expiry(expiry, until):
    assert retention_until(LotPart("L", expiry=printed(expiry))) == until


@pytest.mark.parametrize("lot", [None, LotPart("L"), LotPart("L", best_before=PrintedDate(2027, 1, 1))])
def test_without_an_expiry_date_the_law_sets_no_end_of_keeping(lot):
    assert retention_until(lot) is None


# origin


@pytest.mark.parametrize("row", vectors("label_origin.csv"), ids=ids)
def test_a_statement_of_origin_uses_a_fixed_phrase_and_a_full_country(row):
    assert origin_phrase(row["text"]) == (row["phrase"] or None)
    assert country_abbreviated(row["text"]) is (row["abbreviated"] == "1")


# risk


@pytest.mark.parametrize("row", vectors("label_risk.csv"), ids=ids)
def test_the_risk_level_decides_what_stands_on_the_goods(row):
    assert {risk: must_be_physical(row["item"], risk) for risk in Risk} == {risk: row[risk] == "1" for risk in Risk}


def test_rows_of_high_risk_goods_say_which_must_be_physical():
    physical = [row.item for row in rows(replace(COFFEE, risk=Risk.HIGH)).values() if row.physical]
    assert physical == ["name", "responsible_party", "origin", "warnings"]
    assert not any(row.physical for row in rows().values())


# groups


@pytest.mark.parametrize("row", vectors("label_groups.csv"), ids=ids)
def test_a_group_lists_the_items_of_annex_i(row):
    items = label_groups()[int(row["group"])].items
    assert " ".join("|".join(item.items) for item in items if item.mandatory) == row["mandatory"]
    assert " ".join("|".join(item.items) for item in items if not item.mandatory) == row["conditional"]


def test_there_are_69_groups_each_with_names_items_and_its_source():
    groups = label_groups()
    assert list(groups) == list(range(1, 70))
    for group in groups.values():
        assert group.name.text("vi") != group.name.text("en")
        assert group.items
        assert group.source.startswith("Decree 37/2026")
        assert group.confirmed


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_item_and_remark_has_a_caption(language):
    words = catalogue(language)
    items = {item for group in label_groups().values() for line in group.items for item in line.items}
    for item in items | {"name", "responsible_party", "origin", "age_warning", "group"}:
        assert words.text(f"label.item.{item}") not in {"", f"label.item.{item}"}
    for kind in RemarkKind:
        assert words.text(Remark(kind, "name").caption) not in {"", f"label.remark.{kind}"}


def test_every_condition_is_said_in_both_languages():
    conditions = {line.condition for group in label_groups().values() for line in group.items} - {NO_TEXT}
    assert all(set(dict(condition.values)) == {"vi", "en"} for condition in conditions)


# the label


def test_a_complete_label_of_a_lot_misses_nothing():
    label = label_of(COFFEE, LOT, TODAY)
    assert label.missing == ()
    assert label.remarks == ()
    assert (label.group, label.group_name.text("en")) == (2, "Food")
    assert (label.date_state, label.retention_until, label.recall) == (DateState.FRESH, date(2028, 9, 5), None)
    assert [row.item for row in label.rows] == [
        "name",
        "responsible_party",
        "origin",
        "quantity",
        "production_date",
        "expiry",
        "ingredients",
        "warnings",
        "usage",
        "storage",
        "lot",
    ]
    assert all(row.present for row in label.rows)
    assert label.rows[0].caption == "label.item.name"


def test_each_missing_mandatory_item_is_named():
    bare = replace(COFFEE, name=NO_TEXT, operators=(), origin=NO_TEXT, warnings=(), label=())
    assert label_of(bare, LotPart("L1"), TODAY).missing == (
        "name",
        "responsible_party",
        "origin",
        "quantity",
        "production_date",
        "expiry",
        "ingredients",
        "warnings",
        "usage",
        "storage",
    )


def test_a_label_of_a_model_does_not_miss_what_only_a_lot_can_carry():
    label = label_of(COFFEE, None, TODAY)
    assert label.missing == ()
    expiry = next(row for row in label.rows if row.item == "expiry")
    assert (expiry.mandatory, expiry.present, expiry.carrier) == (True, False, Granularity.LOT)
    assert label.retention_until is None


def test_a_chassis_number_belongs_to_one_item():
    car = replace(COFFEE, label_group=45)
    row = rows(car)["chassis_number"]
    assert (row.mandatory, row.present, row.carrier) == (True, False, Granularity.ITEM)
    assert "chassis_number" not in label_of(car, LOT, TODAY).missing


def test_best_before_stands_in_for_expiry_of_food_only():
    lot = replace(LOT, expiry=None, best_before=PrintedDate(2027, 9, 5))
    assert label_of(COFFEE, lot, TODAY).missing == ()
    drink = replace(COFFEE, label_group=6)
    assert label_of(drink, lot, TODAY).missing == ("expiry",)
    assert not rows(drink, lot)["best_before"].mandatory


def test_quantified_ingredients_stand_in_for_ingredients():
    model = replace(
        without(COFFEE, "ingredients"),
        label=(*COFFEE.label[:1], *COFFEE.label[2:], ("quantified_ingredients", Text.of("100 %"))),
    )
    assert label_of(model, LOT, TODAY).missing == ()
    assert rows(model)["quantified_ingredients"].mandatory


def test_a_shelf_life_in_words_is_an_expiry_that_a_model_carries():
    model = replace(COFFEE, label=(*COFFEE.label, ("expiry", Text.of("12 tháng kể từ NSX"))))
    assert rows(model, None)["expiry"].value == Text.of("12 tháng kể từ NSX")
    assert rows(model, LOT)["expiry"].value == LOT.expiry


def test_an_item_under_a_condition_is_shown_when_given_and_never_missed():
    assert "nutrition" not in rows()
    model = replace(COFFEE, label=(*COFFEE.label, ("nutrition", Text.of("0 kcal"))))
    assert not rows(model)["nutrition"].mandatory


def test_items_outside_the_group_come_last():
    model = replace(COFFEE, label=(("model_name", Text.of("X1")), *COFFEE.label))
    assert [row.item for row in label_of(model, LOT, TODAY).rows][-2:] == ["model_name", "lot"]


def test_the_year_of_production_comes_from_the_lot_once():
    toy = replace(COFFEE, label_group=24)
    assert rows(toy)["production_year"].value == LOT.production_date
    assert "production_date" not in rows(toy)


def test_goods_without_a_group_are_checked_for_the_items_of_all_goods():
    label = label_of(replace(COFFEE, label_group=0), LOT, TODAY)
    assert (label.group, bool(label.group_name), label.missing) == (0, False, ())
    assert label.remarks == (Remark(RemarkKind.NO_GROUP, "group"),)


def test_the_origin_of_exempt_goods_is_neither_shown_nor_missed():
    assert "origin" not in rows(replace(COFFEE, exempt=True))
    assert label_of(replace(COFFEE, exempt=True), LOT, TODAY).missing == ()
    assert "origin" not in rows(replace(COFFEE, exempt=True, label=(("origin", Text.of("Sản xuất tại Việt Nam")),)))


def test_the_place_of_the_last_step_stands_in_for_an_unknown_origin():
    model = replace(COFFEE, origin=NO_TEXT, last_processing_place=Text.of("Đóng gói tại Việt Nam"))
    assert rows(model)["origin"].value == model.last_processing_place
    assert label_of(model, LOT, TODAY).remarks == ()


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        (("producer", "importer"), "importer"),
        (("trader", "producer"), "producer"),
        (("trader",), "trader"),
        (("producer", "importer", "responsible"), "responsible"),
    ],
)
def test_who_answers_for_the_goods_follows_the_role(roles, name):
    parties = tuple(Operator(OperatorRole(role), Text.of(role), Text.of("Huế")) for role in roles)
    assert rows(replace(COFFEE, operators=parties))["responsible_party"].value == Text.of(f"{name}, Huế")


def test_a_party_without_an_address_does_not_answer():
    nowhere = replace(MAKER, address=NO_TEXT)
    assert label_of(replace(COFFEE, operators=(nowhere,)), LOT, TODAY).missing == ("responsible_party",)
    assert rows(replace(COFFEE, operators=(nowhere, MAKER)))["responsible_party"].present


def test_a_registered_medicine_shows_its_number_form_and_maker():
    number = Certificate(
        CertificateKind.MEDICINE_REGISTRATION, "VD-00000-26", Text.of("Đăng ký"), Text.of("Cục Quản lý Dược")
    )
    medicine = replace(
        COFFEE,
        label_group=12,
        certificates=(number,),
        label=(*((key, Text.of(key)) for key in ("dosage_form", "strength", "packing", "storage")),),
    )
    assert label_of(medicine, LOT, TODAY).missing == ()
    assert rows(medicine)["registration_number"].value == Text.of("VD-00000-26")
    assert rows(medicine)["producer"].value == Text.of("HTX Bình Minh, Gia Lai", "Binh Minh, Gia Lai")
    assert label_of(replace(medicine, certificates=()), LOT, TODAY).missing == ("registration_number",)


def test_a_tobacco_label_carries_its_barcode_number():
    assert rows(replace(COFFEE, label_group=8))["barcode"].value == Text.of(COFFEE.gtin)


# phrases


HEALTH_FOOD = replace(COFFEE, label_group=3)
WORDS = "THỰC PHẨM BẢO VỆ SỨC KHỎE"
NOT_MEDICINE = "Thực phẩm này không phải là thuốc, không có tác dụng thay thế thuốc chữa bệnh."


def test_health_food_needs_both_phrases_letter_for_letter():
    assert label_of(HEALTH_FOOD, LOT, TODAY).missing == ("phrase_health_food", "phrase_not_medicine")
    said = replace(HEALTH_FOOD, warnings=(Text.of(NOT_MEDICINE),), name=Text.of(f"{WORDS} Viên nghệ"))
    assert label_of(said, LOT, TODAY).missing == ()
    changed = replace(said, warnings=(Text.of(NOT_MEDICINE.replace("không phải là", "không phải")),))
    assert label_of(changed, LOT, TODAY).missing == ("phrase_not_medicine",)


def test_other_words_under_the_name_of_a_phrase_do_not_count():
    wrong = replace(HEALTH_FOOD, label=(*COFFEE.label, ("phrase_health_food", Text.of("Thực phẩm tốt"))))
    assert label_of(wrong, LOT, TODAY).missing == ("phrase_health_food", "phrase_not_medicine")


def test_a_phrase_in_english_does_not_count():
    said = replace(HEALTH_FOOD, warnings=(Text((("en", f"{WORDS} {NOT_MEDICINE}"),)),))
    assert label_of(said, LOT, TODAY).missing == ("phrase_health_food", "phrase_not_medicine")


# remarks


def test_an_item_without_vietnamese_is_remarked():
    model = replace(COFFEE, label=(("quantity", Text((("en", "500 g"),))), *COFFEE.label[1:]))
    assert label_of(model, LOT, TODAY).remarks == (Remark(RemarkKind.NO_VIETNAMESE, "quantity"),)


def test_a_warning_in_another_language_is_never_lost():
    model = replace(COFFEE, warnings=(Text.of("Tránh xa trẻ em"), Text((("en", "Keep dry"),))))
    assert rows(model)["warnings"].value.text("vi") == "Tránh xa trẻ em\nKeep dry"
    assert label_of(model, LOT, TODAY).remarks == (Remark(RemarkKind.NO_VIETNAMESE, "warnings"),)


def test_warnings_of_the_model_and_of_the_label_stand_together():
    model = replace(COFFEE, label=(*COFFEE.label, ("warnings", Text.of("Chứa caffeine", "Has caffeine"))))
    assert rows(model)["warnings"].value.text("en") == "Do not use if torn\nHas caffeine"


@pytest.mark.parametrize(
    ("origin", "kinds"),
    [
        ("Việt Nam", ["no_origin_phrase"]),
        ("Sản xuất tại VN", ["country_abbreviated"]),
        ("VN", ["no_origin_phrase", "country_abbreviated"]),
    ],
)
def test_a_statement_of_origin_against_the_rules_is_remarked(origin, kinds):
    remarks = label_of(replace(COFFEE, origin=Text.of(origin)), LOT, TODAY).remarks
    assert [remark.kind for remark in remarks] == kinds


def test_a_production_date_without_day_is_remarked_where_the_day_is_needed():
    lot = replace(LOT, production_date=PrintedDate(2026, 9))
    assert label_of(COFFEE, lot, TODAY).remarks == (Remark(RemarkKind.NO_DAY, "production_date"),)
    assert label_of(replace(COFFEE, label_group=26), lot, TODAY).remarks == ()


# recall


def test_a_recall_of_the_lot_or_the_model_shows_its_warning_on_the_label():
    act = Act("recall:1", Text.of("Nhiễm khuẩn"), Text.of("Sở Y tế"), 0)
    other = replace(act, id="recall:2")
    assert label_of(replace(COFFEE, recall=act), None, TODAY).recall is act
    assert label_of(replace(COFFEE, recall=act), LOT, TODAY).recall is act
    assert label_of(replace(COFFEE, recall=act), replace(LOT, recall=other), TODAY).recall is other


# the passport instead of the label


def test_a_passport_with_every_item_may_replace_the_label():
    assert passport_may_replace_label(COFFEE, LOT) == (True, ())


@pytest.mark.parametrize(
    ("model", "lot", "lacking"),
    [
        (COFFEE, None, ("production_date", "expiry")),
        (without(COFFEE, "storage"), LOT, ("storage",)),
        (replace(COFFEE, label_group=0), LOT, ("group",)),
        (replace(COFFEE, label_group=70), LOT, ("group",)),
        (replace(COFFEE, name=Text((("en", "Coffee"),))), LOT, ("name",)),
    ],
)
def test_a_passport_that_lacks_an_item_may_not_replace_the_label(model, lot, lacking):
    assert passport_may_replace_label(model, lot) == (False, lacking)
