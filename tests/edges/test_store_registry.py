"""The registry in SQL: what is written is found again, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.registry_samples import (
    GTIN,
    LOT,
    MODEL,
    REGISTRY,
    code,
    item_record,
)
from verify_app.domain.certificate import Certificate, CertificateKind
from verify_app.domain.code import SHORT, Code
from verify_app.domain.passport import Display, ItemState, LotPart, Review
from verify_app.domain.registry import ActKind, ActRecord, LotRecord, Registry
from verify_app.domain.text import Text
from verify_app.store import acts
from verify_app.store import registry as registry_module
from verify_app.store.engine import open_engine, reading
from verify_app.store.listing import short_of
from verify_app.store.registry import (
    Counts,
    RegistryError,
    counts,
    find,
    list_enterprises,
    list_items,
    list_lots,
    list_models,
    list_places,
    list_tenants,
    version,
    versions,
    write_registry,
)
from verify_app.store.tables import certificate, critical_event

pytest_plugins = ("tests.fixtures_postgres",)


@pytest.fixture
def engine(registry_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(registry_url)
    yield engine
    engine.dispose()


@pytest.fixture
def full(engine: sa.Engine) -> sa.Engine:
    write_registry(engine, REGISTRY)
    return engine


def _find(engine: sa.Engine, asked: Code):
    with reading(engine) as connection:
        return find(connection, asked)


def _recall(**names: str) -> ActRecord:
    return ActRecord(ActKind.RECALL, GTIN, Text.of("Nhiễm khuẩn", "Germs"), Text.of("Chi cục"), 1_000, **names)


def _suspension(kind: ActKind, when: int, **names: str) -> ActRecord:
    return ActRecord(kind, GTIN, Text.of("Sai dữ liệu", "Wrong data"), Text.of("Sở"), when, **names)


# finding


def test_item_is_found_with_model_and_its_own_lot(full: sa.Engine) -> None:
    passport = _find(full, code(serial="S1"))
    assert passport.model == MODEL
    assert passport.lot == replace(LOT, uploaded=3)
    assert (passport.item.serial, passport.item.lot) == ("S1", LOT.lot)
    assert passport.code == code(serial="S1")


def test_claims_on_the_carrier_stay_with_the_code(full: sa.Engine) -> None:
    asked = replace(code(serial="S1"), attributes=(("17", "301231"),))
    assert _find(full, asked).code.attribute("17") == "301231"


def test_model_code_brings_no_lot_and_no_item(full: sa.Engine) -> None:
    passport = _find(full, code())
    assert (passport.model, passport.lot, passport.item) == (MODEL, None, None)


def test_lot_code_brings_the_lot(full: sa.Engine) -> None:
    passport = _find(full, code(lot=LOT.lot))
    assert passport.lot.lot == LOT.lot
    assert passport.item is None


def test_unknown_serial_of_a_known_model_has_no_item(full: sa.Engine) -> None:
    passport = _find(full, code(lot=LOT.lot, serial="NEVER"))
    assert passport.item is None
    assert passport.lot.lot == LOT.lot


def test_unknown_lot_has_no_lot(full: sa.Engine) -> None:
    assert _find(full, code(lot="NEVER")).lot is None


def test_claimed_lot_is_shown_and_the_item_keeps_its_own(full: sa.Engine) -> None:
    passport = _find(full, code(lot="L2", serial="S1"))
    assert (passport.lot.lot, passport.item.lot) == ("L2", LOT.lot)


def test_unknown_gtin_and_other_keys_are_not_found(full: sa.Engine) -> None:
    assert _find(full, Code("01", "09520123456788")) is None
    assert _find(full, Code("00", "095200000000000017")) is None
    assert _find(full, Code("foreign", "example.com")) is None


def test_short_code_stands_for_its_item(full: sa.Engine) -> None:
    passport = _find(full, Code(SHORT, "K7F3Q2"))
    assert passport.code == code(serial="S1")
    assert passport.item.serial == "S1"
    assert _find(full, Code(SHORT, "ZZZZZZ")) is None


def test_third_party_serial_is_not_the_item_with_equal_characters(full: sa.Engine) -> None:
    assert _find(full, Code("01", GTIN, (("235", "S1"),))).item is None


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "S1\x00", "%", "S_", "á" * 500, "\u202e"])
def test_hostile_serials_are_just_unknown(full: sa.Engine, hostile: str) -> None:
    if "\x00" in hostile and full.dialect.name == "postgresql":
        pytest.skip("PostgreSQL takes no NUL in text; the parser refuses it long before")
    assert _find(full, code(serial=hostile)).item is None


def test_find_costs_one_query_and_two_for_a_short_code(full: sa.Engine) -> None:
    statements: list[str] = []
    sa.event.listen(full, "before_cursor_execute", lambda *heard: statements.append(heard[2]))
    _find(full, code(lot="L2", serial="S1"))
    assert len(statements) == 1
    _find(full, Code(SHORT, "K7F3Q2"))
    assert len(statements) == 3


def test_find_reads_every_table_by_its_key(full: sa.Engine) -> None:
    if full.dialect.name != "sqlite":
        pytest.skip("a small table is read whole by PostgreSQL's planner, and rightly")
    plans: list[str] = []

    def explain(connection, cursor, statement, parameters, *_rest) -> None:
        plans.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    sa.event.listen(full, "before_cursor_execute", explain)
    _find(full, code(lot="L1", serial="S1"))
    assert plans
    assert [step for step in plans if step.startswith("SCAN")] == []


# writing


def test_same_registry_twice_changes_nothing(engine: sa.Engine) -> None:
    first = write_registry(engine, REGISTRY)
    assert first == Counts(tenants=1, enterprises=1, places=1, models=1, lots=2, items=4, acts=0)
    assert write_registry(engine, REGISTRY) == Counts()
    with reading(engine) as connection:
        assert counts(connection) == first
        assert len(versions(connection, GTIN)) == 1


def test_changed_model_is_a_new_version_and_the_old_one_stays_readable(full: sa.Engine) -> None:
    changed = replace(MODEL, name=Text.of("Tên mới", "New name"), published_at=2_000)
    written = write_registry(full, Registry(models=(changed,)), author="lan", reviewer="minh")
    assert written == Counts(models=1)
    shown = _find(full, code()).model
    assert (shown.name, shown.version, shown.published_at) == (changed.name, 2, 2_000)
    with reading(full) as connection:
        notes = versions(connection, GTIN)
        assert [(note.number, note.status, note.author, note.reviewer) for note in notes] == [
            (1, Review.PUBLISHED, "import", "import"),
            (2, Review.PUBLISHED, "lan", "minh"),
        ]
        assert version(connection, GTIN, "", 1) == MODEL
        assert version(connection, GTIN, "", 2) == replace(changed, version=2)
        assert version(connection, GTIN, "", 3) is None


def test_changed_lot_is_a_new_version_of_the_lot_alone(full: sa.Engine) -> None:
    changed = replace(LOT, events=())
    assert write_registry(full, Registry(lots=(LotRecord(GTIN, changed),))).lots == 1
    with reading(full) as connection:
        assert len(versions(connection, GTIN, LOT.lot)) == 2
        assert len(versions(connection, GTIN)) == 1
        assert version(connection, GTIN, LOT.lot, 1).events == LOT.events
        rows = connection.execute(sa.select(critical_event.c.lot)).scalars().all()
    assert LOT.lot not in rows


def test_going_back_to_an_old_text_is_a_new_version(full: sa.Engine) -> None:
    changed = replace(MODEL, brand="Khác")
    write_registry(full, Registry(models=(changed,)))
    write_registry(full, Registry(models=(MODEL,)))
    assert _find(full, code()).model.version == 3
    assert _find(full, code()).model.brand == MODEL.brand


def test_several_versions_in_one_registry_are_a_history(engine: sa.Engine) -> None:
    second = replace(MODEL, brand="Khác")
    both = replace(REGISTRY, models=(MODEL, second))
    assert write_registry(engine, both).models == 1
    assert write_registry(engine, both) == Counts()
    with reading(engine) as connection:
        assert [note.number for note in versions(connection, GTIN)] == [1, 2]
        assert version(connection, GTIN, "", 1).brand == MODEL.brand
    assert _find(engine, code()).model.brand == "Khác"


def test_submitted_change_does_not_show_until_it_is_published(full: sa.Engine) -> None:
    submitted = replace(MODEL, brand="Khác", review=Review.SUBMITTED, published_at=0)
    write_registry(full, Registry(models=(submitted,)))
    assert _find(full, code()).model == MODEL
    with reading(full) as connection:
        assert versions(connection, GTIN)[-1].reviewer == ""
    write_registry(full, Registry(models=(replace(submitted, review=Review.PUBLISHED),)), reviewer="minh")
    shown = _find(full, code()).model
    assert (shown.brand, shown.version, shown.review) == ("Khác", 2, Review.PUBLISHED)
    assert shown.published_at > 0
    with reading(full) as connection:
        assert versions(connection, GTIN)[-1].reviewer == "minh"


def test_model_never_published_is_found_as_under_review(engine: sa.Engine) -> None:
    write_registry(engine, replace(REGISTRY, models=(replace(MODEL, review=Review.SUBMITTED),)))
    shown = _find(engine, code(serial="S1")).model
    assert (shown.review, shown.published_at) == (Review.SUBMITTED, 0)


def test_counts_of_items_are_taken_from_the_items(full: sa.Engine) -> None:
    assert _find(full, code(lot=LOT.lot)).lot.uploaded == 3
    write_registry(full, Registry(items=iter([item_record("S9", LOT.lot)])))
    assert _find(full, code(lot=LOT.lot)).lot.uploaded == 4


def test_changed_declaration_is_no_new_version(full: sa.Engine) -> None:
    assert write_registry(full, Registry(lots=(LotRecord(GTIN, replace(LOT, declared=90)),))).lots == 1
    lot = _find(full, code(lot=LOT.lot)).lot
    assert (lot.declared, lot.uploaded, lot.version) == (90, 3, 1)


def test_old_import_does_not_bring_a_sold_item_back(full: sa.Engine) -> None:
    write_registry(full, Registry(items=[item_record("S1", LOT.lot, ItemState.SOLD, 9_000)]))
    assert write_registry(full, REGISTRY).items == 0
    item = _find(full, code(serial="S1")).item
    assert (item.state, item.state_at) == (ItemState.SOLD, 9_000)


def test_certificates_are_searchable_rows_of_the_shown_version(full: sa.Engine) -> None:
    paper = Certificate(CertificateKind.OCOP, "OCOP-9", Text.of("OCOP"), Text.of("Tỉnh"), stars=4)
    write_registry(full, Registry(models=(replace(MODEL, certificates=(paper,)),)))
    with reading(full) as connection:
        rows = connection.execute(sa.select(certificate.c.number, certificate.c.stars)).all()
    assert [tuple(row) for row in rows] == [("OCOP-9", 4)]
    assert _find(full, code()).model.certificates == (paper,)


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        (Registry(models=(replace(MODEL, gtin="9520123456788"),)), "Expected a GTIN of 14 digits for the model"),
        (Registry(models=(replace(MODEL, gtin="٠٩٥٢٠١٢٣٤٥٦٧٨٨"),)), "Expected a GTIN of 14 digits"),
        (Registry(models=(MODEL,)), "Expected references to stored records"),
        (Registry(lots=(LotRecord(GTIN, LOT),)), "Expected references to stored records"),
        (Registry(lots=(LotRecord(GTIN, LotPart("")),)), "Expected a lot number"),
        (Registry(items=(item_record("S1", "L1"),)), "Expected a model for the item 'S1', got none"),
    ],
)
def test_registry_that_hangs_in_the_air_is_refused(engine: sa.Engine, registry: Registry, message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        write_registry(engine, registry)
    with reading(engine) as connection:
        assert counts(connection) == Counts()


def test_item_without_a_serial_is_refused_and_its_batch_leaves_nothing(full: sa.Engine) -> None:
    with pytest.raises(RegistryError, match="Expected a serial number"):
        write_registry(full, Registry(items=[item_record("S8", "L1"), item_record("", "L1")]))
    assert _find(full, code(serial="S8")).item is None


def test_latest_state_of_an_item_that_comes_twice_counts(full: sa.Engine) -> None:
    twice = [item_record("S1", "L1", ItemState.SOLD, 9_000), item_record("S1", "L1", ItemState.ACTIVE, 8_000)]
    assert write_registry(full, Registry(items=twice)).items == 1
    assert _find(full, code(serial="S1")).item.state is ItemState.SOLD


def test_items_of_no_lot_and_of_several_batches_are_all_written(full: sa.Engine, monkeypatch) -> None:
    monkeypatch.setattr(registry_module, "BATCH", 7)
    records = (item_record(f"T{number:03}", "L2" if number % 2 else "") for number in range(40))
    assert write_registry(full, Registry(items=records)).items == 40
    with reading(full) as connection:
        assert counts(connection).items == 44
        assert len(list_items(connection, GTIN, "")) == 20
    assert _find(full, code(lot="L2")).lot.uploaded == 21
    assert _find(full, code(serial="T000")).lot is None


def test_import_that_broke_off_is_completed_by_repeating_it(full: sa.Engine, monkeypatch) -> None:
    monkeypatch.setattr(registry_module, "BATCH", 5)

    def broken() -> Iterator:
        yield from (item_record(f"T{number}", "L2") for number in range(8))
        raise OSError("the file ended here")

    with pytest.raises(OSError, match="ended here"):
        write_registry(full, Registry(items=broken()))
    whole = [item_record(f"T{number}", "L2") for number in range(12)]
    assert write_registry(full, Registry(items=whole)).items == 7
    assert _find(full, code(lot="L2")).lot.uploaded == 13


# acts


@pytest.mark.parametrize(
    ("names", "asked", "place"),
    [
        ({}, {"serial": "S1"}, "model"),
        ({"lot": "L1"}, {"serial": "S1"}, "lot"),
        ({"lot": "L1"}, {"lot": "L1"}, "lot"),
        ({"serial": "S1"}, {"serial": "S1"}, "item"),
        ({"lot": "L1", "serial": "S1"}, {"serial": "S1"}, "item"),
        ({"lot": "L1"}, {"lot": "L2", "serial": "S1"}, "item"),  # the item's own lot, whatever the code claims
        ({"lot": "LX"}, {"lot": "LX"}, "model"),  # a lot that nobody registered
        ({"serial": "SX"}, {"serial": "SX"}, "model"),  # a copied or invented serial
    ],
)
def test_recall_stands_at_the_part_that_it_names(full: sa.Engine, names, asked, place) -> None:
    reference = acts.add_act(full, _recall(**names))
    passport = _find(full, code(**asked))
    recalled = {
        part
        for part in ("model", "lot", "item")
        if getattr(passport, part) is not None and getattr(passport, part).recall is not None
    }
    assert recalled == {place}
    assert getattr(passport, place).recall.id == reference
    assert getattr(passport, place).recall.reason.text("en") == "Germs"


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        ({"lot": "L1"}, {}),
        ({"lot": "L1"}, {"lot": "L2"}),
        ({"serial": "S1"}, {"serial": "S2"}),
        ({"serial": "S1"}, {"lot": "L1"}),
    ],
)
def test_recall_does_not_touch_its_neighbours(full: sa.Engine, names, asked) -> None:
    acts.add_act(full, _recall(**names))
    passport = _find(full, code(**asked))
    assert [part.recall for part in (passport.model, passport.lot, passport.item) if part] == [
        None for part in (passport.model, passport.lot, passport.item) if part
    ]


def test_ended_act_no_longer_counts_but_stays_stored(full: sa.Engine) -> None:
    reference = acts.add_act(full, _recall(lot="L1"))
    assert acts.end_act(full, reference, 5_000)
    assert not acts.end_act(full, reference, 6_000)
    assert _find(full, code(lot="L1")).lot.recall is None
    with reading(full) as connection:
        assert acts.acts_in_force(connection) == ()
        (kept,) = acts.acts_upon(connection, GTIN)
    assert (kept.act.id, kept.ended) == (reference, 5_000)


def test_cancelled_outweighs_suspended_and_the_later_recall_the_earlier(full: sa.Engine) -> None:
    cancelled = acts.add_act(full, _suspension(ActKind.CANCELLED, 1_000))
    acts.add_act(full, _suspension(ActKind.SUSPENDED, 2_000))
    acts.add_act(full, _recall())
    later = acts.add_act(full, replace(_recall(), when=7_000))
    model = _find(full, code()).model
    assert (model.display, model.display_act.id, model.recall.id) == (Display.CANCELLED, cancelled, later)


def test_same_act_again_is_the_same_act(full: sa.Engine) -> None:
    assert acts.add_act(full, _recall()) == acts.add_act(full, _recall())
    assert write_registry(full, Registry(acts=(_recall(),))) == Counts()
    assert write_registry(full, Registry(acts=(replace(_recall(), ended=9_000),))).acts == 1
    assert _find(full, code()).model.recall is None


def test_flags_are_the_acts_in_force(full: sa.Engine) -> None:
    recall = acts.add_act(full, _recall(lot="L1"))
    ended = acts.add_act(full, _suspension(ActKind.SUSPENDED, 3_000))
    acts.end_act(full, ended, 4_000)
    single = acts.add_act(full, _suspension(ActKind.CANCELLED, 3_000, serial="S2"))
    with reading(full) as connection:
        assert list(acts.flag_rows(connection)) == [
            acts.Flag(GTIN, "L1", "", "recall", recall),
            acts.Flag(GTIN, "", "S2", "cancelled", single),
        ]


@pytest.mark.parametrize("reference", ["", "recall", "recall:x", "recall:٣"])
def test_reference_of_no_act_is_refused(full: sa.Engine, reference: str) -> None:
    with pytest.raises(ValueError, match="Expected a reference"):
        acts.end_act(full, reference, 1)


# lists


def test_lists_come_in_pages_in_the_order_of_codes(full: sa.Engine) -> None:
    recalled = acts.add_act(full, _recall(lot="L2"))
    with reading(full) as connection:
        assert [tenant.id for tenant in list_tenants(connection)] == ["gia-lai"]
        assert [enterprise.id for enterprise in list_enterprises(connection)] == ["e1"]
        assert list_places(connection, "e1") == REGISTRY.places
        assert list_models(connection) == (MODEL,)
        assert list_models(connection, after=GTIN) == ()
        lots = list_lots(connection, GTIN)
        assert [(lot.lot, lot.recall and lot.recall.id) for lot in lots] == [("L1", None), ("L2", recalled)]
        assert [item.serial for item in list_items(connection, GTIN, limit=2)] == ["S1", "S2"]
        assert [item.serial for item in list_items(connection, GTIN, after="S2")] == ["S3", "s4"]
        assert [item.serial for item in list_items(connection, GTIN, "L2")] == ["s4"]
        assert (short_of(connection, GTIN, "S1"), short_of(connection, GTIN, "S2")) == ("K7F3Q2", "")
