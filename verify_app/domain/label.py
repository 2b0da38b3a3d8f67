"""The label of goods, physical or electronic (Decree 37/2026/NĐ-CP Arts. 32, 39, 42-47, 52-55 and Annex I)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from unicodedata import normalize

from .certificate import CertificateKind
from .code import Granularity
from .label_groups import LabelItem, label_groups
from .origin import country_abbreviated, origin_phrase
from .passport import Act, LotPart, ModelPart, OperatorRole, Risk
from .printed_date import PrintedDate
from .text import NO_TEXT, Text

NAME, RESPONSIBLE_PARTY, ORIGIN, WARNINGS = "name", "responsible_party", "origin", "warnings"
GROUP = "group"  # stands among the missing items where no group of goods was declared
ALL_GOODS = tuple(LabelItem((item,)) for item in (NAME, RESPONSIBLE_PARTY, ORIGIN))  # Art. 42

_PHYSICAL = frozenset(  # Art. 53: name, responsible party, origin and warnings, of which Annex I has three sorts
    {NAME, RESPONSIBLE_PARTY, ORIGIN, WARNINGS, "age_warning", "hazard_signs"}
)
_PRODUCTION = ("production_date", "production_month", "production_year", "sale_date")
_OF_THE_LOT = frozenset({"lot", *_PRODUCTION, "expiry", "best_before"})
_OF_THE_ITEM = frozenset({"serial", "chassis_number"})
_WHO_ANSWERS = (OperatorRole.RESPONSIBLE, OperatorRole.IMPORTER, OperatorRole.PRODUCER, OperatorRole.TRADER)

Value = Text | PrintedDate


class DateState(StrEnum):
    """What the dates of a lot say today. Best-before is not expiry (Arts. 3(14), 46(4)): such goods may circulate."""

    FRESH = "fresh"
    BEST_BEFORE_PASSED = "best_before_passed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class RemarkKind(StrEnum):
    """What is wrong with an item that is there."""

    NO_VIETNAMESE = "no_vietnamese"  # Art. 39
    NO_ORIGIN_PHRASE = "no_origin_phrase"  # Art. 47
    COUNTRY_ABBREVIATED = "country_abbreviated"  # Art. 39
    NO_DAY = "no_day"  # Annex I asks for day, month and year
    NO_GROUP = "no_group"  # no group of Annex I: only the items of Art. 42 can be checked


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding on a label; `caption` is the msgid of its sentence."""

    kind: RemarkKind
    item: str

    @property
    def caption(self) -> str:
        """Msgid of the finding in the catalogues."""
        return f"label.remark.{self.kind}"


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a label. `carrier` is the coarsest code that can carry it: a date belongs to a lot, a chassis
    number to one item. `physical`: it must stand on the goods or their packaging (Art. 53)."""

    item: str
    value: Value | None
    mandatory: bool
    physical: bool
    carrier: Granularity

    @property
    def caption(self) -> str:
        """Msgid of the item's caption in the catalogues."""
        return f"label.item.{self.item}"

    @property
    def present(self) -> bool:
        """The registry holds the item."""
        return self.value is not None

    @property
    def vietnamese(self) -> bool:
        """The item is a date, or has a Vietnamese text (Art. 39)."""
        return not isinstance(self.value, Text) or bool(dict(self.value.values).get("vi", "").strip())


@dataclass(frozen=True, slots=True)
class Label:
    """The electronic label of a model or lot. `missing` are mandatory items that a code of this granularity could
    show and does not; `recall` is the warning that must be shown (Art. 52(7))."""

    group: int
    group_name: Text
    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    remarks: tuple[Remark, ...]
    date_state: DateState
    retention_until: date | None
    recall: Act | None


def date_state(lot: LotPart | None, today: date) -> DateState:
    """What the dates of a lot say today; a date without day lasts to the end of its month."""
    if lot is None or (lot.expiry is None and lot.best_before is None):
        return DateState.UNKNOWN
    if lot.expiry and today > lot.expiry.last_day:
        return DateState.EXPIRED
    if lot.best_before and today > lot.best_before.last_day:
        return DateState.BEST_BEFORE_PASSED
    return DateState.FRESH


def must_be_physical(item: str, risk: Risk) -> bool:
    """Whether an item must stand on the goods themselves (Art. 53): at low risk none, else the four that warn."""
    return risk is not Risk.LOW and item in _PHYSICAL


def retention_until(lot: LotPart | None) -> date | None:
    """Until when the label and its changes must be kept: 12 months after expiry (Art. 53(3)); None: no expiry date,
    so the holder decides."""
    if lot is None or lot.expiry is None:
        return None
    end = lot.expiry.last_day
    if (end.month, end.day) == (2, 29):
        return date(end.year + 1, 3, 1)
    return end.replace(year=end.year + 1)


def passport_may_replace_label(model: ModelPart, lot: LotPart | None) -> tuple[bool, tuple[str, ...]]:
    """Whether the passport holds every mandatory item of the e-label, in Vietnamese (Art. 32(4)), and what it lacks.
    What must be physical stays on the goods all the same (Art. 53)."""
    rows = _rows(model, lot)
    lacking = [row.item for row in rows if row.mandatory and not (row.present and row.vietnamese)]
    if model.label_group not in label_groups():
        lacking.append(GROUP)
    return not lacking, tuple(lacking)


