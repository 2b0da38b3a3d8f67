"""A small world for tests of the pages: passports in a dictionary, histories in memory, the real judge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from verify_app.app import create_app
from verify_app.detection.policy_files import built_in
from verify_app.domain.certificate import Certificate, CertificateKind
from verify_app.domain.code import Code
from verify_app.domain.events import CriticalEvent, Stage
from verify_app.domain.history import History
from verify_app.domain.passport import (
    Act,
    Display,
    ItemPart,
    ItemState,
    LotPart,
    ModelPart,
    Operator,
    OperatorRole,
    Passport,
    Picture,
    Review,
)
from verify_app.domain.policy import Policy
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.scan import Visit, VisitKind
from verify_app.domain.text import Text
from verify_app.parts import Parts
from verify_app.settings import Settings

GTIN = "09521234543213"  # GS1 demonstration prefix 952
OTHER_GTIN = "09506000134352"  # a published example of GS1
ITEM = f"/01/{GTIN}/10/L2601/21/A1B2C3"
LOT = f"/01/{GTIN}/10/L2601"
MODEL = f"/01/{GTIN}"
SHORT = "V00000000G0H"
POLICY = Policy(built_in())
DAY = 24 * 3600 * 1000
LONG_AGO = 1_767_000_000_000  # 29 December 2025


def sample_model(**changes) -> ModelPart:
    model = ModelPart(
        gtin=GTIN,
        name=Text.of("Cà phê rang xay Đồi Mây 500 g", "Doi May roast and ground coffee 500 g"),
        enterprise_id="doi-may",
        operators=(
            Operator(
                OperatorRole.PRODUCER,
                Text.of("Hợp tác xã Cà phê Đồi Mây (hư cấu)", "Doi May Coffee Cooperative (fictional)"),
                Text.of("Thôn 3, xã Ví Dụ, tỉnh Gia Lai", "Hamlet 3, Vi Du commune, Gia Lai"),
                "9521234500007",
                "gln",
                "1900 0000",
            ),
        ),
        origin=Text.of("Sản xuất tại Việt Nam", "Made in Viet Nam"),
        brand="Đồi Mây",
        pictures=(Picture("coffee.png", 800, 800, Text.of("Gói cà phê màu nâu", "A brown pack of coffee")),),
        description=Text.of("Cà phê Robusta rang vừa, xay mịn.", "Medium roast robusta, finely ground."),
        standards=("TCVN 5251:2015",),
        certificates=(
            Certificate(CertificateKind.OCOP, "OCOP-12/2025", Text.of("OCOP 4 sao", "OCOP four stars"),
                        Text.of("UBND tỉnh (hư cấu)", "Province (fictional)"), "", "2025-01-01", "2028-01-01", stars=4),
            Certificate(CertificateKind.FOOD_SAFETY, "ATTP-77/2022", Text.of("Cơ sở đủ điều kiện an toàn thực phẩm",
                        "Food safety certificate"), Text.of("Sở Y tế (hư cấu)", "Health dept. (fictional)"),
                        "", "2022-01-01", "2025-01-01"),
        ),
        warnings=(Text.of("Không dùng cho trẻ em dưới 12 tuổi.", "Not for children under 12."),),
        label=(("quantity", Text.of("500 g", "500 g")), ("ingredients", Text.of("Cà phê Robusta", "Robusta coffee"))),
        label_group=2,
        sector="coffee",
        expected_stages=(Stage.HARVEST, Stage.PROCESSING, Stage.PACKING, Stage.SHIPPING, Stage.RETAIL),
        published_at=LONG_AGO,
    )  # fmt: skip
    return replace(model, **changes)


def sample_lot(**changes) -> LotPart:
    farm, mill = Text.of("Vườn số 7", "Farm 7"), Text.of("Xưởng rang Đồi Mây", "Doi May roastery")
    lot = LotPart(
        lot="L2601",
        production_date=PrintedDate(2026, 1, 12),
        expiry=PrintedDate(2099, 1, 12),
        events=(
            CriticalEvent("e1", Stage.HARVEST, LONG_AGO, Text.of("Hái quả chín", "Ripe cherries picked"), farm),
            CriticalEvent("e2", Stage.PROCESSING, LONG_AGO + 5 * DAY, Text.of("Rang và xay", "Roasted, ground"), mill,
                          "9521234500014"),
            CriticalEvent("e3", Stage.PACKING, LONG_AGO + 6 * DAY, Text.of("Đóng gói 500 g", "Packed in 500 g"), mill),
            CriticalEvent("e4", Stage.PACKING, LONG_AGO + 7 * DAY, Text.of("Ghi nhầm", "Wrong entry"), mill,
                          in_error=True),
        ),
        declared=100,
        uploaded=100,
        published_at=LONG_AGO,
    )  # fmt: skip
    return replace(lot, **changes)


def recall(reason: str = "Phát hiện dị vật", act_id: str = "recall:1") -> Act:
    return Act(act_id, Text.of(reason, "Foreign matter found"), Text.of("Sở Công Thương (hư cấu)", "Trade dept."),
               LONG_AGO, Text.of("Mang trả nơi bán để được hoàn tiền.", "Return it to the shop."))  # fmt: skip


@dataclass
class DictPassports:
    """Passports found by model, lot and serial, with the rules of the registry."""

    models: dict[str, ModelPart] = field(default_factory=dict)
    lots: dict[tuple[str, str], LotPart] = field(default_factory=dict)
    items: dict[tuple[str, str], ItemPart] = field(default_factory=dict)
    shorts: dict[str, Code] = field(default_factory=dict)
    invented: set[str] = field(default_factory=set)  # serials that do not bear their product's signature
    error: Exception | None = None
    asked: int = 0

    def find(self, code: Code) -> Passport | None:
        self.asked += 1
        if self.error:
            raise self.error
        code = self.shorts.get(code.value, code) if code.key == "short" else code
        model = self.models.get(code.gtin)
        if model is None:
            return None
        item = self.items.get((code.gtin, code.serial)) if code.serial else None
        lot = self.lots.get((code.gtin, item.lot if item and item.lot else code.lot))
        return Passport(code, model, lot, item, signature=False if code.serial in self.invented else None)


@dataclass
class MemoryHistories:
    """Histories in memory. `present` is returned in place of what was counted; `away` stands for a lost server."""

    seen: dict[str, list[Visit]] = field(default_factory=dict)
    present: History | None = None
    away: bool = False

    def observe(self, code: Code, visit: Visit) -> History | None:
        if self.away:
            return None
        before = list(self.seen.get(code.identity, []))
        if visit.kind is VisitKind.SCAN:
            self.seen.setdefault(code.identity, []).append(visit)
        if self.present:
            return self.present
        others = {v.visitor for v in before} - {visit.visitor}
        mine = bool(before) and before[0].visitor == visit.visitor
        return History(scans=len(before), others=len(others), days=len(others), mine_first=mine,
                       first=before[0].when if before else 0, last=before[-1].when if before else 0,
                       repeat=bool(before) and before[-1].visitor == visit.visitor)  # fmt: skip


class NoDecoder:
    """A decoder for tests that send no photo."""

    def decode(self, data: bytes):
        raise AssertionError("no photo was expected")


@dataclass
class World:
    """The application and the parts that a test may turn."""

    app: object
    passports: DictPassports
    histories: MemoryHistories

    def client(self, **headers):
        client = self.app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile Safari/537.36"
        for name, value in headers.items():
            client.environ_base["HTTP_" + name.upper()] = value
        return client


def make_world(tmp_path, decoder=None, **settings) -> World:
    passports = DictPassports(
        models={GTIN: sample_model()},
        lots={(GTIN, "L2601"): sample_lot()},
        items={(GTIN, "A1B2C3"): ItemPart("A1B2C3", "L2601"), (GTIN, "A/B"): ItemPart("A/B", "L2601")},
    )
    histories = MemoryHistories()
    chosen = Settings(data_dir=tmp_path, **{"public_url": "https://verify.example.vn", "demo": False, **settings})
    parts = Parts(
        settings=chosen,
        passports=passports,
        history=histories,
        policies=lambda: POLICY,
        decoder=decoder or NoDecoder(),
        secret=b"k" * 32,
    )
    app = create_app(chosen, parts)
    app.testing = True
    return World(app, passports, histories)


@pytest.fixture
def world(tmp_path) -> World:
    return make_world(tmp_path)


__all__ = ["Display", "ItemState", "Review", "World", "make_world", "recall", "sample_lot", "sample_model", "world"]
