"""Visits on site: what the phone sends, stored once, judged when it comes, with all that an officer may know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ..domain.code import Code
from ..domain.field import Check, Odd, Visit, odd_ones
from ..images.keeping import keep
from ..store import field
from ..store.code_scans import SeenScan, scans_of
from ..store.engine import Engine, StoreUnavailable
from ..store.field import Photo
from ..store.whole_file import keep_whole

__all__ = ["Photo", "SeenScan", "Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """The services of visits. Every method raises `StoreUnavailable`."""

    database: Engine | None = None
    data_dir: Path = Path("var")

    @property
    def engine(self) -> Engine:
        """The database. Raises `StoreUnavailable` where this process was given none."""
        if self.database is None:
            raise StoreUnavailable("Expected a database for visits, got none.")
        return self.database

    def visit(self, visit_id: str) -> Visit | None:
        """A visit by its id."""
        return field.find_visit(self.engine, visit_id)

    def visits(self, account: str) -> tuple[Visit, ...]:
        """An account's visits, newest first."""
        return field.visits_of(self.engine, account)

    def keep_visit(self, visit: Visit) -> Visit | None:
        """Store a visit or its later words; None if the id is another account's."""
        return field.keep_visit(self.engine, visit)

    def keep_check(self, check: Check, judged: Callable[[Check], Check]) -> None:
        """Store a check as it is judged now; sent again, only its marks, group and note are new."""
        field.keep_check(self.engine, judged(check))

    def checks(self, visit_id: str) -> tuple[Check, ...]:
        """The checks of a visit in the order in which they were taken."""
        return field.checks_of(self.engine, visit_id)

    def odd(self, checks: tuple[Check, ...]) -> dict[str, tuple[Odd, ...]]:
        """What stands out in each check of a visit."""
        paths = [check.path for check in checks if check.serial]
        elsewhere = field.read_elsewhere(self.engine, checks[0].visit, paths) if checks else frozenset()
        return odd_ones(checks, elsewhere)

    def scans(self, check: Check, limit: int = 200) -> tuple[SeenScan, ...]:
        """The scans of a check's item, newest first; none for a code without a serial number."""
        return scans_of(self.engine, check.gtin, check.lot, check.serial, limit) if check.serial else ()

    def photos(self, visit_id: str) -> tuple[Photo, ...]:
        """The photos and signatures of a visit."""
        return field.photos_of(self.engine, visit_id)

    def keep_photo(self, photo: Photo, data: bytes) -> Photo:
        """Store a photo without its metadata, on the disk before its digest is in the database. Raises what
        `images.keeping.keep` raises, and `OSError`."""
        clean = keep(data).data
        stored = replace(photo, digest=sha256(clean).hexdigest())
        path = self.file_of(stored.digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            keep_whole(path, clean)
        field.keep_photo(self.engine, stored)
        return stored

    def file_of(self, digest: str) -> Path:
        """Where the file of a digest lies."""
        return self.data_dir / "evidence" / digest[:2] / f"{digest}.jpg"


def named(check: Check, code: Code) -> Check:
    """A check with what its text names."""
    return replace(check, path=code.path, gtin=code.gtin, lot=code.lot, serial=code.serial)
