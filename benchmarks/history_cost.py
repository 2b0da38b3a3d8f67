"""What one scan costs in the history: microseconds, and bytes per code. Run: `python benchmarks/history_cost.py`."""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from pathlib import Path

import redis

from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.scan import Visit
from verify_app.serving.engines import EmbeddedValkey
from verify_app.store import keys
from verify_app.store.event import row_of
from verify_app.store.evidence import pack
from verify_app.store.history import Mode, Script, ValkeyHistory, connect
from verify_app.store.journal import Journal
from verify_app.store.rebuild import rebuild

SHARDS, RELOAD, HOUR, DAY = 16, 1_800_000, 3_600_000, 86_400_000
BEGIN = 1_795_000_000_000
CODES, SCANS, BATCH = 5_000, 15_000, 32


def item(number: int) -> Code:
    """One of many items of one product."""
    return Code("01", "09521234543213", (("21", f"ABCDEFGH{number:08d}"),))


def visit(when: int, **facts: object) -> Visit:
    """A scan by a visitor never seen before."""
    return Visit(secrets.token_hex(16), when, secrets.token_bytes(32), country="VN", region="N", **facts)  # type: ignore[arg-type]


def singly(history: ValkeyHistory) -> dict[str, float]:
    """Microseconds of one `observe`, one after another: until the answer, and of this process's CPU."""
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(SCANS):
        history.observe(item(number % CODES), visit(BEGIN + number * 1000))
    return {
        "observe_us": round((time.perf_counter() - began) / SCANS * 1e6, 1),
        "observe_client_cpu_us": round((time.process_time() - cpu) / SCANS * 1e6, 1),
    }


def together(script: Script) -> dict[str, float]:
    """Microseconds of one scan when 32 travel in one pipeline: in all, and of the server's CPU."""
    client, before, began = script.client, server_cpu(script.client), time.perf_counter()
    for start in range(0, SCANS, BATCH):
        with client.pipeline(transaction=False) as pipeline:
            for number in range(start, start + BATCH):
                row = row_of(item(number % CODES), visit(BEGIN + HOUR + number * 1000))
                pipeline.execute_command("FCALL", script.name, *script.arguments(Mode.SCAN, row))  # type: ignore[no-untyped-call]
            pipeline.execute()
    return {
        "pipelined_us": round((time.perf_counter() - began) / SCANS * 1e6, 1),
        "pipelined_server_cpu_us": round((server_cpu(client) - before) / SCANS * 1e6, 1),
    }


def server_cpu(client: redis.Redis) -> float:
    """Seconds of CPU that the server has used."""
    used = client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def memory(history: ValkeyHistory, client: redis.Redis) -> dict[str, int]:
    """Bytes of one history beyond an empty key of the same name, by visitors; the last with all parts in it."""
    sizes = {}
    for label, visitors, place in (("1", 1, None), ("3", 3, None), ("12", 12, None), ("30_placed", 30, (420, 2116))):
        code = Code("01", "09521234543213", (("21", f"MEMORY{label:>08}"[:20].replace("_", "-")),))
        for number in range(visitors):
            history.observe(code, visit(BEGIN + number * HOUR, cell=place))
        key = next(key for key in client.scan_iter(match="h:*MEMORY*") if key.endswith(code.serial.encode()))
        used = client.memory_usage(key) or 0
        client.set(key, b"")
        sizes[f"bytes_{label}"] = used - (client.memory_usage(key) or 0)
    return sizes


def full_history(script: Script) -> dict[str, int]:
    """Bytes of one history beyond an empty key of the same name, with all that detection keeps: as most codes end (one
    buyer at one place), and with every place of visitors, places and lines taken."""
    sizes = {"scans": 41}
    for label, visitors, places in (("one_buyer", 1, 1), ("all_places_taken", 40, 6)):
        code = Code("01", "09521234543213", (("21", f"FULL{label:>16}"[:20].replace("_", "-")),))
        for number in range(visitors):
            at = 170 + 40 * (number % places), 2117
            seen = Circumstances(network=Network.LINE, place=at, line=number + 1)
            row = row_of(code, visit(BEGIN + number * 5 * HOUR, cell=at))
            script.send(script.arguments(Mode.SCAN, row, circumstances=pack(seen)))
        key = keys.state(keys.shard_of(code.gtin, code.identity, script.shards), code.identity)
        used, packed = script.client.memory_usage(key) or 0, script.client.strlen(key)
        script.client.set(key, b"", px=DAY)
        sizes |= {label: used - (script.client.memory_usage(key) or 0), f"{label}_packed": packed}
        script.client.delete(key)
    return sizes


def main() -> None:
    """Measure and print one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedValkey(Path(folder))
        engine.start()
        try:
            engine.wait_ready()
            client = connect(engine.url, 5_000)
            script = Script(client, shards=SHARDS, reload_ms=RELOAD)
            rebuild(script, lambda: [], grace_s=0)
            history = ValkeyHistory(client, Journal(Path(folder) / "journal"), shards=SHARDS, reload_ms=RELOAD)
            print(
                json.dumps(
                    {**singly(history), **together(script), **memory(history, client), **full_history(script)}, indent=1
                )
            )
        finally:
            engine.stop()


if __name__ == "__main__":
    main()
