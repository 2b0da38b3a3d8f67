"""The client: one method for each request, one frozen value for each answer."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode, urlsplit

import msgspec

_Answer = TypeVar("_Answer")
_Headers = dict[str, str] | None
_SECONDS = 60.0
_NEXT = re.compile(r'[?&]nextPageToken=([^&>]+)[^>]*>; rel="next"')


class ApiError(Exception):
    """The service refused a request: its HTTP status, and what was expected and what came."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


class ImportState(msgspec.Struct, frozen=True):
    """How far an import is; `errors` is the path of the annotated file, "" for none."""

    id: str
    status: str
    progress: int
    fresh: int
    changed: int
    same: int
    bad: int
    failure: str = ""
    errors: str = ""

    @property
    def ended(self) -> bool:
        """Done or failed."""
        return self.status in ("done", "failed")


class CaptureState(msgspec.Struct, frozen=True, rename={"id": "captureID"}):
    """What came of a captured document."""

    id: str
    running: bool
    success: bool
    taken: int
    known: int
    errors: list[dict[str, Any]]

    @property
    def ended(self) -> bool:
        """Worked through."""
        return not self.running


class Moved(msgspec.Struct, frozen=True):
    """What an act upon an item came to."""

    gtin: str
    serial: str
    before: str
    after: str
    fresh: bool


class ScanCount(msgspec.Struct, frozen=True):
    """Scans of one local day, province ("" for unknown, or too few to name) and result."""

    day: str
    province: str
    result: str
    scans: int


class ScanCounts(msgspec.Struct, frozen=True):
    """Counts of some days."""

    first: str
    last: str
    counts: list[ScanCount]


class Client:
    """One service and one key. Raises `ApiError`, and `OSError` while the service cannot be reached."""

    def __init__(self, base: str, key: str) -> None:
        if urlsplit(base).scheme not in ("https", "http"):
            raise ValueError(f"Expected the address of a service, https://…, got {base!r}.")
        self._base, self._key = base.rstrip("/") + "/api/v1", key

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open: each request has its own connection."""

    def import_file(self, kind: str, path: Path | str, *, dry_run: bool = False) -> ImportState:
        """Send a file of products, lots, items or events; it is imported in the background."""
        path = Path(path)
        query = urlencode({"name": path.name} | ({"dry_run": "1"} if dry_run else {}))
        return self._ask(ImportState, f"/imports/{quote(kind)}?{query}", path.read_bytes(), "application/octet-stream")

    def import_state(self, import_id: str) -> ImportState:
        """How far an import is."""
        return self._ask(ImportState, f"/imports/{quote(import_id)}")

    def errors(self, import_id: str) -> bytes:
        """The annotated file of refused rows: mend it and send it again."""
        with self._open(f"/imports/{quote(import_id)}/errors") as answer:
            data: bytes = answer.read()
            return data

    def wait(self, state: ImportState, seconds: float = 600.0) -> ImportState:
        """Wait until an import has ended. Raises `TimeoutError`."""
        end = time.monotonic() + seconds
        while not state.ended:
            if time.monotonic() > end:
                raise TimeoutError(f"Expected the import to end within {seconds:.0f} s, it is at {state.progress} %.")
            time.sleep(0.5)
            state = self.import_state(state.id)
        return state

    def capture(self, document: dict[str, Any], *, proceed: bool = False) -> CaptureState:
        """Send an EPCIS 2.0 document; it is worked through in the background. One wrong event keeps all others out,
        too, unless it is to `proceed`."""
        behaviour = {"GS1-Capture-Error-Behaviour": "proceed" if proceed else "rollback"}
        return self._ask(CaptureState, "/capture", msgspec.json.encode(document), "application/ld+json", behaviour)

    def capture_state(self, capture_id: str) -> CaptureState:
        """What came of a document."""
        return self._ask(CaptureState, f"/capture/{quote(capture_id)}")

    def events(self, **parameters: str) -> Iterator[dict[str, Any]]:
        """Events that you captured, by parameters of EPCIS 2.0 (`EQ_bizStep="shipping"`), page after page."""
        query = parameters
        while True:
            body, further = self._page(f"/events?{urlencode(query)}")
            yield from msgspec.json.decode(body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            if not further:
                return
            query = {**parameters, "nextPageToken": further}

    def move(self, code: str, act: str, *, id: str, place: str = "", when: int = 0) -> Moved:
        """Commission, ship, receive, sell, return or destroy an item, undo the last act; the same `id` is one act."""
        body = {"code": code, "act": act, "id": id, "place": place, "when": when}
        return self._ask(Moved, "/items/moves", msgspec.json.encode(body), "application/json")

    def scan_counts(self, first: str = "", last: str = "", gtin: str = "") -> list[ScanCount]:
        """Scans by day, province and result from a first to a last day ("2026-11-22"); the last thirty without days."""
        given = {name: value for name, value in (("from", first), ("to", last), ("gtin", gtin)) if value}
        return self._ask(ScanCounts, f"/scans/counts?{urlencode(given)}").counts

    def _ask(
        self, kind: type[_Answer], path: str, body: bytes | None = None, media: str = "", more: _Headers = None
    ) -> _Answer:
        with self._open(path, body, media, more) as answer:
            return msgspec.json.decode(answer.read(), type=kind)

    def _page(self, path: str) -> tuple[bytes, str]:
        """A page and the token of the next one, "" for none."""
        with self._open(path) as answer:
            found = _NEXT.search(answer.headers.get("Link", ""))
            return answer.read(), unquote(found[1]) if found else ""

    def _open(self, path: str, body: bytes | None = None, media: str = "", more: _Headers = None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json", **(more or {})}
        if media:
            headers["Content-Type"] = media
        request = urllib.request.Request(self._base + path, data=body, headers=headers)  # noqa: S310 - https or http
        try:
            return urllib.request.urlopen(request, timeout=_SECONDS)  # noqa: S310
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, _detail(error.read())) from error


def _detail(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body[:200].decode(errors="replace")
    return str(found.get("detail", "")) if isinstance(found, dict) else ""
