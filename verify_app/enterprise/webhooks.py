"""Webhooks: an enterprise's own server is told of what happens, signed, again and again until it has answered.

Signatures and headers follow Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature "v1,…").
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from standardwebhooks import Webhook as Signer

from ..store.engine import Engine
from ..store.news import untold_imports, untold_moves
from ..store.webhooks import (
    Delivery,
    Webhook,
    add_deliveries,
    add_webhook,
    deliveries_of,
    due_delivery,
    find_webhook,
    note_delivery,
    stop_webhook,
    untold_alerts,
    webhooks_of,
)
from .safe_target import Target, TargetError, check_target, post

BACK_OFF_S = (5, 60, 300, 1_800, 7_200, 28_800, 86_400)  # behind the last one a message is given up
_HOLD_MS = 60_000
_MOST_HOOKS = 10

Post = Callable[[Target, bytes, dict[str, str]], int]


class Kind(StrEnum):
    """What a webhook can be told of."""

    SUSPICIOUS_SCAN = "scan.suspicious"
    IMPORT_ENDED = "import.ended"
    VERSION_MOVED = "version.moved"
    TEST = "test"


class Webhooks:
    """Webhooks of one installation."""

    def __init__(self, engine: Engine, *, check: Callable[[str], Target] = check_target, send: Post = post) -> None:
        self._engine, self._check, self._send = engine, check, send

    def make(self, enterprise_id: str, url: str, kinds: tuple[str, ...], *, now: int) -> Webhook:
        """Make a webhook; its secret is in the answer. Raises `TargetError` for an address or kind that cannot be."""
        self._check(url)
        unknown = [kind for kind in kinds if kind not in tuple(Kind)]
        if unknown or not kinds:
            raise TargetError(f"Expected some of {', '.join(Kind)}, got {unknown[0] if unknown else 'none'!r}.")
        if sum(hook.active for hook in self.all(enterprise_id)) >= _MOST_HOOKS:
            raise TargetError(f"Expected at most {_MOST_HOOKS} webhooks, got one more.")
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        hook = Webhook(secrets.token_hex(8), enterprise_id, url, secret, kinds, True, now)
        add_webhook(self._engine, hook)
        return hook

    def all(self, enterprise_id: str) -> tuple[Webhook, ...]:
        """Webhooks of an enterprise."""
        return webhooks_of(self._engine, enterprise_id)

    def stop(self, enterprise_id: str, webhook_id: str) -> bool:
        """Tell a webhook nothing more."""
        return stop_webhook(self._engine, enterprise_id, webhook_id)

    def log(self, enterprise_id: str) -> tuple[Delivery, ...]:
        """The delivery log, the latest first."""
        return deliveries_of(self._engine, enterprise_id)

    def tell(self, enterprise_id: str, kind: Kind, message_id: str, data: dict[str, Any], *, now: int) -> None:
        """Tell all webhooks of an enterprise that want to know; the same message id is told once."""
        moment = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
        body = msgspec.json.encode({"type": kind.value, "timestamp": moment, "data": data}).decode()
        wanted = [hook for hook in self.all(enterprise_id) if hook.active and kind in (*hook.kinds, Kind.TEST)]
        add_deliveries(
            self._engine,
            [Delivery(secrets.token_hex(8), hook.id, message_id, kind.value, body, now) for hook in wanted],
        )

    def tell_alerts(self, now: int = 0) -> int:
        """Tell enterprises of new alerts upon their codes, each once; returns how many. Nothing is told of who scanned
        or where."""
        now = now or time.time_ns() // 1_000_000
        found = untold_alerts(self._engine, Kind.SUSPICIOUS_SCAN.value)
        for one in found:
            data = {"rule": one.rule, "level": one.level, "gtin": one.gtin, "lot": one.lot, "serial": one.serial}
            self.tell(one.enterprise_id, Kind.SUSPICIOUS_SCAN, f"alert-{one.id}", data, now=now)
        return len(found)

    def tell_news(self, now: int = 0) -> int:
        """Tell enterprises of imports that ended and versions that moved, each once; returns how many."""
        now = now or time.time_ns() // 1_000_000
        asked = ((Kind.IMPORT_ENDED, untold_imports), (Kind.VERSION_MOVED, untold_moves))
        found = [(kind, one) for kind, untold in asked for one in untold(self._engine, kind.value)]
        for kind, one in found:
            self.tell(one.enterprise_id, kind, one.message_id, dict(one.facts), now=now)
        return len(found)

    def replay(self, enterprise_id: str, delivery_id: str, now: int) -> bool:
        """Send a message of the log once more, with its old id; False if there is none."""
        if delivery_id not in {one.id for one in self.log(enterprise_id)}:
            return False
        note_delivery(self._engine, delivery_id, status="waiting", tries=0, next_at=now)
        return True

    def run_next(self, now: int = 0) -> Delivery | None:
        """Send the message that is due first; None if none is."""
        now = now or time.time_ns() // 1_000_000
        due = due_delivery(self._engine, now, now + _HOLD_MS)
        if due is None:
            return None
        hook = find_webhook(self._engine, due.webhook_id)
        if hook is None or not hook.active:
            return self._noted(due, now, "given_up", "stopped")
        try:
            status = self._post(hook, due, now)
            answer, delivered = str(status), 200 <= status < 300
        except (TargetError, OSError) as error:
            answer, delivered = str(error)[:200], False
        if delivered:
            return self._noted(due, now, "delivered", answer)
        last = due.tries >= len(BACK_OFF_S)
        return self._noted(due, now, "given_up" if last else "waiting", answer)

    def _post(self, hook: Webhook, due: Delivery, now: int) -> int:
        moment = datetime.fromtimestamp(now // 1000, UTC)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "verify-app-webhooks/1",
            "webhook-id": due.message_id,
            "webhook-timestamp": str(now // 1000),
            "webhook-signature": Signer(hook.secret).sign(due.message_id, moment, due.body),
        }
        return self._send(self._check(hook.url), due.body.encode(), headers)

    def _noted(self, due: Delivery, now: int, status: str, answer: str) -> Delivery:
        wait = BACK_OFF_S[min(due.tries, len(BACK_OFF_S) - 1)] * 1000
        done = replace(
            due,
            status=status,
            answer=answer,
            tries=due.tries + 1,
            next_at=now + wait if status == "waiting" else 0,
            done_at=0 if status == "waiting" else now,
        )
        note_delivery(
            self._engine,
            due.id,
            status=done.status,
            answer=done.answer,
            tries=done.tries,
            next_at=done.next_at,
            done_at=done.done_at,
        )
        return done
