"""Visits on site in SQL: what a phone sends twice is stored once; marks and notes take the later word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.field import Check, Mark, Visit

from .engine import Engine, ask, insert, reading, writing
from .field_tables import field_check, field_photo, field_visit


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo or signature of a visit, by the digest of its file."""

    id: str
    visit: str
    check: str
    kind: str
    digest: str
    received: int


def keep_visit(engine: Engine, visit: Visit) -> Visit | None:
    """Store a visit, or its later words; None if the id is another account's. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        statement = insert(connection, field_visit).values({**asdict(visit), "marks": json.dumps(visit.marks)})
        new = statement.excluded
        fresh = {name: new[name] for name in ("place", "seller", "note", "closed", "basis", "marks")}
        same = field_visit.c.account == visit.account
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh, where=same))
        row = connection.execute(sa.select(field_visit).where(field_visit.c.id == visit.id)).one()
        return _visit(row) if row.account == visit.account else None


def keep_check(engine: Engine, check: Check) -> bool:
    """Store a check; False if its id was there before: then only its marks, their group and the note are new. Raises
    `StoreUnavailable`."""
    values = {**asdict(check), "reasons": " ".join(check.reasons), "marks": json.dumps(check.marks)}
    with writing(engine) as connection:
        statement = insert(connection, field_check).values(values).on_conflict_do_nothing(index_elements=["id"])
        if connection.execute(statement).rowcount == 1:
            return True
        later = {name: values[name] for name in ("marks", "note", "goods_group")}
        same = (field_check.c.id == check.id, field_check.c.visit == check.visit)
        connection.execute(sa.update(field_check).where(*same).values(later))
        return False


def keep_photo(engine: Engine, photo: Photo) -> bool:
    """Store a photo's digest; False if its id was there before. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        statement = insert(connection, field_photo).values(asdict(photo))
        return connection.execute(statement.on_conflict_do_nothing(index_elements=["id"])).rowcount == 1


def visits_of(engine: Engine, account: str, limit: int = 50) -> tuple[Visit, ...]:
    """An account's visits, newest first. Raises `StoreUnavailable`."""
    query = sa.select(field_visit).where(field_visit.c.account == account).order_by(field_visit.c.opened.desc())
    return ask(engine, lambda c: tuple(_visit(row) for row in c.execute(query.limit(limit))))


def find_visit(engine: Engine, visit_id: str) -> Visit | None:
    """A visit by its id. Raises `StoreUnavailable`."""
    row = ask(engine, lambda c: c.execute(sa.select(field_visit).where(field_visit.c.id == visit_id)).first())
    return _visit(row) if row else None


def checks_of(engine: Engine, visit_id: str) -> tuple[Check, ...]:
    """The checks of a visit in the order in which they were taken. Raises `StoreUnavailable`."""
    query = sa.select(field_check).where(field_check.c.visit == visit_id)
    ordered = query.order_by(field_check.c.taken, field_check.c.id)
    return ask(engine, lambda c: tuple(_check(row) for row in c.execute(ordered)))


def photos_of(engine: Engine, visit_id: str) -> tuple[Photo, ...]:
    """The photos and signatures of a visit. Raises `StoreUnavailable`."""
    query = sa.select(field_photo).where(field_photo.c.visit == visit_id).order_by(field_photo.c.received)
    return ask(engine, lambda c: tuple(Photo(**row._mapping) for row in c.execute(query)))


def checks_upon(engine: Engine, gtin: str, lot: str = "", serial: str = "") -> tuple[tuple[Visit, Check], ...]:
    """Checks of an item, of a lot, or of a product on all visits, oldest first. Raises `StoreUnavailable`."""
    query = sa.select(field_check).where(field_check.c.gtin == gtin)
    for column, value in ((field_check.c.serial, serial), (field_check.c.lot, "" if serial else lot)):
        query = query.where(column == value) if value else query
    with reading(engine) as connection:
        checks = [_check(row) for row in connection.execute(query.order_by(field_check.c.taken, field_check.c.id))]
        named = sa.select(field_visit).where(field_visit.c.id.in_({check.visit for check in checks}))
        visits = {row.id: _visit(row) for row in connection.execute(named)}
    return tuple((visits[check.visit], check) for check in checks)


def read_elsewhere(engine: Engine, visit_id: str, paths: Sequence[str]) -> frozenset[str]:
    """Those of some items' paths that were read on other visits too. Raises `StoreUnavailable`."""
    query = sa.select(field_check.c.path).where(field_check.c.path.in_(paths), field_check.c.visit != visit_id)
    return ask(engine, lambda c: frozenset(c.execute(query.distinct()).scalars())) if paths else frozenset()


def _visit(row: Any) -> Visit:
    return Visit(**{**row._mapping, "marks": _marks(row)})


def _check(row: Any) -> Check:
    return Check(**{**row._mapping, "reasons": tuple(row.reasons.split()), "marks": _marks(row)})


def _marks(row: Any) -> dict[str, Mark]:
    return {name: Mark(word) for name, word in json.loads(row.marks).items()}
