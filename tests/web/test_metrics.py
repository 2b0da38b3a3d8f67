"""/metrics: what is counted, under which labels, and that several workers are summed."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from verify_app.domain.scan import Entry
from verify_app.domain.verdict import Level, Reason, Verdict
from verify_app.images.errors import DecodeBusy, DecodeTimeout, ImageError
from verify_app.serving.probes import Probe
from verify_app.settings import Settings
from verify_app.web import metrics as measures
from verify_app.web.metrics import metrics
from verify_app.web.scanning import read_photo


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    app = Flask("measured")
    parts = {"stream": lambda: Probe(ok=True, note="pending", value=7), "history": lambda: Probe(ok=False)}
    settings, counts = Settings(data_dir=tmp_path), app.config.setdefault("CACHE_COUNTS", {"redis_hits": 0})
    app.extensions["parts"] = SimpleNamespace(probes=parts, settings=settings, cache_counts=lambda: counts)
    app.register_blueprint(metrics)
    app.add_url_rule("/01/<gtin>", "item", lambda gtin: gtin)
    return app.test_client()


def value(client, name, **labels):
    """The value of one sample; 0 where nothing was counted yet."""
    text = client.get("/metrics", headers={"Accept": "text/plain"}).text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0


def test_requests_are_counted_by_route_and_never_by_what_was_typed(client):
    labels = {"route": "/01/<gtin>", "method": "GET", "status": "200"}
    before = value(client, "verify_app_requests_total", **labels)
    client.get("/01/09506000134352")
    client.get("/01/09506000134376")
    assert value(client, "verify_app_requests_total", **labels) == before + 2
    assert "09506000134352" not in client.get("/metrics").text


def test_paths_without_a_route_and_odd_methods_share_one_label(client):
    client.get("/wp-login.php")
    client.open("/wp-login.php", method="BREW")
    assert value(client, "verify_app_requests_total", route="none", method="GET", status="404") >= 1
    assert value(client, "verify_app_requests_total", route="none", method="other") >= 1
    assert "wp-login" not in client.get("/metrics").text


def test_scans_are_counted_by_verdict_and_lost_history_apart(client):
    verdict = Verdict(reasons=(Reason.HISTORY_UNAVAILABLE,), level=Level.CAUTION)
    answer, visit = SimpleNamespace(verdict=verdict, history=None), SimpleNamespace(entry=Entry.LINK)
    before = value(client, "verify_app_history_unavailable_total")
    measures.count_scan(answer, visit, 0.004)
    assert value(client, "verify_app_scans_total", verdict="HISTORY_UNAVAILABLE", entry="link") >= 1
    assert value(client, "verify_app_history_unavailable_total") == before + 1
    assert value(client, "verify_app_scan_seconds_bucket", le="0.005") >= 1


def test_decodes_are_counted_by_outcome(client):
    before = value(client, "verify_app_decodes_total", outcome="found")
    measures.count_decode("found", 0.03)
    assert value(client, "verify_app_decodes_total", outcome="found") == before + 1


def test_backlogs_are_read_at_the_moment_of_asking(client):
    assert value(client, "verify_app_part_value", part="stream", note="pending") == 7
    assert value(client, "verify_app_part_up", part="stream") == 1
    assert value(client, "verify_app_part_up", part="history") == 0


def test_what_the_cache_counts_is_carried_over_once(client, monkeypatch):
    monkeypatch.setattr(measures, "_carry", measures._Carry())
    counts = client.application.config["CACHE_COUNTS"]
    before = value(client, "verify_app_cache_total", event="redis_hits")
    counts["redis_hits"] = 5
    assert value(client, "verify_app_cache_total", event="redis_hits") == before + 5
    counts["redis_hits"] = 7
    assert value(client, "verify_app_cache_total", event="redis_hits") == before + 7
    assert value(client, "verify_app_cache_total", event="redis_hits") == before + 7


def test_a_scraper_may_ask_for_open_metrics(client):
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


WORKERS = """
import os
from types import SimpleNamespace
from pathlib import Path
from flask import Flask
from verify_app.settings import Settings
from verify_app.web.metrics import count_decode, metrics
for _ in range(2):
    if not os.fork():
        count_decode("found", 0.03)
        os._exit(0)
    os.wait()
app = Flask("measured")
app.extensions["parts"] = SimpleNamespace(probes={}, cache_counts=dict, settings=Settings(data_dir=Path("missing")))
app.register_blueprint(metrics)
print(app.test_client().get("/metrics").text)
"""


def test_the_counts_of_several_worker_processes_are_summed(tmp_path):
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    asked = subprocess.run(
        [sys.executable, "-c", WORKERS], env=environ, check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert 'verify_app_decodes_total{outcome="found"} 2.0' in asked.stdout


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ImageError("damaged", "a picture", "half of one"), "refused"),
        (DecodeTimeout(2.0), "late"),
        (DecodeBusy(3), "busy"),
        (RuntimeError("a fault of ours"), "failed"),
    ],
    ids=["refused", "late", "busy", "failed"],
)
def test_a_photo_that_fails_is_counted_by_its_reason_and_the_error_goes_on(client, error, outcome):
    def decode(data):
        raise error

    client.application.extensions["parts"].decoder = SimpleNamespace(decode=decode)
    before = value(client, "verify_app_decodes_total", outcome=outcome)
    with client.application.app_context(), pytest.raises(type(error)):
        read_photo(b"photo")
    assert value(client, "verify_app_decodes_total", outcome=outcome) == before + 1


@pytest.mark.parametrize(("symbols", "outcome"), [((), "nothing"), (("one",), "found")])
def test_a_photo_that_is_read_is_counted_by_what_was_found(client, symbols, outcome):
    decoded = SimpleNamespace(symbols=symbols)
    client.application.extensions["parts"].decoder = SimpleNamespace(decode=lambda data: decoded)
    before = value(client, "verify_app_decodes_total", outcome=outcome)
    with client.application.app_context():
        assert read_photo(b"photo") is decoded
    assert value(client, "verify_app_decodes_total", outcome=outcome) == before + 1
