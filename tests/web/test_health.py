"""/livez, /readyz and /health: what they say, and that they always answer."""

import json
import threading
from types import SimpleNamespace

import pytest
from flask import Flask

from verify_app import assets
from verify_app.serving import probes
from verify_app.serving.probes import Probe, Watch
from verify_app.settings import Settings
from verify_app.web import language
from verify_app.web.health import health


def well():
    return Probe(ok=True)


@pytest.fixture
def make(tmp_path, monkeypatch):
    """A small app that serves health over given probes; answers are never remembered."""
    monkeypatch.setattr(probes, "_FRESH", -1.0)
    monkeypatch.setattr(probes, "_FRESH_UNWELL", -1.0)

    def build(**parts):
        app = Flask("probed", template_folder=str(assets.folder("templates")))
        app.testing = True
        app.extensions["parts"] = SimpleNamespace(probes=parts, settings=Settings(data_dir=tmp_path))
        app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
        language.teach_templates(app)
        app.register_blueprint(health)
        return app.test_client()

    return build


def broken():
    raise RuntimeError("password=hunter2")


def test_livez_answers_even_when_every_engine_is_away(make):
    assert make(database=broken, history=broken).get("/livez").status_code == 200


def test_readyz_waits_for_database_and_history(make):
    answer = make(database=well, history=lambda: Probe(ok=False, note="away")).get("/readyz")
    assert answer.status_code == 503
    assert answer.json["waiting_for"] == ["history"]
    assert make(database=well, history=well).get("/readyz").status_code == 200


def test_readyz_does_not_wait_for_parts_that_scans_can_do_without(make):
    assert make(database=well, history=well, worker=broken).get("/readyz").status_code == 200


def test_health_is_ok_when_every_part_is_well(make):
    body = make(database=well, history=well).get("/health").json
    assert body["status"] == "ok"
    assert body["parts"]["database"] == {"ok": True, "note": "", "value": None, "since": None}


def test_health_is_degraded_without_history_and_down_without_database(make):
    client = make(database=well, history=lambda: Probe(ok=False, note="away"))
    answer = client.get("/health")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    answer = make(database=broken, history=well).get("/health")
    assert (answer.status_code, answer.json["status"]) == (503, "down")


def test_a_probe_that_breaks_tells_no_secret(make):
    answer = make(database=broken).get("/health")
    assert answer.json["parts"]["database"]["note"] == "failed"
    assert "hunter2" not in answer.text


def test_since_is_kept_until_the_part_is_well_again_and_is_shared_by_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(probes, "_FRESH", -1.0)
    monkeypatch.setattr(probes, "_FRESH_UNWELL", -1.0)
    clock = iter(range(1_000, 10_000, 1_000))
    monkeypatch.setattr(probes.time, "time_ns", lambda: next(clock) * 1_000_000)
    state = {"ok": False}
    first, second = (Watch({"history": lambda: Probe(**state)}, tmp_path / "health.json") for _ in range(2))
    assert first.look().parts["history"].since == 1_000
    assert second.look().parts["history"].since == 1_000
    state["ok"] = True
    assert second.look().parts["history"].since == 0
    state["ok"] = False
    assert first.look().parts["history"].since == 4_000


@pytest.mark.parametrize("spoilt", ["", "[]", "{", '{"history": "x"}'])
def test_a_spoilt_memory_of_since_is_replaced(tmp_path, spoilt):
    memory = tmp_path / "health.json"
    memory.write_text(spoilt)
    assert Watch({"history": lambda: Probe(ok=False)}, memory).look().parts["history"].since > 0
    assert list(json.loads(memory.read_text())) == ["history"]


def test_a_memory_that_cannot_be_written_costs_only_the_memory(tmp_path):
    watch = Watch({"history": lambda: Probe(ok=False)}, tmp_path / "missing" / "health.json")
    assert watch.look().parts["history"].since > 0


def test_a_probe_that_hangs_is_unwell_and_is_not_started_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(probes, "_DEADLINE", 0.5)
    monkeypatch.setattr(probes, "_FRESH", -1.0)
    monkeypatch.setattr(probes, "_FRESH_UNWELL", -1.0)
    release, calls = threading.Event(), []

    def slow():
        calls.append(1)
        release.wait(30)
        return Probe(ok=True)

    watch = Watch({"database": slow, "disk": well}, tmp_path / "health.json")
    try:
        for _ in range(2):
            health_now = watch.look()
            assert health_now.parts["database"].note == "no_answer"
            assert health_now.parts["disk"].ok
        assert len(calls) == 1
    finally:
        release.set()


def test_an_answer_is_given_again_for_a_second_so_that_asking_often_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(probes, "_FRESH", 1_000.0)
    calls = []
    watch = Watch({"disk": lambda: calls.append(1) or Probe(ok=True)}, tmp_path / "health.json")
    for _ in range(5):
        watch.look()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("lang", "title", "part", "note"),
    [
        ("vi", "Tình trạng dịch vụ", "Lượt quét giữ tạm trên đĩa", "còn 1.200 việc chờ"),
        ("en", "State of the service", "Scans kept on disk for now", "1,200 waiting"),
    ],
)
def test_the_page_speaks_the_visitors_language(make, lang, title, part, note):
    client = make(database=well, journal=lambda: Probe(ok=False, note="pending", value=1200))
    answer = client.get("/health", headers={"Accept": "text/html", "Accept-Language": lang})
    assert answer.mimetype == "text/html"
    for words in (title, part, note):
        assert words in answer.text
    assert "Accept" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_end_of_a_trouble_is_seen_sooner_than_its_begin(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(probes.time, "monotonic", lambda: clock[0])
    state = {"ok": False}
    watch = Watch({"history": lambda: Probe(**state)}, tmp_path / "health.json")
    assert watch.look().status == "degraded"
    state["ok"], clock[0] = True, 100.3
    assert watch.look().status == "ok"
    state["ok"], clock[0] = False, 100.9
    assert watch.look().status == "ok"
    clock[0] = 101.4
    assert watch.look().status == "degraded"


def test_low_disk_space_is_unwell(tmp_path):
    assert probes.disk_space(tmp_path, least=1).ok
    assert probes.disk_space(tmp_path, least=1 << 60).note == "low_disk"
