"""Many codes in one request: streamed, in order, each a scan, and a bad one spoils only its row."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.fixtures_web import GTIN, ITEM, LOT
from verify_app.detection import holding
from verify_app.detection.watch import Watch
from verify_app.domain.scan import Entry
from verify_app.parts import StoreUnavailable
from verify_app.web.api_v1.schemas import BatchAnswer

BATCH = "/api/v1/verify/batch"


def send(world, codes, accept="application/json"):
    return world.client().post(BATCH, json={"codes": codes}, headers={"Accept": accept})


def test_rows_come_in_order_and_a_bad_code_spoils_only_its_own(world):
    response = send(world, [ITEM, "nonsense", "(01)09521234543214", LOT])
    assert (response.status_code, response.mimetype) == (200, "application/json")
    rows = response.json
    assert [(row["row"], row["status"]) for row in rows] == [(0, 200), (1, 400), (2, 400), (3, 200)]
    assert [row["answer"]["verdict"] for row in rows if row["answer"]] == ["VALID", "VALID"]
    assert rows[1]["problem"]["verdict"] == "NOT_GS1"
    assert rows[2]["problem"]["problem"] == "check_digit"
    Draft202012Validator(BatchAnswer.model_json_schema(mode="serialization")).validate(rows)


def test_lines_are_sent_where_lines_are_asked_for(world):
    response = send(world, [ITEM, "nonsense"], "application/x-ndjson")
    assert response.mimetype == "application/x-ndjson"
    assert [json.loads(line)["status"] for line in response.text.splitlines()] == [200, 400]


def test_the_answers_are_streamed(world):
    response = world.client().post(BATCH, json={"codes": [ITEM, LOT]}, buffered=False)
    first = next(response.iter_encoded())
    assert json.loads(first.decode().removeprefix("["))["row"] == 0
    assert len(world.histories.seen) == 1  # the second code has not been looked at yet
    response.close()


def test_each_code_is_recorded_as_a_scan_by_the_api(world):
    assert send(world, [ITEM, LOT, f"/01/{GTIN}"]).data
    visits = [visit for seen in world.histories.seen.values() for visit in seen]
    assert [visit.entry for visit in visits] == [Entry.API] * 3
    assert len({visit.id for visit in visits}) == 3


def test_a_thousand_codes_are_taken_and_one_more_is_not(world):
    assert len(send(world, [ITEM] * 1_000).json) == 1_000
    refused = send(world, [ITEM] * 1_001)
    assert refused.status_code == 422
    assert "1,000" in refused.json["detail"]


@pytest.mark.parametrize("body", ["{", "[]", '{"codes": []}', '{"codes": "x"}', '{"codes": [1]}', "{}"])
def test_what_is_no_batch_is_refused(world, body):
    response = world.client().post(BATCH, data=body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response.mimetype == "application/problem+json"


def test_other_methods_media_types_and_too_much_are_refused(world):
    client = world.client()
    assert client.get(BATCH).status_code == 405
    assert client.post(BATCH, data="codes=1").status_code == 415
    assert client.post(BATCH, json={"codes": ["x" * (4 << 20)]}).status_code == 413


def test_a_registry_that_is_away_is_told_in_each_row(world):
    world.passports.error = StoreUnavailable("away")
    assert [row["status"] for row in send(world, [ITEM, "nonsense"]).json] == [503, 400]


def test_the_rows_of_one_guess_too_many_are_refused_and_all_others_answered(world, monkeypatch):
    monkeypatch.setattr(holding, "_AT_ONCE", 1)
    object.__setattr__(world.app.extensions["parts"], "watch", Watch(guesses_a_minute=1))
    client = world.client()
    client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    rows = client.post(BATCH, json={"codes": [f"{ITEM}-NONE", f"{ITEM}-NO", ITEM]}).json
    assert [row["status"] for row in rows] == [200, 429, 200]
    assert rows[1]["problem"]["type"] == "urn:problem:verify:held_off"
