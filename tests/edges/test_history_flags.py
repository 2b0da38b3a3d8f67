"""Recalls and suspensions travel with the history, in the same round trip."""

from __future__ import annotations

import redis

from tests.fixtures_history import GTIN, NOON, SHARDS, item, visit
from verify_app.domain.code import Code
from verify_app.domain.history import Flags
from verify_app.store.acts import Flag
from verify_app.store.flags import mirror_flags
from verify_app.store.history import ValkeyHistory

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

OTHER = "09506000134352"


def flag(kind: str, number: int, *, gtin: str = GTIN, lot: str = "", serial: str = "") -> Flag:
    return Flag(gtin, lot, serial, kind, f"{kind}:{number}")


def seen(history: ValkeyHistory, code: Code) -> Flags:
    found = history.observe(code, visit("lan", NOON))
    assert found is not None
    return found.flags


def test_flags_of_product_lot_and_serial_come_with_the_scan(history: ValkeyHistory, client: redis.Redis) -> None:
    mirror_flags(client, [flag("recall", 17, lot="L1"), flag("suspended", 4, serial="S1")], shards=SHARDS)
    assert seen(history, item("S1", lot="L1")) == Flags(recall="recall:17", display="suspended:4")
    assert seen(history, item("S1")) == Flags(display="suspended:4")
    assert seen(history, item("S2", lot="L1")) == Flags(recall="recall:17")
    assert seen(history, item("S2", lot="L2")) == Flags()
    mirror_flags(client, [flag("recall", 18)], shards=SHARDS)
    assert seen(history, item("S9")) == Flags(recall="recall:18")


def test_cancellation_outweighs_suspension_and_hides_no_recall(history: ValkeyHistory, client: redis.Redis) -> None:
    acts = [flag("suspended", 1), flag("recall", 2), flag("cancelled", 3), flag("suspended", 4, lot="L1")]
    mirror_flags(client, acts, shards=SHARDS)
    assert seen(history, item("S1", lot="L1")) == Flags(recall="recall:2", display="cancelled:3")


def test_ended_act_is_gone_at_the_next_mirror(history: ValkeyHistory, client: redis.Redis) -> None:
    mirror_flags(client, [flag("recall", 1), flag("recall", 2, gtin=OTHER)], shards=SHARDS)
    assert mirror_flags(client, [flag("recall", 2, gtin=OTHER)], shards=SHARDS) == 1
    assert seen(history, item()) == Flags()
    assert seen(history, Code("01", OTHER)) == Flags(recall="recall:2")
    mirror_flags(client, [], shards=SHARDS)
    assert not client.keys("[fg]:*")


def test_unchanged_mirror_writes_nothing(history: ValkeyHistory, client: redis.Redis) -> None:
    acts = [flag("recall", 1), flag("cancelled", 3, lot="L1")]
    assert mirror_flags(client, acts, shards=SHARDS) == 1
    before = client.info("persistence")["rdb_changes_since_last_save"]
    assert mirror_flags(client, acts, shards=SHARDS) == 0
    assert client.info("persistence")["rdb_changes_since_last_save"] == before
