"""What inspectors found of codes, and its mirror beside the histories: in force at the next scan but one second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from verify_app.domain.standing import Standing, StandingKind, prior

from .acts import Flag
from .inspection_tables import standing


def say(connection: sa.Connection, said: Standing) -> int:
    """Store a statement and return its number; one that stands already (same code, kind and case) is that one."""
    c = standing.c
    same = (c.kind == said.kind.value) & (c.gtin == said.gtin) & (c.lot == said.lot) & (c.serial == said.serial)
    query = sa.select(c.id).where(same, c.case_id == said.case_id, c.ended == 0)
    known: int | None = connection.execute(query).scalar()
    if known is not None:
        return known
    made = connection.execute(sa.insert(standing).values(_values(said)).returning(c.id))
    number: int = made.scalar_one()
    return number


def take_back(connection: sa.Connection, case_id: int, now: int) -> int:
    """End all that a case said; returns how many statements. They stay stored."""
    c = standing.c
    query = sa.update(standing).where(c.case_id == case_id, c.ended == 0).values(ended=now)
    return connection.execute(query).rowcount


def standings_of(connection: sa.Connection, gtin: str, serial: str = "", lot: str = "") -> tuple[Standing, ...]:
    """All statements on one code, ended ones too, oldest first."""
    c = standing.c
    query = sa.select(standing).where(c.gtin == gtin, c.serial == serial, c.lot == lot).order_by(c.id)
    return tuple(_read(row) for row in connection.execute(query))


def standing_flags(connection: sa.Connection, now: int) -> Iterator[Flag]:
    """Every statement in force as a flag, and what the confirmed ones of a product add to its other codes."""
    query = sa.select(standing).where(standing.c.ended == 0).order_by(standing.c.id)
    for said in map(_read, connection.execute(query)):
        value = {StandingKind.CONFIRMED: said.when, StandingKind.EXCUSED: f"{said.amount:.3f}"}.get(said.kind, 1)
        yield Flag(said.gtin, said.lot, said.serial, said.kind.value, f"{said.kind.value}:{value}")
    for gtin, nats in priors(connection, now).items():
        yield Flag(gtin, "", "", "prior", f"prior:{nats}")


def priors(connection: sa.Connection, now: int) -> dict[str, float]:
    """Nats that the confirmed cases of each product add to the scores of its codes, by GTIN; none: not there."""
    c = standing.c
    query = sa.select(c.gtin, c.when_ms).where(c.kind == StandingKind.CONFIRMED.value, c.ended == 0).order_by(c.id)
    confirmed: dict[str, list[int]] = defaultdict(list)
    for gtin, when in connection.execute(query):
        confirmed[gtin].append(when)
    return {gtin: nats for gtin, times in confirmed.items() if (nats := round(prior(times, now), 3))}


def _values(said: Standing) -> dict[str, Any]:
    return {
        "kind": said.kind.value,
        "gtin": said.gtin,
        "lot": "" if said.serial else said.lot,
        "serial": said.serial,
        "case_id": said.case_id,
        "amount": said.amount,
        "actor": said.actor,
        "when_ms": said.when,
        "ended": said.ended,
    }


def _read(row: Any) -> Standing:
    return Standing(
        StandingKind(row.kind), row.gtin, row.lot, row.serial, row.when_ms, row.actor, row.case_id, row.amount,
        row.ended, row.id,
    )  # fmt: skip
