"""Shapes of requests and answers. The OpenAPI document is made of these models; their field texts are its words.

Keys of the passport are those suggested for Decree 37/2026 Art. 32(1); all else is snake_case.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from ...domain.certificate import CertificateKind, CertificateState
from ...domain.code import Granularity
from ...domain.events import Stage
from ...domain.label import DateState, RemarkKind
from ...domain.passport import OperatorRole
from ...domain.verdict import Detail, Reason


class Model(BaseModel):
    """Every answer holds all its fields; what is not known is null or empty."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True, use_enum_values=True)


class PassportModel(Model):
    """Keys in the manner of the passport: productName, lastProcessingPlace."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)


class VerifyRequest(BaseModel):
    """One code to verify, in any spelling."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"code": "(01)09506000134352(21)A1"}]})

    code: str = Field(description="Digital Link URI, element string, bracketed string, barcode digits or short code.")


class BatchRequest(BaseModel):
    """Codes to verify, each in any spelling."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"codes": ["(01)09506000134352(21)A1"]}]})

    codes: list[str] = Field(min_length=1, max_length=1_000, description="1 to 1,000 codes.")


class CompressedLink(Model):
    """One code as a GS1 Digital Link in both forms."""

    compressed: str = Field(description="Compressed URI; every address here takes it too.")
    uncompressed: str = Field(description="Uncompressed URI with the attributes in its query.")


class CodeOut(Model):
    """The code as it was understood."""

    canonical: str = Field(description="One URI for all spellings; attributes are no part of it.")
    url: str | None = Field(description="The code's page here; null for a link of another system.")
    gtin: str | None = Field(description="GTIN-14.")
    lot: str | None = Field(description="Batch or lot number, AI (10).")
    serial: str | None = Field(description="Serial number, AI (21) or (235).")
    granularity: Granularity | None = Field(description="What the code stands for: a model, a lot or one item.")
    ai: dict[str, str] = Field(description="Every GS1 Application Identifier of the code with its value.")


class Image(Model):
    """A picture of the product."""

    url: str
    alt: str
    width: int
    height: int


class Marks(Model):
    """Brand, lot and serial, if any."""

    brand: str | None
    lot: str | None
    serial: str | None


class Expiry(Model):
    """Dates of the lot, "YYYY-MM-DD", or "YYYY-MM" where the label prints no day."""

    expiry: str | None
    best_before: str | None


class Product(Model):
    """The seven items that anybody may look up (Decree 37/2026 Art. 23(7))."""

    name: str
    images: list[Image]
    producer_name: str | None
    producer_address: str | None
    origin: str | None = Field(description="Null where it is not given, or not disclosed (Art. 22(8)).")
    marks: Marks
    expiry: Expiry


class OperatorOut(PassportModel):
    """Who answers for the goods; `id` only where it may be public."""

    role: OperatorRole
    name: str
    address: str
    id: str | None
    id_kind: str | None = Field(description="gln, tax_code or internal.")
    phone: str | None


class Event(PassportModel):
    """One critical tracking event, with its time in UTC."""

    stage: Stage
    time: str
    what: str
    place: str
    place_gln: str | None
    biz_step: str | None
    product_code: str | None


class CertificateOut(Model):
    """A certificate or mark and what it is worth today."""

    kind: CertificateKind
    number: str
    title: str
    body: str
    standard: str | None
    valid_from: date | None
    valid_until: date | None
    stars: int | None = Field(description="OCOP stars.")
    state: CertificateState


class PassportOut(PassportModel):
    """The digital product passport (Decree 37/2026 Art. 32(1))."""

    product_name: str
    gtin: str
    operators: list[OperatorOut]
    origin: str | None
    last_processing_place: str | None
    traceability: list[Event]
    certificates: list[CertificateOut]
    production_date: str | None
    expiry_date: str | None
    best_before_date: str | None
    safety_warnings: list[str]
    extra: dict[str, str]
    version: int
    published: date | None
    missing: list[str] = Field(description="Minimum items that the passport lacks; empty when it is complete.")


class LabelRow(Model):
    """One item of the label."""

    item: str
    caption: str
    value: str | None
    mandatory: bool
    physical: bool = Field(description="It must stand on the goods or their packaging (Art. 53).")


class LabelRemark(Model):
    """What is wrong with an item that is there."""

    kind: RemarkKind
    item: str


class LabelOut(Model):
    """The electronic label (Decree 37/2026 Arts. 42-53 and Annex I)."""

    group: int | None = Field(description="Group of goods of Annex I.")
    group_name: str | None
    rows: list[LabelRow]
    missing: list[str]
    remarks: list[LabelRemark]
    date_state: DateState
    retention_until: date | None
    recall: str | None
    passport_may_replace: bool = Field(description="The passport holds every mandatory item (Art. 32(4)).")


class ActOut(Model):
    """A recall, or a stop of display, that is in force."""

    id: str
    reason: str
    actor: str
    date: date
    advice: str | None


class ForeignOut(Model):
    """The other system that manages the code. Nothing is claimed about what it says."""

    host: str
    name: str | None
    manager: str | None


class VerifyAnswer(Model):
    """What the service says of one code. Never holds numbers of scans, nor places or times of other people."""

    verdict: Reason = Field(description="The headline: the weightiest reason.")
    level: int = Field(ge=0, le=3, description="0 all well, 1 information, 2 caution, 3 alert.")
    reasons: list[Reason] = Field(description="All reasons in order of weight.")
    detail: Detail | None = Field(description="Which kind of VALID.")
    title: str
    meaning: str
    next_step: str
    detail_text: str | None = Field(description="The sentence below a VALID headline.")
    lang: str = Field(description="Language of all texts.")
    first_checked: date | None = Field(description="Vietnamese date of the first known check.")
    code: CodeOut
    product: Product | None
    passport: PassportOut | None
    label: LabelOut | None
    certificates: list[CertificateOut]
    acts: list[ActOut]
    foreign: ForeignOut | None
    slip: str | None = Field(
        description="For whoever checked this item first: shown at POST /holder, it tells that this client was it."
    )
    recorded: bool = Field(description="This request entered the code's history as a new scan.")
    policy: str = Field(description="Version of the rules.")


class Problem(BaseModel):
    """An error (RFC 9457), sent as application/problem+json."""

    type: str
    title: str
    status: int
    detail: str
    verdict: Literal["MALFORMED", "NOT_GS1"] | None = Field(default=None, description="For a text that is no code.")
    problem: str | None = Field(default=None, description="What is wrong with the code, as a stable word.")
    expected: str | None = None
    got: str | None = None


class BatchRow(Model):
    """What came of one code of a batch."""

    row: int = Field(ge=0, description="Place of the code in the request, from 0.")
    status: int = Field(description="The HTTP status that the code alone would have had.")
    answer: VerifyAnswer | None
    problem: Problem | None


class BatchAnswer(RootModel[list[BatchRow]]):
    """One row for each code, in their order."""
