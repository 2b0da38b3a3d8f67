"""Records of the domain as rows of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify_app.domain.passport import LotPart, ModelPart
from verify_app.domain.registry import Enterprise, EnterpriseKind, ItemRecord, Place

from .documents import read_text, write_text
from .versions import Change


def enterprise_row(record: Enterprise) -> dict[str, Any]:
    """Row of `enterprise`."""
    return {
        "id": record.id,
        "tenant_id": record.tenant_id,
        "kind": record.kind.value,
        "name": write_text(record.name),
        "address": write_text(record.address),
        "gln": record.gln,
        "tax_code": record.tax_code,
        "phone": record.phone,
    }


def read_enterprise(row: Any) -> Enterprise:
    """The enterprise of a row of `enterprise`."""
    return Enterprise(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=EnterpriseKind(row.kind),
        name=read_text(row.name),
        address=read_text(row.address),
        gln=row.gln,
        tax_code=row.tax_code,
        phone=row.phone,
    )


def place_row(record: Place) -> dict[str, Any]:
    """Row of `place`."""
    return {
        "gln": record.gln,
        "enterprise_id": record.enterprise_id,
        "name": write_text(record.name),
        "address": write_text(record.address),
    }


def model_row(shown_version: int, part: ModelPart) -> dict[str, Any]:
    """Row of `model`, from the version that the public sees."""
    return {
        "gtin": part.gtin,
        "enterprise_id": part.enterprise_id,
        "tenant_id": part.province or None,
        "sector": part.sector,
        "shown_version": shown_version,
    }


def lot_row(change: Change, part: LotPart) -> dict[str, Any]:
    """Row of `lot`, with the counts of the last record."""
    return {
        "gtin": change.key[0],
        "lot": part.lot,
        "declared": part.declared,
        "uploaded": part.uploaded,
        "shown_version": change.shown_version,
    }


def item_row(record: ItemRecord) -> dict[str, Any]:
    """Row of `item`."""
    part = record.part
    return {
        "gtin": record.gtin,
        "serial": part.serial,
        "lot": part.lot,
        "state": part.state.value,
        "state_at": part.state_at,
        "shipment": part.shipment,
    }


def event_rows(part: ModelPart | LotPart | None) -> Iterator[dict[str, Any]]:
    """Rows of `critical_event` without their (gtin, lot)."""
    for event in part.events if isinstance(part, LotPart) else ():
        yield {
            "id": event.id,
            "stage": event.stage.value,
            "when_ms": event.when,
            "place_gln": event.place_gln,
            "biz_step": event.biz_step,
            "product_code": event.product_code,
            "in_error": event.in_error,
        }


def certificate_rows(part: ModelPart | LotPart | None) -> Iterator[dict[str, Any]]:
    """Rows of `certificate` without their (gtin, lot)."""
    for paper in {(paper.kind, paper.number): paper for paper in (part.certificates if part else ())}.values():
        yield {
            "kind": paper.kind.value,
            "number": paper.number,
            "body": write_text(paper.body),
            "standard": paper.standard,
            "valid_from": paper.valid_from,
            "valid_until": paper.valid_until,
            "withdrawn": paper.withdrawn,
            "stars": paper.stars,
        }
