"""Alerts of the detectors, each stored once however often it is raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from verify_app.domain.alert import Alert, Rule
from verify_app.domain.verdict import Level

from .engine import insert
from .inspection_tables import alert

_Pairs = tuple[tuple[str, float], ...]
_pairs = msgspec.json.Decoder(_Pairs)
_PUT: dict[str, sa.Executable] = {}  # by dialect: in a flood of guesses, putting it together costs more than running it


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert with its number and the case that it belongs to, 0 for none."""

    id: int
    case_id: int
    alert: Alert


def put_alert(connection: sa.Connection, found: Alert) -> StoredAlert:
    """Store an alert, or bring the one with its key up to date: its span grows, its level and score never fall.
    The case that it belongs to stays."""
    dialect = connection.dialect.name
    if dialect not in _PUT:
        _PUT[dialect] = _put(connection)
    return _read(connection.execute(_PUT[dialect], _values(found)).one())


def _put(connection: sa.Connection) -> sa.Executable:
    statement = insert(connection, alert)
    new, old = statement.excluded, alert.c
    return statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "first_ms": _lesser(new.first_ms, old.first_ms),
            "last_ms": _greater(new.last_ms, old.last_ms),
            "level": _greater(new.level, old.level),
            "score": _greater(new.score, old.score),
            # of two workers that saw the same scans the one that saw more of them tells the evidence
            **{
                name: sa.case((new.last_ms >= old.last_ms, new[name]), else_=old[name])
                for name in ("places", "evidence", "contributions", "note", "rule_version")
            },
        },
    ).returning(alert)


def link_alert(connection: sa.Connection, alert_id: int, case_id: int) -> None:
    """Say which case an alert belongs to."""
    connection.execute(sa.update(alert).where(alert.c.id == alert_id).values(case_id=case_id))


def find_alert(connection: sa.Connection, key: str) -> StoredAlert | None:
    """The alert of a key, None if it was never raised."""
    row = connection.execute(sa.select(alert).where(alert.c.key == key)).first()
    return _read(row) if row else None


def alerts_of_case(connection: sa.Connection, case_id: int) -> tuple[StoredAlert, ...]:
    """All alerts of a case, the strongest first."""
    query = sa.select(alert).where(alert.c.case_id == case_id)
    return tuple(_read(row) for row in connection.execute(query.order_by(alert.c.score.desc(), alert.c.id)))


def alerts_of_code(connection: sa.Connection, gtin: str, serial: str) -> tuple[StoredAlert, ...]:
    """All alerts on one item, newest first."""
    query = sa.select(alert).where(alert.c.gtin == gtin, alert.c.serial == serial)
    return tuple(_read(row) for row in connection.execute(query.order_by(alert.c.last_ms.desc(), alert.c.id)))


def latest_alerts(connection: sa.Connection, limit: int = 100) -> tuple[StoredAlert, ...]:
    """The last alerts of all rules, newest first."""
    query = sa.select(alert).order_by(alert.c.last_ms.desc(), alert.c.id.desc()).limit(limit)
    return tuple(_read(row) for row in connection.execute(query))


def _lesser(one: Any, other: Any) -> sa.ColumnElement[Any]:
    return sa.case((one < other, one), else_=other)


def _greater(one: Any, other: Any) -> sa.ColumnElement[Any]:
    return sa.case((one > other, one), else_=other)


def _values(found: Alert) -> dict[str, Any]:
    return {
        "key": found.key,
        "rule": found.rule.value,
        "rule_version": found.version,
        "subject": found.subject,
        "gtin": found.gtin,
        "lot": found.lot,
        "serial": found.serial,
        "level": int(found.level),
        "score": found.score,
        "places": " ".join(found.places),
        "first_ms": found.first,
        "last_ms": found.last,
        "evidence": msgspec.json.encode(found.evidence).decode(),
        "contributions": msgspec.json.encode(found.contributions).decode(),
        "note": found.note,
    }


def _read(row: Any) -> StoredAlert:
    return StoredAlert(
        row.id,
        row.case_id,
        Alert(
            key=row.key,
            rule=Rule(row.rule),
            version=row.rule_version,
            subject=row.subject,
            first=row.first_ms,
            last=row.last_ms,
            level=Level(row.level),
            score=row.score,
            gtin=row.gtin,
            lot=row.lot,
            serial=row.serial,
            places=tuple(row.places.split()),
            evidence=_pairs.decode(row.evidence),
            contributions=_pairs.decode(row.contributions),
            note=row.note,
        ),
    )
