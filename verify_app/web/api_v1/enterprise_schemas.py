"""Bodies of the enterprises' part of the API, with examples that run as tests."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MoveRequest(BaseModel):
    """One act upon one item."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "(01)09521234543213(21)S1", "act": "sell", "id": "till-7-000123"}],
        },
    )

    code: str = Field(max_length=2048, description="Code of the item, in any spelling, with its serial number.")
    act: Literal["commission", "ship", "receive", "sell", "return", "destroy", "undo"]
    id: str = Field(min_length=1, max_length=200, description="Your number of this act; the same again is one act.")
    when: int = Field(default=0, ge=0, description="UTC milliseconds; 0: now.")
    place: str = Field(default="", max_length=13, description="GLN or number of a place of yours; empty: your seat.")


class MoveAnswer(BaseModel):
    """What an act came to."""

    gtin: str
    serial: str
    before: str
    after: str
    fresh: bool = Field(description="False: this act was known already.")


class ImportAnswer(BaseModel):
    """How far an import is."""

    id: str
    kind: str
    file: str
    status: Literal["waiting", "running", "done", "failed"]
    dry_run: bool
    progress: int = Field(ge=0, le=100, description="Per cent of the file's bytes.")
    fresh: int
    changed: int
    same: int
    bad: int
    failure: str = ""
    errors: str = Field(default="", description="Address of the annotated file of refused rows.")


class CaptureError(BaseModel):
    """What was wrong with one event, by its place in the eventList, from 0."""

    event: int
    error: str


class CaptureAnswer(BaseModel):
    """How far a captured document is (EPCIS 2.0 capture job)."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(serialization_alias="captureID")
    running: bool
    success: bool
    created_at: str = Field(serialization_alias="createdAt")
    finished_at: str = Field(default="", serialization_alias="finishedAt")
    taken: int
    known: int
    behaviour: Literal["rollback", "proceed"] = Field(serialization_alias="captureErrorBehaviour")
    errors: list[CaptureError]


class CaptureAnswers(BaseModel):
    """Captured documents, the latest first."""

    captures: list[CaptureAnswer]


class ProductState(BaseModel):
    """The last version of a product or lot, and where it stands."""

    gtin: str
    lot: str
    version: int
    status: Literal["draft", "submitted", "returned", "approved", "published"]
    name: str


class ProductStates(BaseModel):
    """Products and lots of the enterprise."""

    products: list[ProductState]


class ScanCountAnswer(BaseModel):
    """Scans of one local day, province ("" for unknown, or too few to name) and result."""

    day: str
    province: str
    result: Literal["first", "again", "others", "not_issued", "class"] = Field(
        description="First check of an item, again by the same visitor, after others, of a serial that nobody issued, "
        "or of a code without a serial."
    )
    scans: int


class ScanCounts(BaseModel):
    """Counts of the local days from `first` to `last`."""

    first: str
    last: str
    counts: list[ScanCountAnswer]