def label_of(model: ModelPart, lot: LotPart | None, today: date) -> Label:
    """The electronic label of a model, or of one of its lots: Art. 42 for all goods, then Annex I by group."""
    rows = _rows(model, lot)
    known = frozenset({Granularity.MODEL} if lot is None else {Granularity.MODEL, Granularity.LOT})
    group = label_groups().get(model.label_group)
    return Label(
        group=group.number if group else 0,
        group_name=group.name if group else NO_TEXT,
        rows=rows,
        missing=tuple(row.item for row in rows if row.mandatory and not row.present and row.carrier in known),
        remarks=tuple(_remarks(model, rows)),
        date_state=date_state(lot, today),
        retention_until=retention_until(lot),
        recall=(lot.recall if lot else None) or model.recall,
    )


def _rows(model: ModelPart, lot: LotPart | None) -> tuple[Row, ...]:
    """Rows in the order of the law, then what else the enterprise declared. An unmet condition gives no row."""
    group = label_groups().get(model.label_group)
    held = _held(model, lot)
    rows: dict[str, Row] = {}
    for line in (*ALL_GOODS, *(group.items if group else ())):
        mandatory = line.mandatory and not (model.exempt and line.items == (ORIGIN,))
        found: dict[str, Value | None] = {item: held[item] for item in line.items if item in held}
        if line.phrase:
            found = {line.items[0]: Text.of(line.phrase)} if _says(line.phrase, model) else {}
        if mandatory and not found:
            found = {line.items[0]: None}
        for item, value in found.items():
            rows.setdefault(item, _row(item, value, model.risk, mandatory=mandatory))
    for item in (*dict(model.label), WARNINGS, "lot", "production_date", "expiry", "best_before"):
        if item in held and not (item in _PRODUCTION and rows.keys() & set(_PRODUCTION)):
            rows.setdefault(item, _row(item, held[item], model.risk, mandatory=False))
    return tuple(rows.values())


def _row(item: str, value: Value | None, risk: Risk, *, mandatory: bool) -> Row:
    carrier = Granularity.MODEL
    if item in _OF_THE_LOT:
        carrier = Granularity.LOT
    elif item in _OF_THE_ITEM:
        carrier = Granularity.ITEM
    return Row(item, value, mandatory, must_be_physical(item, risk), carrier)


def _held(model: ModelPart, lot: LotPart | None) -> dict[str, Value]:
    """What the registry holds, by item: its own field, else the text that the enterprise gave for the item."""
    registered = [c.number for c in model.certificates if c.kind is CertificateKind.MEDICINE_REGISTRATION]
    own: dict[str, Value | None] = {
        NAME: model.name,
        RESPONSIBLE_PARTY: _party(model, *_WHO_ANSWERS),
        "producer": _party(model, OperatorRole.PRODUCER),
        "importer": _party(model, OperatorRole.IMPORTER),
        ORIGIN: model.origin or model.last_processing_place,
        WARNINGS: _joined((*model.warnings, *(text for key, text in model.label if key == WARNINGS)), "\n"),
        "brand": Text.of(model.brand),
        "barcode": Text.of(model.gtin),
        "registration_number": Text.of("".join(registered[:1])),
    }
    if lot:  # Annex III: for breeding stock the date of sale is the date of production
        own |= {"lot": Text.of(lot.lot), "expiry": lot.expiry, "best_before": lot.best_before}
        own |= dict.fromkeys(_PRODUCTION, lot.production_date)
    held = {item: value for item, value in (*model.label, *own.items()) if value}
    if model.exempt:
        held.pop(ORIGIN, None)
    return held


def _party(model: ModelPart, *roles: OperatorRole) -> Text:
    """Name and address of the first operator in the order of `roles`; empty if none has both."""
    for role in roles:
        for operator in model.operators:
            if operator.role is role and operator.name and operator.address:
                return _joined((operator.name, operator.address), ", ")
    return NO_TEXT


def _joined(texts: tuple[Text, ...], glue: str) -> Text:
    """Texts joined in each language that all of them have, so Vietnamese missing in one is missing in the whole.
    Without a shared language nothing is lost: they stand together as "mul", several languages (ISO 639-2)."""
    present = [text for text in texts if text]
    languages = [code for code, _ in present[0].values] if present else []
    shared = [code for code in languages if all(dict(text.values).get(code) for text in present)]
    if present and not shared:
        return Text((("mul", glue.join(text.text("vi") for text in present)),))
    return Text(tuple((code, glue.join(text.text(code) for text in present)) for code in shared))


def _says(phrase: str, model: ModelPart) -> bool:
    """Whether the Vietnamese label has a phrase letter for letter; labels may print it in capitals."""
    texts = (model.name, *model.warnings, *(text for _, text in model.label))
    wanted = _folded(phrase)
    return any(wanted in _folded(dict(text.values).get("vi", "")) for text in texts)


def _folded(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


def _remarks(model: ModelPart, rows: tuple[Row, ...]) -> list[Remark]:
    """What is wrong with items that are there."""
    found = [Remark(RemarkKind.NO_VIETNAMESE, row.item) for row in rows if row.present and not row.vietnamese]
    origin = next((row.value.text("vi") for row in rows if row.item == ORIGIN and isinstance(row.value, Text)), "")
    if origin and origin_phrase(origin) is None:
        found.append(Remark(RemarkKind.NO_ORIGIN_PHRASE, ORIGIN))
    if origin and country_abbreviated(origin):
        found.append(Remark(RemarkKind.COUNTRY_ABBREVIATED, ORIGIN))
    for row in rows:
        if row.item == "production_date" and row.mandatory and isinstance(row.value, PrintedDate) and not row.value.day:
            found.append(Remark(RemarkKind.NO_DAY, row.item))
    if model.label_group not in label_groups():
        found.append(Remark(RemarkKind.NO_GROUP, GROUP))
    return found
