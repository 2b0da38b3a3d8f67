"""Webhooks: signed, tried again, replayed, and never sent into the own network."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier

from tests.registry_samples import GTIN
from verify_app.enterprise.safe_target import Target, TargetError, check_target
from verify_app.enterprise.webhooks import BACK_OFF_S, Kind, Webhooks
from verify_app.store.engine import writing
from verify_app.store.inspection_tables import alert

pytest_plugins = ("tests.fixtures_registry",)

URL = "https://hooks.example/in"
PUBLIC = Target("hooks.example", 443, "/in", "93.184.216.34")


class Receiver:
    """The enterprise's server: answers what it is told to, and keeps what came."""

    def __init__(self):
        self.statuses, self.came = [200], []

    def __call__(self, target, body, headers):
        self.came.append((target, body, headers))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if isinstance(status, Exception):
            raise status
        return status


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def webhooks(engine, receiver):
    return Webhooks(engine, check=lambda url: PUBLIC, send=receiver)


def now_ms():
    return int(datetime.now(UTC).timestamp() * 1000)


def test_message_is_signed_as_standard_webhooks_verify_it(webhooks, receiver):
    now = now_ms()
    hook = webhooks.make("e1", URL, (Kind.SUSPICIOUS_SCAN,), now=now)
    webhooks.tell("e1", Kind.SUSPICIOUS_SCAN, "alert-1", {"code": "x"}, now=now)
    webhooks.tell("e1", Kind.SUSPICIOUS_SCAN, "alert-1", {"code": "x"}, now=now)
    webhooks.tell("e1", Kind.IMPORT_ENDED, "import-1", {}, now=now)
    assert webhooks.run_next(now).status == "delivered"
    assert webhooks.run_next(now) is None, "told once, and only of what it wants to know"
    (_, body, headers), *_ = receiver.came
    assert Verifier(hook.secret).verify(body, headers)["type"] == "scan.suspicious"
    assert json.loads(body)["data"] == {"code": "x"}


def test_server_that_fails_is_tried_again_with_longer_pauses_then_given_up_and_replayed(webhooks, receiver):
    now = 1_790_000_000_000
    webhooks.make("e1", URL, (Kind.TEST,), now=now)
    webhooks.tell("e1", Kind.TEST, "m1", {}, now=now)
    receiver.statuses = [500, OSError("refused"), 302]
    pauses = []
    while (tried := webhooks.run_next(now)).status == "waiting":
        assert webhooks.run_next(now) is None, "not before the pause is over"
        pauses.append((tried.next_at - now) // 1000)
        now = tried.next_at
    assert tuple(pauses) == BACK_OFF_S
    assert (tried.status, tried.tries) == ("given_up", len(BACK_OFF_S) + 1)
    receiver.statuses = [204]
    assert webhooks.replay("e1", tried.id, now)
    assert not webhooks.replay("e2", tried.id, now)
    assert webhooks.run_next(now).status == "delivered"
    assert receiver.came[-1][2]["webhook-id"] == "m1"
    assert [one.answer for one in webhooks.log("e1")] == ["204"]


def test_alert_upon_an_own_code_is_told_once_with_the_code_and_no_place(webhooks, receiver):
    hook = webhooks.make("e1", URL, (Kind.SUSPICIOUS_SCAN,), now=1_000)
    row = {"case_id": 0, "rule": "copied", "rule_version": "1", "lot": "L1", "serial": "S1", "level": 2, "score": 3.0}
    row |= {"places": "GL", "first_ms": 900, "evidence": "[]", "contributions": "[]", "note": "", "subject": "item"}
    with writing(webhooks._engine) as connection:
        for key, gtin, last in (("old", GTIN, 999), ("new", GTIN, 2_000), ("other", "09520000000004", 2_000)):
            connection.execute(alert.insert().values(row | {"key": key, "gtin": gtin, "last_ms": last}))
    assert webhooks.tell_alerts(3_000) == 1
    assert webhooks.tell_alerts(3_000) == 0
    assert webhooks.run_next(3_000).webhook_id == hook.id
    (_, body, _), *_ = receiver.came
    assert json.loads(body)["data"] == {"rule": "copied", "level": 2, "gtin": GTIN, "lot": "L1", "serial": "S1"}


def test_stopped_webhook_is_told_nothing_more(webhooks, receiver):
    hook = webhooks.make("e1", URL, (Kind.TEST,), now=1)
    webhooks.tell("e1", Kind.TEST, "m1", {}, now=1)
    assert webhooks.stop("e1", hook.id)
    webhooks.tell("e1", Kind.TEST, "m2", {}, now=1)
    assert webhooks.run_next(2).answer == "stopped"
    assert webhooks.run_next(2) is None
    assert receiver.came == []


@pytest.mark.parametrize("kinds", [(), ("cats",)])
def test_webhook_wants_something_that_there_is(webhooks, kinds):
    with pytest.raises(TargetError, match="Expected"):
        webhooks.make("e1", URL, kinds, now=1)


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://hooks.example/", ["93.184.216.34"]),
        ("https://user@hooks.example/", ["93.184.216.34"]),
        ("https://hooks.example:22/", ["93.184.216.34"]),
        ("https://hooks.example:99999/", ["93.184.216.34"]),
        ("https:///path", []),
        ("https://hooks.example/", ["127.0.0.1"]),
        ("https://hooks.example/", ["93.184.216.34", "10.0.0.1"]),
        ("https://hooks.example/", ["169.254.169.254"]),
        ("https://hooks.example/", ["::1"]),
        ("https://hooks.example/", ["::ffff:192.168.0.1"]),
        ("https://hooks.example/", ["fe80::1%eth0"]),
        ("https://hooks.example/", ["2002:c0a8:0001::"]),
        ("https://hooks.example/", ["224.0.0.1"]),
        ("https://hooks.example/", []),
        ("https://hooks.example/\r\nX: y", ["93.184.216.34"]),
    ],
)
def test_address_in_the_own_network_or_in_disguise_is_refused(url, addresses):
    with pytest.raises(TargetError, match="Expected"):
        check_target(url, lambda host, port: addresses)


def test_public_address_is_pinned():
    found = check_target("https://hooks.example/in?a=1", lambda host, port: ["93.184.216.34"])
    assert found == Target("hooks.example", 443, "/in?a=1", "93.184.216.34")
