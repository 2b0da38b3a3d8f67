"""The typed client against the real application behind a real socket."""

from __future__ import annotations

import threading
from dataclasses import replace
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.fixtures_web import make_world
from tests.registry_samples import GTIN
from verify_app.client import ApiError, Client
from verify_app.serving.jobs import jobs_of, run_once

pytest_plugins = ("tests.fixtures_registry",)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def client(light_desk, tmp_path):
    app = make_world(tmp_path).app
    app.extensions["parts"] = replace(app.extensions["parts"], desk=light_desk)
    secret = light_desk.keys.make("e1", "test", ("import", "move", "capture", "read"), "an", now=1).secret
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    with Client(f"http://127.0.0.1:{server.server_port}", secret) as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


def test_client_imports_moves_and_captures(client, light_desk, tmp_path):
    (tmp_path / "items.csv").write_text(f"gtin,serial\n{GTIN},C1\n{GTIN},C 2\n")
    begun = client.import_file("items", tmp_path / "items.csv")
    sent = client.capture({"type": "ObjectEvent", "eventTime": "2026-09-05T00:00:00Z", "eventTimeZoneOffset": "+07:00"})
    good, bad = ({"type": "ObjectEvent", "eventTime": when, "eventTimeZoneOffset": "+07:00"}
                 for when in ("2026-09-06T00:00:00Z", "never"))  # fmt: skip
    both = {"type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": [good, bad]}}
    whole, partly = client.capture(both), client.capture(both, proceed=True)
    for _ in range(3):  # a document each
        run_once(jobs_of(light_desk))
    assert [client.capture_state(one.id).taken for one in (whole, partly)] == [0, 1]
    done = client.wait(begun)
    assert (done.fresh, done.bad) == (1, 1)
    assert b"C 2" in client.errors(done.id)
    assert client.capture_state(sent.id).success
    events = client.events(perPage="1", eventType="ObjectEvent")
    assert {event["eventTime"] for event in events} == {"2026-09-05T00:00:00Z", "2026-09-06T00:00:00Z"}
    assert client.move(f"(01){GTIN}(21)C1", "sell", id="1").after == "sold"
    with pytest.raises(ApiError, match="409: Expected an item") as refused:
        client.move(f"(01){GTIN}(21)C1", "sell", id="2")
    assert refused.value.status == 409


def test_client_wants_an_address():
    with pytest.raises(ValueError, match="https"):
        Client("verify.example.vn", "vk_x")
