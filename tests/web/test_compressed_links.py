"""Compressed Digital Links at every entry, and the address that writes them."""

from __future__ import annotations

from tests.fixtures_web import GTIN
from verify_app.domain.compression import compress
from verify_app.domain.parse import parse

ITEM = f"/01/{GTIN}/21/S1"
SHORT = compress(parse(ITEM))


def test_every_entry_takes_a_compressed_link(world):
    client, plain = world.client(), {"Accept": "application/json"}
    at_address = client.get(SHORT, headers=plain)
    assert at_address.status_code == 200
    assert at_address.json["code"]["url"].endswith(ITEM)
    assert f'{ITEM}>; rel="owl:sameAs"' in at_address.headers["Link"]
    by_api = client.post("/api/v1/verify", json={"code": "https://example.vn" + SHORT})
    assert by_api.json["code"]["canonical"] == at_address.json["code"]["canonical"]
    typed = client.post("/scan", data={"code": "https://example.vn/stem" + SHORT})
    assert typed.status_code == 303
    assert typed.location.startswith(ITEM)
    batch = client.post("/api/v1/verify/batch", json={"codes": [SHORT]})
    assert f'"serial": "{parse(ITEM).serial}"'.replace(" ", "") in batch.get_data(as_text=True).replace(" ", "")


def test_a_compressed_link_with_a_wrong_check_digit_is_refused_with_the_right_one(world):
    answer = world.client().get("/AQnYUc1gnA", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "check digit 3" in answer.json["detail"]
    wrong = world.client().get("/AQnYUc1gmw", headers={"Accept": "application/json"})
    assert wrong.status_code == 404  # what fills the last letter is not zero: no compressed link


def test_an_address_writes_both_forms(world):
    answer = world.client().get("/api/v1/compress", query_string={"code": f"(01){GTIN}(21)S1"})
    assert answer.status_code == 200
    assert answer.json["compressed"].endswith(SHORT)
    assert answer.json["uncompressed"].endswith(ITEM)
    assert world.client().get("/api/v1/compress").status_code == 400
    assert world.client().get("/api/v1/compress?code=V000-0000-0000").status_code == 400
