"""The demonstration registry: complete, fictional, in two languages, and the same on every machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner
from PIL import Image

from verify_app.cli import main
from verify_app.demo import source
from verify_app.demo.build import build_registry, recipes
from verify_app.demo.cases import cases, demo_list
from verify_app.demo.dates import instant
from verify_app.demo.identifiers import scan_id
from verify_app.demo.pictures import FORMATS, WIDTHS, Recipe, draw, write_pictures
from verify_app.demo.visits import earlier_visits
from verify_app.domain.certificate import CertificateKind, CertificateState
from verify_app.domain.check_digit import mod10
from verify_app.domain.code import CodeError, Granularity
from verify_app.domain.events import STAGES, chain
from verify_app.domain.judge import FOR_ALL
from verify_app.domain.label import DateState, date_state, label_of
from verify_app.domain.parse import parse
from verify_app.domain.passport import ItemState, Passport, Shows
from verify_app.domain.registry import ActKind, EnterpriseKind
from verify_app.domain.short_code import parse_short
from verify_app.domain.text import Text
from verify_app.domain.verdict import Reason

TODAY = date(2026, 11, 21)
REGISTRY = build_registry(TODAY)
MODELS = {model.gtin: model for model in REGISTRY.models}
LOTS = {(record.gtin, record.part.lot): record.part for record in REGISTRY.lots}
SECTORS = {  # named in the plans that the service follows
    "coffee pepper durian dragon_fruit rice tea fish_sauce seafood cashew honey crafts medicine health_food cosmetics "
    "feed fertiliser seed toys drinks liquor school_kitchen"
}


def gtin(key: str) -> str:
    return source.products()[key]["gtin"]


def texts(value: object) -> Iterator[Text]:
    """All texts anywhere inside a record."""
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value):
        for spec in fields(value):
            yield from texts(getattr(value, spec.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)


def test_it_is_large_enough_to_be_a_province_at_work():
    assert len(REGISTRY.enterprises) >= 14
    assert len({enterprise.tenant_id for enterprise in REGISTRY.enterprises}) >= 4
    assert {enterprise.kind for enterprise in REGISTRY.enterprises} == set(EnterpriseKind)
    assert len(REGISTRY.models) >= 44
    assert len(tuple(REGISTRY.items)) >= 5_000
    assert {granularity for granularity in Granularity if granularity is not Granularity.MODEL} == {
        model.granularity for model in REGISTRY.models
    }


def test_every_sector_of_the_plans_is_there():
    assert {model.sector for model in REGISTRY.models} == set(next(iter(SECTORS)).split())


def test_the_same_day_gives_the_same_registry():
    assert build_registry(TODAY) == REGISTRY


def test_codes_do_not_depend_on_the_day():
    later = build_registry(TODAY + timedelta(days=1000))
    names = [(item.gtin, item.part.lot, item.part.serial, item.short) for item in REGISTRY.items]
    assert [(item.gtin, item.part.lot, item.part.serial, item.short) for item in later.items] == names


@pytest.mark.parametrize("model", REGISTRY.models, ids=lambda model: model.gtin)
def test_every_gtin_is_a_demonstration_number_with_its_check_digit(model):
    assert len(model.gtin) == 14
    assert model.gtin.startswith("0952")
    assert mod10(model.gtin)


def test_every_place_number_is_a_demonstration_number_with_its_check_digit():
    numbers = [enterprise.gln for enterprise in REGISTRY.enterprises] + [place.gln for place in REGISTRY.places]
    assert len(numbers) == len(set(numbers))
    for number in numbers:
        assert len(number) == 13
        assert number.startswith("952")
        assert mod10(number)


def test_no_number_is_repeated():
    assert len(MODELS) == len(REGISTRY.models)
    assert len(LOTS) == len(REGISTRY.lots)
    items = tuple(REGISTRY.items)
    assert len({(item.gtin, item.part.serial) for item in items}) == len(items)
    assert len({item.short for item in items}) == len(items)
    events = [event.id for record in REGISTRY.lots for event in record.part.events]
    assert len(events) == len(set(events))


def test_the_published_examples_of_gs1_are_products():
    assert {"09521234543213", "09520123456788"} <= MODELS.keys()


def test_nothing_looks_like_a_vietnamese_number():
    registry = repr(REGISTRY)
    assert '"893' not in registry
    assert "'893" not in registry
    assert "0893" not in registry


def test_serials_look_random_and_short_codes_are_right():
    for item in REGISTRY.items:
        assert len(item.part.serial) >= 12
        assert item.part.serial.isascii()
        assert parse_short(item.short) == item.short
    firsts = Counter(item.part.serial[0] for item in REGISTRY.items)
    assert len(firsts) == 32
    assert max(firsts.values()) < 3 * min(firsts.values())


def test_every_text_is_in_vietnamese_and_english():
    for record in (*REGISTRY.tenants, *REGISTRY.enterprises, *REGISTRY.places, *REGISTRY.models, *REGISTRY.acts):
        found = [text for text in texts(record) if text]
        assert found
        for text in found:
            assert [language for language, _ in text.values] == ["vi", "en"], text
            assert all(words.strip() == words and words for _, words in text.values), text
    for record in REGISTRY.lots:
        for text in texts(record):
            assert {language for language, _ in text.values} in ({"vi", "en"}, set()), text


def test_every_enterprise_says_that_it_is_invented():
    for enterprise in REGISTRY.enterprises:
        assert "(ví dụ)" in enterprise.name.text("vi")
        assert "(example)" in enterprise.name.text("en")
        assert "(hư cấu)" in enterprise.address.text("vi")
        assert "(fictional)" in enterprise.address.text("en")
        assert enterprise.phone.startswith("0000 ")


def test_a_household_business_shows_no_tax_code():
    households = {e.id for e in REGISTRY.enterprises if e.kind is EnterpriseKind.HOUSEHOLD}
    assert all(e.tax_code == "" for e in REGISTRY.enterprises if e.id in households)
    operators = [o for model in REGISTRY.models if model.enterprise_id in households for o in model.operators]
    assert operators
    assert {operator.identifier_kind for operator in operators} == {"gln"}


def test_references_lead_somewhere():
    tenants = {tenant.id for tenant in REGISTRY.tenants}
    enterprises = {enterprise.id for enterprise in REGISTRY.enterprises}
    assert {enterprise.tenant_id for enterprise in REGISTRY.enterprises} == tenants
    assert {model.province for model in REGISTRY.models} == tenants
    assert {model.enterprise_id for model in REGISTRY.models} == enterprises
    assert {gtin for gtin, _ in LOTS} == set(MODELS)
    assert {(item.gtin, item.part.lot) for item in REGISTRY.items} <= LOTS.keys()
    glns = {place.gln for place in REGISTRY.places} | {""}
    assert all(event.place_gln in glns for part in LOTS.values() for event in part.events)
    for act in REGISTRY.acts:
        assert act.gtin in MODELS
        assert not act.lot or (act.gtin, act.lot) in LOTS


def test_every_certificate_has_a_number_and_every_state_is_shown():
    certificates = [certificate for model in REGISTRY.models for certificate in model.certificates]
    assert all(certificate.number for certificate in certificates)
    assert {certificate.state(TODAY) for certificate in certificates} >= {
        CertificateState.VALID,
        CertificateState.EXPIRED,
        CertificateState.WITHDRAWN,
    }
    assert {certificate.stars for certificate in certificates} == {0, 3, 4, 5}


@pytest.mark.parametrize("record", REGISTRY.lots, ids=lambda record: f"{record.gtin}-{record.part.lot}")
def test_the_label_has_every_item_of_its_group(record):
    label = label_of(MODELS[record.gtin], record.part, TODAY)
    assert label.missing == (() if record.gtin != gtin("mat-ong-rung") else ("origin",))
    kinds = {remark.kind.value for remark in label.remarks}
    assert kinds <= {"no_group", "no_day"}


def test_events_lie_in_the_past_and_follow_each_other():
    for part in LOTS.values():
        whens = [event.when for event in part.events]
        assert all(when < instant(TODAY) for when in whens)
        stages = [STAGES.index(event.stage) for event in sorted(part.events, key=lambda e: e.when)]
        assert all(later >= earlier - 2 for earlier, later in pairwise(stages))


def test_the_flagship_shows_a_whole_chain_and_its_marks():
    model, lot = MODELS[gtin("ca-phe-rang-xay")], LOTS[gtin("ca-phe-rang-xay"), "MN-A01"]
    stages = chain(lot.events, model.expected_stages)
    assert len(stages) >= 6
    assert all(events for _, events in stages)
    assert all(event.place_name for event in lot.events)
    assert {certificate.kind for certificate in model.certificates} >= {
        CertificateKind.OCOP,
        CertificateKind.VIETGAP,
        CertificateKind.GEOGRAPHICAL_INDICATION,
    }


def test_a_gap_an_event_in_error_and_an_incomplete_passport_are_shown():
    model, lot = MODELS[gtin("ca-phe-phin-giay")], LOTS[gtin("ca-phe-phin-giay"), "MN-P11"]
    assert any(not events for _, events in chain(lot.events, model.expected_stages))
    assert any(event.in_error for event in lot.events)
    code = next(case.code for case in cases() if case.code and case.code.gtin == gtin("mat-ong-rung"))
    passport = Passport(code, MODELS[code.gtin], LOTS[code.gtin, code.lot])
    assert passport.missing == ("origin", "traceability")


@pytest.mark.parametrize("days", [0, 1, 400, 5000])
def test_dates_hold_whatever_the_day_of_loading(days):
    today = TODAY + timedelta(days=days)
    registry = build_registry(today)
    states = Counter(date_state(record.part, today) for record in registry.lots)
    assert states[DateState.EXPIRED] >= 3
    assert states[DateState.BEST_BEFORE_PASSED] >= 2
    long_enough = today + timedelta(days=548)
    for record in registry.lots:
        if date_state(record.part, today) is DateState.FRESH:
            end = record.part.expiry or record.part.best_before
            assert end.last_day >= long_enough, (record.gtin, record.part.lot)


def test_acts_of_every_kind_and_lives_of_items_are_there():
    assert {act.kind for act in REGISTRY.acts} == set(ActKind)
    assert {item.part.state for item in REGISTRY.items} >= {ItemState.ACTIVE, ItemState.SOLD, ItemState.STOLEN}
    assert any(not part.complete for part in LOTS.values() if part.declared)


def test_the_list_covers_every_reason_that_shoppers_are_told_and_begins_with_a_valid_item():
    entries = demo_list()
    assert {entry["expect"] for entry in entries} == {reason.value for reason in FOR_ALL} | {"RESOLVER"}
    assert all(set(entry) == {"path", "expect", "title"} for entry in entries)
    assert len({entry["path"] for entry in entries}) == len(entries)
    assert entries[0]["expect"] == "VALID"
    assert "/21/" in entries[0]["path"]


def test_codes_with_links_are_of_five_kinds_and_in_no_other_case():
    anchors = [parse(entry["path"]) for entry in demo_list() if entry["expect"] == "RESOLVER"]
    assert [code.key for code in anchors] == ["01", "01", "01", "414", "8004"]
    assert {bool(code.lot) for code in anchors} == {bool(code.serial) for code in anchors} == {True, False}
    assert not {case.code.gtin for case in cases() if case.code} & {code.gtin for code in anchors if code.gtin}
    issued = {(item.gtin, item.part.serial) for item in REGISTRY.items}
    assert all((code.gtin, code.serial) in issued for code in anchors if code.serial)
    assert anchors[3].value in {place.gln for place in REGISTRY.places}


def test_each_path_is_written_in_canonical_form():
    for case in cases():
        if case.path.startswith("/01/") and case.expect is not Reason.MALFORMED:
            assert parse(f"https://example.com{case.path}").path == case.path.partition("?")[0]


def test_the_malformed_path_is_refused():
    broken = [case.path for case in cases() if case.expect is Reason.MALFORMED and case.path.startswith("/01/")]
    assert broken
    for path in broken:
        with pytest.raises(CodeError) as caught:
            parse(f"https://example.com{path}")
        assert caught.value.kind == "MALFORMED"


def test_the_json_list_is_a_json_array_and_nothing_else():
    result = CliRunner().invoke(main, ["demo", "list", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == demo_list()
    assert result.stderr == ""


def test_the_table_names_every_path():
    result = CliRunner().invoke(main, ["demo", "list"])
    assert result.exit_code == 0
    for entry in demo_list():
        assert entry["path"] in result.stdout


def test_invented_pasts_are_the_same_each_time_and_lie_in_the_past():
    until = instant(TODAY, "00:00")
    pasts = earlier_visits(until)
    assert pasts == earlier_visits(until)
    assert len(pasts) == 4
    visits = [visit for _, past in pasts for visit in past]
    assert len({visit.id for visit in visits}) == len(visits)
    assert len({visit.visitor for visit in visits}) == len(visits)
    for _, past in pasts:
        assert [visit.when for visit in past] == sorted(visit.when for visit in past)
        assert past[-1].when < until


def test_scan_ids_are_uuids_that_rise_with_time():
    earlier, later = scan_id("a", 1_000), scan_id("a", 1_001)
    assert len(earlier) == 32
    assert earlier[12] == "7"
    assert earlier[16] in "89ab"
    assert earlier < later


def test_every_model_has_its_drawing_in_all_sizes_and_formats():
    drawn = recipes()
    names = {recipe.name(width, form) for recipe in drawn.values() for form in FORMATS for width in WIDTHS}
    assert {picture.name for model in REGISTRY.models for picture in model.pictures} == names
    assert len(names) == len(FORMATS) * len(WIDTHS) * len(drawn)
    views = [{picture.shows for picture in model.pictures} for model in REGISTRY.models]
    assert all(Shows.PRODUCT in shown for shown in views)
    assert sum(Shows.SEAL in shown for shown in views) == len(drawn) - len(REGISTRY.models) > 0


def test_a_drawing_is_the_same_each_time_and_is_no_blank_sheet():
    recipe = next(iter(recipes().values()))
    first, second = draw(recipe).image(320), draw(recipe).image(320)
    assert first.tobytes() == second.tobytes()
    assert len(first.getcolors(320 * 320) or ()) > 500


@pytest.mark.parametrize(
    ("pack", "motif"), [("_paper", "bean"), ("pouch", "math"), ("nothing", "bean"), ("mix", "bean")]
)
def test_only_drawings_are_drawn(pack, motif):
    with pytest.raises(KeyError):
        draw(Recipe(pack, motif, "#7a4a2b", "#e0a63c", "#e9c89a"))


def test_pictures_are_written_once(tmp_path):
    some = dict(list(recipes().items())[:2])
    names = write_pictures(tmp_path, some)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert write_pictures(tmp_path, some) == names
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    for recipe in some.values():
        for form in FORMATS:
            for width in WIDTHS:
                with Image.open(tmp_path / recipe.name(width, form)) as image:
                    assert (image.format, image.size) == (form.upper(), (width, width))
