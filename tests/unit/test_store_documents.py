"""Published documents: written once, readable for ever."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from tests.registry_samples import LOT, MODEL
from verify_app.domain.events import CriticalEvent, Stage
from verify_app.domain.passport import Act, Display, LotPart, ModelPart, Review
from verify_app.domain.text import Text
from verify_app.store import documents
from verify_app.store.documents import digest, read_lot, read_model, read_text, write_part, write_text

ACT = Act("recall:1", Text.of("Lý do"), Text.of("Sở"), 1)


def test_model_and_lot_come_back_equal() -> None:
    assert read_model(write_part(MODEL)) == replace(MODEL, published_at=0)
    assert read_lot(write_part(LOT)) == replace(LOT, published_at=0, declared=0)


def test_least_and_odd_content_comes_back_equal() -> None:
    bare = ModelPart("09521234543213", Text(()), "e1", ())
    odd = replace(bare, name=Text((("vi", '"\\\n\u2028 Ơ'), ("", ""))), markets=(), label=(("", Text(())),))
    event = CriticalEvent("e", Stage.RETAIL, -1, Text(()), Text(()), in_error=True)
    assert [read_model(write_part(part)) for part in (bare, odd)] == [bare, odd]
    assert read_lot(write_part(LotPart("L/1", events=(event,)))) == LotPart("L/1", events=(event,))


@pytest.mark.parametrize("part", [MODEL, LOT])
def test_document_holds_content_and_nothing_that_has_a_column(part: ModelPart | LotPart) -> None:
    moved = replace(
        part, version=7, published_at=9, review=Review.DRAFT, recall=ACT, display=Display.CANCELLED, display_act=ACT
    )
    if isinstance(moved, LotPart):
        moved = replace(moved, declared=5, uploaded=4)
    assert write_part(moved) == write_part(part)


def test_every_field_of_the_content_changes_the_document() -> None:
    silent = {"version", "published_at", "review", "recall", "display", "display_act", "linked", "sealed", "serials"}
    for spec in fields(MODEL):
        if spec.name not in silent:
            changed = replace(MODEL, **{spec.name: "another"})
            assert digest(write_part(changed)) != digest(write_part(MODEL)), spec.name


def test_field_with_its_default_is_left_out_so_that_a_new_one_changes_no_document() -> None:
    content = json.loads(write_part(LotPart("L1")))
    assert content == {"schema": documents.SCHEMA, "part": {"lot": "L1"}}


def test_document_of_an_older_schema_is_read_through_its_upgrades(monkeypatch: pytest.MonkeyPatch) -> None:
    model, lot = write_part(MODEL), write_part(LOT)
    renamed = model.replace('"brand"', '"trade_name"')
    assert renamed != model

    def upgrade(document: dict) -> dict:
        part = dict(document["part"])
        if "trade_name" in part:
            part["brand"] = part.pop("trade_name")
        return {"schema": 2, "part": part}

    monkeypatch.setattr(documents, "SCHEMA", 2)
    monkeypatch.setitem(documents._UPGRADES, 1, upgrade)
    assert read_model(renamed).brand == MODEL.brand
    assert read_lot(lot).events == LOT.events


def test_document_of_a_newer_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a document of schema 1 or older, got 9"):
        read_model('{"schema": 9, "part": {}}')


def test_text_comes_back_equal() -> None:
    for text in (Text(()), Text.of("Cà phê"), Text.of("Cà phê", "Coffee")):
        assert read_text(write_text(text)) == text
