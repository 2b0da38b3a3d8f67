"""The inspectors' search in the ledger: by code, lot, product, enterprise, province and period, newest first.

A page at a time, each beginning where the one before ended (keyset): page 1,000 costs as much as page 1. A search goes
back through time in steps, the last month first, and stops when its page is full, so that on PostgreSQL only the
partitions of those months are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from .ledger import LedgerRow, read_row
from .partitions import Month
from .tables import lot, model, scan

MOST_PRODUCTS = 5_000  # of one enterprise or of one lot number; beyond it a search must name the product
_STEPS = (1, 2, 9, 48)  # months that each step goes further back, before the rest
_MANY = 20  # products from which on the first steps are a day and a week: all of them together have many scans
_DAY = 86_400_000
_ALL = 2**62


class SearchTooWide(ValueError):  # noqa: N818 - a state of the question
    """The question names more products than one search goes through; the message says how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; all that is given must hold. Times in UTC milliseconds, `until` exclusive, 0 for no bound;
    `province` is a place in `PROVINCES`. `after`: the `next` of the page before."""

    identity: str = ""
    gtin: str = ""
    lot: str = ""
    enterprise: str = ""
    province: int | None = None
    since: int = 0
    until: int = 0
    limit: int = 50
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Scans, newest first. `next` None: there are no more."""

    rows: tuple[LedgerRow, ...]
    next: tuple[int, str] | None


def search(connection: sa.Connection, wanted: Wanted, now: int) -> Page:
    """One page of what is looked for; `now` in UTC milliseconds. Raises `SearchTooWide`."""
    gtins = _products(connection, wanted)
    found: list[Any] = []
    for begin, end in _windows(wanted, now, many=gtins is not None and len(gtins) > _MANY):
        if gtins is not None and not gtins:
            break
        query = _query(connection, replace(wanted, since=begin, until=end), gtins, wanted.limit + 1 - len(found))
        found += connection.execute(query).all()
        if len(found) > wanted.limit:
            break
    rows = tuple(read_row(row) for row in found[: wanted.limit])
    more = len(found) > wanted.limit
    return Page(rows, (rows[-1].when, rows[-1].scan_id) if more else None)


def count(connection: sa.Connection, wanted: Wanted, now: int, most: int) -> int:
    """How many scans a search finds, counted no further than to `most` + 1. Raises `SearchTooWide`."""
    gtins, total = _products(connection, wanted), 0
    for begin, end in _windows(wanted, now, many=False):
        if gtins is not None and not gtins:
            break
        among = [] if gtins is None else [scan.c.gtin.in_(gtins)]
        narrow = replace(wanted, since=begin, until=end)
        found = sa.select(sa.literal(1)).where(*_conditions(narrow), *among).limit(most + 1 - total).subquery()
        total += connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()
        if total > most:
            break
    return total


def begin(connection: sa.Connection) -> int:
    """The instant of the first scan in UTC milliseconds, 0 for an empty ledger."""
    return connection.execute(sa.select(sa.func.min(scan.c.when_ms))).scalar() or 0


def _products(connection: sa.Connection, wanted: Wanted) -> list[str] | None:
    """GTINs that the question comes down to; None: it does not go by product."""
    if wanted.identity or wanted.gtin:
        return None
    if wanted.enterprise:
        query = sa.select(model.c.gtin).where(model.c.enterprise_id == wanted.enterprise)
        if wanted.lot:
            query = query.join(lot, lot.c.gtin == model.c.gtin).where(lot.c.lot == wanted.lot)
    elif wanted.lot:
        query = sa.select(lot.c.gtin).where(lot.c.lot == wanted.lot)
    else:
        return None
    gtins = list(connection.execute(query.order_by(sa.literal_column("1")).limit(MOST_PRODUCTS + 1)).scalars())
    if len(gtins) > MOST_PRODUCTS:
        raise SearchTooWide(f"Expected at most {MOST_PRODUCTS} products in one search, got more.")
    return gtins


def _windows(wanted: Wanted, now: int, *, many: bool) -> Iterator[tuple[int, int]]:
    """Periods to look through, newest first: what lies ahead of now and this month, then further and further back."""
    newest = min(wanted.until or _ALL, wanted.after[0] + 1 if wanted.after else _ALL)
    newest_known = min(newest, now)  # a page far back takes its small steps where it is
    this = Month.of(newest_known)
    bounds = [newest_known - _DAY, newest_known - 7 * _DAY] if many else []
    bounds.append(this.begin)
    for step in _STEPS:
        this = Month(this.number - step)
        bounds.append(this.begin)
    end = newest
    for begin in (*bounds, wanted.since):
        begin = max(begin, wanted.since)  # noqa: PLW2901
        if begin < end:
            yield begin, end
            end = begin


def _query(connection: sa.Connection, wanted: Wanted, gtins: list[str] | None, limit: int) -> sa.Select[Any]:
    newest = scan.c.when_ms.desc(), scan.c.scan_id.desc()
    if gtins is None or connection.dialect.name != "postgresql":
        among = [] if gtins is None else [scan.c.gtin.in_(gtins)]
        return sa.select(scan).where(*_conditions(wanted), *among).order_by(*newest).limit(limit)
    # the newest of each product, then the newest of those: each is one walk down an index, however many scans there are
    each = sa.func.unnest(sa.bindparam("gtins", gtins, type_=sa.ARRAY(sa.String))).table_valued("gtin", name="product")
    product = each.render_derived()
    first = (
        sa.select(scan)
        .where(scan.c.gtin == product.c.gtin, *_conditions(wanted))
        .order_by(*newest)
        .limit(limit)
        .lateral("first")
    )
    ordered = sa.select(first).select_from(product.join(first, sa.true()))
    return ordered.order_by(first.c.when_ms.desc(), first.c.scan_id.desc()).limit(limit)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [scan.c.when_ms >= wanted.since, scan.c.when_ms < wanted.until]
    if wanted.after:
        found.append(sa.tuple_(scan.c.when_ms, scan.c.scan_id) < wanted.after)
    for column, value in ((scan.c.identity, wanted.identity), (scan.c.gtin, wanted.gtin), (scan.c.lot, wanted.lot)):
        if value:
            found.append(column == value)
    if wanted.lot:
        found.append(scan.c.lot != "")  # so that the partial index may be used
    if wanted.province is not None:
        found.append(scan.c.province == wanted.province)
    return found
