"""A small registry for tests: one fictional enterprise, one model, two lots, four items.

PYTEST_DONT_REWRITE: plain values.
"""

from __future__ import annotations

from verify_app.domain.certificate import Certificate, CertificateKind
from verify_app.domain.code import Code
from verify_app.domain.events import CriticalEvent, Stage
from verify_app.domain.passport import (
    ItemPart,
    ItemState,
    LotPart,
    ModelPart,
    Operator,
    OperatorRole,
    Picture,
    Risk,
)
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.registry import (
    Enterprise,
    EnterpriseKind,
    ItemRecord,
    LotRecord,
    Place,
    Registry,
    Tenant,
)
from verify_app.domain.text import Text

GTIN = "09521234543213"

MODEL = ModelPart(
    gtin=GTIN,
    name=Text.of("Hạt tiêu Ví Dụ", "Example pepper"),
    enterprise_id="e1",
    operators=(
        Operator(
            OperatorRole.PRODUCER,
            Text.of("Hợp tác xã Ví Dụ", "Example Cooperative"),
            Text.of("Thôn 1, xã Ví Dụ, Gia Lai"),
            identifier="9520000000004",
            identifier_kind="gln",
        ),
    ),
    origin=Text.of("Sản xuất tại Việt Nam", "Made in Vietnam"),
    brand="Ví Dụ",
    pictures=(Picture("pepper.webp", 640, 480, Text.of("Gói hạt tiêu")),),
    standards=("TCVN 7036:2008",),
    certificates=(
        Certificate(
            CertificateKind.VIETGAP,
            "VG-0001",
            Text.of("VietGAP"),
            Text.of("Trung tâm Ví Dụ"),
            standard="TCVN 11892-1:2017",
            valid_until="2027-06-30",
        ),
    ),
    label=(("ingredients", Text.of("100% hạt tiêu đen")),),
    label_group=2,
    sector="pepper",
    risk=Risk.MEDIUM,
    expected_stages=(Stage.PRODUCTION, Stage.PACKING),
    province="gia-lai",
    published_at=1_000,
)

LOT = LotPart(
    lot="L1",
    production_date=PrintedDate(2026, 9, 5),
    expiry=PrintedDate(2028, 9),
    events=(
        CriticalEvent(
            "ev1",
            Stage.HARVEST,
            1_788_000_000_000,
            Text.of("Thu hoạch", "Harvest"),
            Text.of("Vườn 1"),
            place_gln="9520000000011",
            biz_step="harvesting",
        ),
    ),
    declared=3,
    published_at=1_000,
)


def item_record(
    serial: str, lot: str, state: ItemState = ItemState.ACTIVE, state_at: int = 500, short: str = ""
) -> ItemRecord:
    """An item of the sample model."""
    return ItemRecord(GTIN, ItemPart(serial, lot, state, state_at), short)


def code(lot: str = "", serial: str = "") -> Code:
    """A code of the sample model."""
    pairs = (("10", lot), ("21", serial))
    return Code("01", GTIN, tuple((ai, value) for ai, value in pairs if value))


REGISTRY = Registry(
    tenants=(Tenant("gia-lai", Text.of("Gia Lai")),),
    enterprises=(
        Enterprise(
            "e1",
            "gia-lai",
            EnterpriseKind.COOPERATIVE,
            Text.of("Hợp tác xã Ví Dụ", "Example Cooperative"),
            Text.of("Thôn 1, xã Ví Dụ, Gia Lai"),
            gln="9520000000004",
        ),
    ),
    places=(Place("9520000000011", "e1", Text.of("Vườn 1"), Text.of("Xã Ví Dụ")),),
    models=(MODEL,),
    lots=(LotRecord(GTIN, LOT), LotRecord(GTIN, LotPart("L2", published_at=1_000))),
    items=(
        item_record("S1", "L1", short="K7F3Q2"),
        item_record("S2", "L1"),
        item_record("S3", "L1"),
        item_record("s4", "L2"),
    ),
)
