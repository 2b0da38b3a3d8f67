"""The enterprises' part of the API, on a real database."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.fixtures_web import make_world
from tests.registry_samples import GTIN
from verify_app.enterprise.api_keys import GRACE_MS, KeyRefusedError, Scope
from verify_app.serving.jobs import jobs_of, run_once
from verify_app.web.api_v1.keyed import now

pytest_plugins = ("tests.fixtures_registry",)


@pytest.fixture
def app(desk, tmp_path):
    app = make_world(tmp_path).app
    app.extensions["parts"] = replace(app.extensions["parts"], desk=desk)
    return app


def caller(app, desk, *scopes):
    made = desk.keys.make("e1", "ERP", scopes or tuple(Scope), "an", now=now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"
    return client, made


def test_file_is_imported_in_the_background_and_refused_rows_come_back(app, desk):
    client, _ = caller(app, desk)
    body = f"gtin,serial,lot\n{GTIN},A1,L1\n{GTIN},A 2,L1\n"
    curl = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl says of any body
    sent = client.post("/api/v1/imports/items?name=a.csv", data=body, headers=curl)
    assert sent.status_code == 202
    address = sent.headers["Location"]
    assert client.get(address).json["status"] == "waiting"
    assert run_once(jobs_of(desk)) == 1
    done = client.get(address).json
    assert (done["status"], done["fresh"], done["bad"], done["progress"]) == ("done", 1, 1, 100)
    assert "A 2" in client.get(done["errors"]).get_data(as_text=True)
    assert client.get("/api/v1/imports/other").status_code == 404
    assert client.get("/api/v1/imports/a%00b").status_code in (400, 404), "PostgreSQL takes no NUL"
    assert client.post("/api/v1/imports/cats?name=a.csv", data=b"x").status_code == 422
    assert client.post("/api/v1/imports/items?name=a.exe", data=b"x").status_code == 422


def test_capture_answers_202_and_says_later_what_came_of_it(app, desk):
    client, _ = caller(app, desk)
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-09-05T07:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "retail_selling",
        "epcList": [f"https://id.gs1.org/01/{GTIN}/21/S1"],
    }
    body = {"type": "EPCISDocument", "epcisBody": {"eventList": [event, {"type": "ObjectEvent"}]}}
    behaviour = "GS1-Capture-Error-Behaviour"
    sent = client.post("/api/v1/capture", json=body, headers={behaviour: "proceed"})
    assert (sent.status_code, sent.json["running"], sent.headers["GS1-EPCIS-Version"]) == (202, True, "2.0.0")
    assert sent.json["captureErrorBehaviour"] == sent.headers[behaviour] == "proceed"
    assert client.post("/api/v1/capture", json=body, headers={behaviour: "cat"}).status_code == 422
    run_once(jobs_of(desk))
    done = client.get(sent.headers["Location"]).json
    assert (done["running"], done["success"], done["taken"]) == (False, False, 1)
    assert done["errors"][0]["event"] == 1
    assert client.post("/api/v1/capture", data=b"{").status_code == 422
    assert client.get("/api/v1/capture/none").status_code == 404
    assert [one["captureID"] for one in client.get("/api/v1/capture").json["captures"]] == [done["captureID"]]
    assert client.get(f"/api/v1/capture?nextPageToken={done['captureID']}").json["captures"] == []
    assert client.get("/api/v1/capture?nextPageToken=x%00y").status_code == 400

    asked = client.get("/api/v1/events?EQ_bizStep=retail_selling&perPage=1")
    assert (asked.mimetype, asked.headers["GS1-EPCIS-Version"]) == ("application/ld+json", "2.0.0")
    (found,) = json.loads(asked.text)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert (found["epcList"], found["recordTime"][-1]) == (event["epcList"], "Z")
    (further,) = re.findall(r'<https://[^/]+(/api/v1/events\?[^>]+)>; rel="next"', asked.headers["Link"])
    assert 'eventList":[]' in client.get(further).text
    epc = quote(event["epcList"][0], safe="")
    assert found["eventID"] in client.get(f"/api/v1/epcs/{epc}/events").text
    refused = client.get("/api/v1/events?EQ_cat=1")
    assert (refused.status_code, refused.json["type"]) == (400, "epcisException:QueryParameterException")


def test_move_is_told_once_and_what_the_state_forbids_is_a_conflict(app, desk):
    client, _ = caller(app, desk)
    sale = {"code": f"(01){GTIN}(21)S1", "act": "sell", "id": "t1"}
    assert client.post("/api/v1/items/moves", json=sale).json["after"] == "sold"
    assert client.post("/api/v1/items/moves", json=sale).json["fresh"] is False
    second = client.post("/api/v1/items/moves", json=sale | {"id": "t2"})
    assert (second.status_code, second.json["refusal"]) == (409, "already")
    assert client.post("/api/v1/items/moves", json={"code": "x"}).status_code == 422
    assert client.post("/api/v1/items/moves", json=sale | {"code": "(01)1"}).status_code == 400


def test_repeated_request_with_its_idempotency_key_gets_the_same_answer(app, desk):
    client, _ = caller(app, desk)
    sale = {"code": f"(01){GTIN}(21)S2", "act": "sell", "id": "t3"}
    named = {"Idempotency-Key": "abc"}
    first = client.post("/api/v1/items/moves", json=sale, headers=named)
    again = client.post("/api/v1/items/moves", json=sale, headers=named)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    other = client.post("/api/v1/items/moves", json=sale | {"id": "t4"}, headers=named)
    assert other.status_code == 422
    assert "another one" in other.json["detail"]


def test_key_does_only_what_its_scopes_say_and_only_while_it_is_in_force(app, desk):
    client, made = caller(app, desk, Scope.READ)
    found = client.get("/api/v1/products").json["products"]
    assert {"gtin": GTIN, "lot": "", "version": 1, "status": "published", "name": "Hạt tiêu Ví Dụ"} in found
    assert client.post("/api/v1/capture", json={}).status_code == 403
    bare = app.test_client().get("/api/v1/products")
    assert (bare.status_code, bare.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert desk.keys.all("e1")[0].last_used_at > 0
    fresh = desk.keys.rotate("e1", made.key.id, now())
    for secret in (made.secret, fresh):
        answer = app.test_client().get("/api/v1/products", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200, "the old secret holds for a week"
    assert desk.keys.find(made.secret, now() + GRACE_MS + 1) is None
    desk.keys.revoke("e1", made.key.id, now())
    assert client.get("/api/v1/products").status_code == 401
    with pytest.raises(KeyRefusedError):
        desk.keys.rotate("e1", made.key.id, now())


def test_more_requests_than_the_rate_are_told_when_to_come_again(app, desk):
    client, made = caller(app, desk)
    from verify_app.store.api_keys import change_key

    change_key(desk.engine, "e1", made.key.id, per_minute=2)
    statuses = [client.get("/api/v1/products") for _ in range(5)]
    limited = [answer for answer in statuses if answer.status_code == 429]
    assert limited
    assert 0 < int(limited[0].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(("name", "scopes"), [("", ("read",)), ("x", ()), ("x", ("all",))])
def test_key_without_name_or_with_unknown_scope_is_refused(name, scopes, desk):
    with pytest.raises(KeyRefusedError, match="Expected"):
        desk.keys.make("e1", name, scopes, "an", now=1)


def test_document_describes_the_scopes_and_its_examples_work(app, desk):
    client, _ = caller(app, desk)
    document = client.get("/api/v1/openapi.json").json
    secured = {path for path, verbs in document["paths"].items() for verb in verbs.values() if "security" in verb}
    assert secured == {
        "/api/v1/capture",
        "/api/v1/capture/{capture_id}",
        "/api/v1/epcs/{epc}/events",
        "/api/v1/events",
        "/api/v1/imports/{kind}",
        "/api/v1/imports/{job_id}",
        "/api/v1/items/moves",
        "/api/v1/products",
        "/api/v1/scans/counts",
    }
    assert client.get("/api/v1/scans/counts").json["counts"] == []
    for example in document["components"]["schemas"]["MoveRequest"]["examples"]:
        assert re.fullmatch(r"\(01\)\d{14}\(21\).+", example["code"])
        assert client.post("/api/v1/items/moves", data=json.dumps(example)).status_code == 200
