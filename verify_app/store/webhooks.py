"""Webhooks of enterprises, and each message on its way to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .engine import Engine, ask, insert, writing
from .inspection_tables import alert
from .tables import model
from .tables_enterprise import webhook, webhook_delivery


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an enterprise wants to be told, and of what. `secret` signs (Standard Webhooks, "whsec_…")."""

    id: str
    enterprise_id: str
    url: str
    secret: str
    kinds: tuple[str, ...]
    active: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook. `status` is waiting, delivered or given_up; times are UTC milliseconds."""

    id: str
    webhook_id: str
    message_id: str
    kind: str
    body: str
    created_at: int
    status: str = "waiting"
    tries: int = 0
    next_at: int = 0
    done_at: int = 0
    answer: str = ""


def add_webhook(engine: Engine, hook: Webhook) -> None:
    """Store a webhook."""
    with writing(engine) as connection:
        row = {name: getattr(hook, name) for name in Webhook.__slots__} | {"kinds": " ".join(hook.kinds)}
        connection.execute(sa.insert(webhook).values(row))


def webhooks_of(engine: Engine, enterprise_id: str) -> tuple[Webhook, ...]:
    """Webhooks of an enterprise, the oldest first."""
    query = sa.select(webhook).where(webhook.c.enterprise_id == enterprise_id).order_by(webhook.c.created_at)
    return ask(engine, lambda connection: tuple(map(_hook, connection.execute(query))))


def find_webhook(engine: Engine, webhook_id: str) -> Webhook | None:
    """A webhook by its id, None for none."""
    query = sa.select(webhook).where(webhook.c.id == webhook_id)
    return ask(engine, lambda connection: next(map(_hook, connection.execute(query)), None))


def stop_webhook(engine: Engine, enterprise_id: str, webhook_id: str) -> bool:
    """Tell a webhook nothing more; False if the enterprise has no such one."""
    where = (webhook.c.id == webhook_id, webhook.c.enterprise_id == enterprise_id)
    with writing(engine) as connection:
        return connection.execute(sa.update(webhook).where(*where).values(active=False)).rowcount == 1


def add_deliveries(engine: Engine, deliveries: list[Delivery]) -> None:
    """Put messages on their way; a message that a webhook was told before is not told again."""
    rows = [{name: getattr(one, name) for name in Delivery.__slots__} for one in deliveries]
    if not rows:
        return
    with writing(engine) as connection:
        connection.execute(insert(connection, webhook_delivery).values(rows).on_conflict_do_nothing())


def due_delivery(engine: Engine, now: int, held_until: int) -> Delivery | None:
    """Take the message that is due first, until a time, so that two runners never send it at once; None for none."""
    table = webhook_delivery
    due = sa.select(table).where(table.c.status == "waiting", table.c.next_at <= now).order_by(table.c.next_at).limit(1)
    with writing(engine) as connection:
        row = connection.execute(due.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        connection.execute(sa.update(table).where(table.c.id == row.id).values(next_at=held_until))
        return _delivery(row)


def note_delivery(engine: Engine, delivery_id: str, **values: Any) -> None:
    """Note what came of a try."""
    with writing(engine) as connection:
        connection.execute(sa.update(webhook_delivery).where(webhook_delivery.c.id == delivery_id).values(values))


def deliveries_of(engine: Engine, enterprise_id: str, limit: int = 100) -> tuple[Delivery, ...]:
    """The delivery log of an enterprise, the latest first."""
    table = webhook_delivery
    query = sa.select(table).join(webhook, webhook.c.id == table.c.webhook_id)
    query = query.where(webhook.c.enterprise_id == enterprise_id).order_by(table.c.created_at.desc()).limit(limit)
    return ask(engine, lambda connection: tuple(map(_delivery, connection.execute(query))))


@dataclass(frozen=True, slots=True)
class UntoldAlert:
    """An alert upon an enterprise's code that a webhook of it has not been told of."""

    enterprise_id: str
    id: int
    rule: str
    gtin: str
    lot: str
    serial: str
    level: int
    first_ms: int


def untold_alerts(engine: Engine, kind: str, limit: int = 100) -> tuple[UntoldAlert, ...]:
    """Alerts raised since a webhook was made, upon codes of its enterprise, that it was not told of, oldest first."""
    told = sa.exists().where(
        webhook_delivery.c.webhook_id == webhook.c.id,
        webhook_delivery.c.message_id == sa.literal("alert-") + sa.cast(alert.c.id, sa.String),
    )
    wants = (" " + webhook.c.kinds + " ").like(f"% {kind} %")
    query = (
        sa.select(model.c.enterprise_id, *(alert.c[name] for name in UntoldAlert.__slots__[1:]))
        .select_from(alert.join(model, model.c.gtin == alert.c.gtin))
        .join(webhook, webhook.c.enterprise_id == model.c.enterprise_id)
        .where(webhook.c.active, wants, alert.c.last_ms >= webhook.c.created_at, ~told)
        .distinct()
        .order_by(alert.c.id)
        .limit(limit)
    )
    names = UntoldAlert.__slots__
    return ask(
        engine,
        lambda connection: tuple(
            UntoldAlert(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)
        ),
    )


def _hook(row: Any) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__slots__}
    return Webhook(**values | {"kinds": tuple(row.kinds.split())})


def _delivery(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__slots__})
