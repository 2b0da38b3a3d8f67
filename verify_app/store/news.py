"""What happened that webhooks and digests tell: imports that ended, versions that moved, alerts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Engine, ask
from .inspection_tables import alert
from .tables import certificate, model
from .tables_enterprise import import_job, review_note, webhook, webhook_delivery

_ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a webhook of an enterprise has not been told of; `facts` are pairs of name and value."""

    enterprise_id: str
    message_id: str
    facts: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What one day brought to an enterprise, and how many of its certificates run out soon."""

    alerts: int
    imports: int
    bad_rows: int
    returned: int
    published: int
    ending: int

    @property
    def anything(self) -> bool:
        """Whether there is anything to write a letter about."""
        return any((self.alerts, self.imports, self.returned, self.published, self.ending))


def untold_imports(engine: Engine, kind: str, limit: int = 100) -> tuple[News, ...]:
    """Imports that ended since a webhook was made that wants to know, oldest first."""
    job, message = import_job.c, sa.literal("import-") + import_job.c.id
    query = (
        sa.select(job.enterprise_id, message.label("message"), job.id, job.kind, job.status, job.fresh, job.changed)
        .add_columns(job.bad)
        .join(webhook, webhook.c.enterprise_id == job.enterprise_id)
        .where(job.status.in_(_ENDED), job.updated_at >= webhook.c.created_at, *_untold(kind, message))
        .distinct()
        .order_by(job.id)
        .limit(limit)
    )
    names = ("id", "kind", "status", "fresh", "changed", "bad")
    return _ask(engine, query, names)


def untold_moves(engine: Engine, kind: str, limit: int = 100) -> tuple[News, ...]:
    """Steps of versions on their way to the public page since a webhook was made that wants to know, oldest first."""
    note = review_note.c
    message = sa.literal("version-") + sa.cast(note.id, sa.String)
    query = (
        sa.select(model.c.enterprise_id, message.label("message"), note.id, note.gtin, note.lot, note.version, note.act)
        .join(model, model.c.gtin == note.gtin)
        .join(webhook, webhook.c.enterprise_id == model.c.enterprise_id)
        .where(note.when_ms >= webhook.c.created_at, *_untold(kind, message))
        .distinct()
        .order_by(note.id)
        .limit(limit)
    )
    return _ask(engine, query, ("gtin", "lot", "version", "act"))


def day_counts(engine: Engine, enterprise_id: str, since: int, until: int, days: tuple[str, str]) -> DayCounts:
    """What happened from `since` to before `until` (UTC milliseconds); certificates that end from the first to the
    last of two ISO days."""
    own = sa.select(model.c.gtin).where(model.c.enterprise_id == enterprise_id)

    def count(*where: sa.ColumnElement[bool], of: sa.ColumnElement[int] | None = None) -> sa.ScalarSelect[int]:
        what = sa.func.count() if of is None else sa.func.coalesce(sa.func.sum(of), 0)
        return sa.select(what).where(*where).scalar_subquery()

    ended = (
        import_job.c.enterprise_id == enterprise_id,
        import_job.c.status.in_(_ENDED),
        import_job.c.updated_at >= since,
        import_job.c.updated_at < until,
    )
    noted = (review_note.c.gtin.in_(own), review_note.c.when_ms >= since, review_note.c.when_ms < until)
    query = sa.select(
        count(alert.c.gtin.in_(own), alert.c.first_ms >= since, alert.c.first_ms < until),
        count(*ended),
        count(*ended, of=import_job.c.bad),
        count(*noted, review_note.c.act == "return"),
        count(*noted, review_note.c.act == "publish"),
        count(certificate.c.gtin.in_(own), certificate.c.valid_until.between(*days), ~certificate.c.withdrawn),
    )
    return ask(engine, lambda connection: DayCounts(*map(int, connection.execute(query).one())))


def _untold(kind: str, message: sa.ColumnElement[str]) -> tuple[sa.ColumnElement[bool], ...]:
    told = sa.exists().where(webhook_delivery.c.webhook_id == webhook.c.id, webhook_delivery.c.message_id == message)
    return webhook.c.active, (" " + webhook.c.kinds + " ").like(f"% {kind} %"), ~told


def _ask(engine: Engine, query: sa.Select[tuple[str]], names: tuple[str, ...]) -> tuple[News, ...]:
    return ask(
        engine,
        lambda connection: tuple(
            News(row.enterprise_id, row.message, tuple((name, getattr(row, name)) for name in names))
            for row in connection.execute(query)
        ),
    )
