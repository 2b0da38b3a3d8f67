"""The JSON API: the same scan as the pages', for programs."""

import json
import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.fixtures_web import GTIN, ITEM, LONG_AGO, LOT, MODEL, make_world, recall, sample_lot, sample_model
from verify_app.domain.code import Code
from verify_app.domain.history import History
from verify_app.domain.passport import Display, ItemPart, Operator, OperatorRole
from verify_app.domain.scan import Entry
from verify_app.domain.short_code import display_short, format_short
from verify_app.domain.text import Text
from verify_app.parts import StoreUnavailable
from verify_app.web.api_v1.schemas import VerifyAnswer

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")
VERIFY = "/api/v1/verify"
JSON = {"Accept": "application/json"}


def ask(world, code, lang="en", status=200):
    response = world.client().post(f"{VERIFY}?lang={lang}", json={"code": code})
    assert response.status_code == status, response.text
    return response.json


# -- the verdict --


def test_a_first_scan_of_an_item_is_valid_and_recorded(world):
    body = ask(world, ITEM)
    assert (body["verdict"], body["level"], body["detail"]) == ("VALID", 0, "FIRST")
    assert body["reasons"] == ["VALID"]
    assert body["first_checked"] is None
    assert body["recorded"] is True
    assert body["policy"]
    (visits,) = world.histories.seen.values()
    assert [visit.entry for visit in visits] == [Entry.API]


def test_texts_come_in_the_language_that_was_asked_for(world):
    vietnamese, english = ask(world, ITEM, "vi"), ask(world, ITEM, "en")
    assert (vietnamese["lang"], english["lang"]) == ("vi", "en")
    assert vietnamese["product"]["name"] == "Cà phê rang xay Đồi Mây 500 g"
    assert english["product"]["name"] == "Doi May roast and ground coffee 500 g"
    for field in ("title", "meaning", "next_step"):
        assert vietnamese[field] != english[field]
    response = world.client().post(VERIFY, json={"code": ITEM}, headers={"Accept-Language": "en-GB"})
    assert response.json["lang"] == "en"


def test_every_spelling_gives_the_same_code(world):
    spellings = (
        ITEM,
        "https://any.example/x" + ITEM,
        f"]d201{GTIN}10L2601\x1d21A1B2C3",
        f"(01){GTIN}(10)L2601(21)A1B2C3",
    )
    assert {ask(world, text)["code"]["canonical"] for text in spellings} == {"https://id.gs1.org" + ITEM}


def test_the_code_is_told_in_its_parts(world):
    assert ask(world, f"{ITEM}?17=990112")["code"] == {
        "canonical": "https://id.gs1.org" + ITEM,
        "url": "https://verify.example.vn" + ITEM,
        "gtin": GTIN,
        "lot": "L2601",
        "serial": "A1B2C3",
        "granularity": "item",
        "ai": {"01": GTIN, "10": "L2601", "21": "A1B2C3", "17": "990112"},
    }
    assert ask(world, MODEL)["code"]["granularity"] == "model"
    assert ask(world, MODEL)["code"]["lot"] is None


def test_an_unknown_code_is_an_answer(world):
    body = ask(world, "09520123456788")
    assert body["verdict"] == "UNKNOWN_CODE"
    assert (body["product"], body["passport"], body["label"], body["certificates"]) == (None, None, None, [])


def test_a_short_code_stands_for_the_code_that_it_names(world):
    short = format_short(1234567)
    world.passports.shorts[short] = Code("01", GTIN, (("10", "L2601"), ("21", "A1B2C3")))
    assert ask(world, display_short(short).lower())["code"]["canonical"] == "https://id.gs1.org" + ITEM


def test_an_unknown_short_code_has_no_identifiers(world):
    code = ask(world, "V00000000505")["code"]
    assert (code["canonical"], code["url"]) == ("urn:short:V00000000505", "https://verify.example.vn/c/V00000000505")
    assert (code["ai"], code["granularity"], code["gtin"]) == ({}, None, None)


def test_a_link_of_another_system_says_who_manages_it_and_claims_nothing(world):
    body = ask(world, "https://www.verigoods.vn/p/123?name=Lan")
    assert body["verdict"] == "FOREIGN"
    assert body["foreign"] == {
        "host": "www.verigoods.vn",
        "name": "VeriGoods",
        "manager": "Ministry of Industry and Trade of Vietnam",
    }
    assert body["code"]["url"] is None
    assert "Lan" not in json.dumps(body)
    assert ask(world, "https://shop.example/x")["foreign"] == {"host": "shop.example", "name": None, "manager": None}


def test_the_day_of_the_first_check_is_told_and_nothing_of_who_where_or_how_often(world):
    world.histories.present = History(
        scans=48151, others=3, days=2, first=LONG_AGO, last=LONG_AGO + 9, regions=(1, 1, 1)
    )
    body = ask(world, ITEM)
    assert body["first_checked"] == "2025-12-29"
    text = json.dumps(body)
    assert "48151" not in text
    assert not re.search(r"scans|others|regions|travel|abroad|visitor", text)
    assert str(LONG_AGO) not in text


def test_without_its_history_an_item_is_not_called_valid_nor_recorded(world):
    world.histories.away = True
    body = ask(world, ITEM)
    assert body["verdict"] == "HISTORY_UNAVAILABLE"
    assert body["recorded"] is False


# -- product, passport, label --


def test_the_seven_public_items_are_there(world):
    product = ask(world, ITEM)["product"]
    assert set(product) == {"name", "images", "producer_name", "producer_address", "origin", "marks", "expiry"}
    assert product["images"][0]["url"] == "https://verify.example.vn/pictures/coffee.png"
    assert product["marks"] == {"brand": "Đồi Mây", "lot": "L2601", "serial": "A1B2C3"}
    assert product["expiry"] == {"expiry": "2099-01-12", "best_before": None}
    assert ask(world, MODEL)["product"]["expiry"] == {"expiry": None, "best_before": None}


def test_the_passport_has_the_keys_that_the_law_suggests_and_says_what_is_missing(world):
    passport = ask(world, ITEM)["passport"]
    assert passport["gtin"] == GTIN
    assert {"productName", "operators", "origin", "lastProcessingPlace", "traceability", "certificates"} <= set(
        passport
    )
    assert {"productionDate", "expiryDate", "bestBeforeDate", "safetyWarnings", "extra", "version"} <= set(passport)
    assert passport["missing"] == []
    assert passport["operators"][0]["idKind"] == "gln"
    world.passports.models[GTIN] = sample_model(origin=Text.of(""), operators=())
    assert ask(world, LOT)["passport"]["missing"] == ["operators", "origin"]


def test_events_declared_in_error_are_not_told_and_times_are_utc(world):
    events = ask(world, ITEM)["passport"]["traceability"]
    assert [event["stage"] for event in events] == ["harvest", "processing", "packing"]
    assert "Wrong entry" not in json.dumps(events)
    assert events[0]["time"] == "2025-12-29T09:20:00Z"
    assert events[1]["placeGln"] == "9521234500014"


def test_a_certificate_comes_with_what_it_is_worth_today(world):
    states = {item["number"]: item["state"] for item in ask(world, ITEM)["certificates"]}
    assert states["ATTP-77/2022"] == "expired"
    assert set(states) == {"OCOP-12/2025", "ATTP-77/2022"}


def test_the_label_tells_its_rows_and_what_is_missing(world):
    label = ask(world, ITEM)["label"]
    rows = {row["item"]: row for row in label["rows"]}
    assert rows["name"]["value"] == "Doi May roast and ground coffee 500 g"
    assert rows["expiry"]["value"] == "12/01/2099"
    assert label["missing"]
    assert all(rows[item]["value"] is None for item in label["missing"])
    assert label["date_state"] == "fresh"
    assert label["passport_may_replace"] is False


def test_a_personal_number_is_never_told(world):
    person = Operator(OperatorRole.PRODUCER, Text.of("Hộ Lan"), Text.of("Thôn 3"), "001099000001", "tax_code")
    world.passports.models[GTIN] = sample_model(operators=(person,))
    body = ask(world, ITEM)
    assert "001099000001" not in json.dumps(body)
    assert body["passport"]["operators"][0]["id"] is None


def test_exempt_goods_show_neither_origin_nor_events(world):
    world.passports.models[GTIN] = sample_model(exempt=True)
    body = ask(world, ITEM)
    assert body["product"]["origin"] is None
    assert (body["passport"]["origin"], body["passport"]["traceability"]) == (None, [])


def test_a_recall_is_told_with_reason_actor_day_and_advice(world):
    world.passports.lots[GTIN, "L2601"] = sample_lot(recall=recall())
    body = ask(world, ITEM)
    assert (body["verdict"], body["level"]) == ("RECALLED", 3)
    assert body["acts"] == [
        {
            "id": "recall:1",
            "reason": "Foreign matter found",
            "actor": "Trade dept.",
            "date": "2025-12-29",
            "advice": "Return it to the shop.",
        }
    ]
    assert body["label"]["recall"] == "Foreign matter found"


def test_while_display_is_suspended_nothing_of_the_product_is_told(world):
    act = replace(recall(), id="suspended:4")
    world.passports.models[GTIN] = sample_model(display=Display.SUSPENDED, display_act=act)
    body = ask(world, ITEM)
    assert body["verdict"] == "SUSPENDED"
    assert (body["product"], body["passport"], body["label"], body["certificates"]) == (None, None, None, [])
    assert [act["id"] for act in body["acts"]] == ["suspended:4"]


# -- the code's own address --


@pytest.mark.parametrize("path", [ITEM, LOT, MODEL, f"/01/{GTIN}/21/A%2FB", "/01/09520123456788", "/c/V00000000505"])
def test_the_address_of_a_code_answers_in_json_as_the_api_does(world, path):
    answer = world.client().get(f"{path}?lang=en", headers=JSON)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    told = ask(make_world(world.app.extensions["parts"].settings.data_dir), path)
    assert answer.json == told


def test_a_wrong_address_of_a_code_is_a_problem(world):
    answer = world.client().get("/01/09521234543214", headers=JSON)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["verdict"] == "MALFORMED"


# -- errors --


def refused(world, status, **request):
    response = world.client().post(VERIFY, **request)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == status
    assert {"type", "title", "detail"} <= set(response.json)
    assert response.headers["Cache-Control"] == "no-store"
    assert world.histories.seen == {}
    return response.json


def test_a_text_that_is_no_code_is_a_problem_with_its_verdict(world):
    body = refused(world, 400, json={"code": "9506000134353"})
    assert (body["verdict"], body["problem"]) == ("MALFORMED", "check_digit")
    assert (body["expected"], body["got"]) == ("check digit 2 in 9506000134353", "3")
    assert body["detail"] == "Expected check digit 2 in 9506000134353, got 3."
    assert refused(world, 400, json={"code": "javascript:alert(1)"})["verdict"] == "NOT_GS1"
    assert refused(world, 400, json={"code": "9" * 3000})["problem"] == "too_long"
    assert refused(world, 400, json={"code": ""})["problem"] == "empty"


@pytest.mark.parametrize("data", ["{", "", '{"code": "\\ud800"}', b'{"code": "\xff"}'])
def test_a_body_that_is_no_json_is_a_bad_request(world, data):
    body = refused(world, 400, data=data, content_type="application/json")
    assert body["detail"].startswith("Expected a JSON object with the text `code`, got: ")
    assert "verdict" not in body


@pytest.mark.parametrize("data", [{}, {"code": 5}, {"code": None}, [], "x", {"Code": "x"}, {"code": ["x"]}])
def test_json_without_a_code_is_unprocessable(world, data):
    assert "`code`" in refused(world, 422, json=data)["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_content_type_is_refused(world, kind):
    assert "application/json" in refused(world, 415, data=b'{"code": "x"}', content_type=kind)["detail"]


def test_a_charset_beside_the_content_type_is_fine(world):
    response = world.client().post(
        VERIFY, data=json.dumps({"code": ITEM}), content_type="application/json; charset=utf-8"
    )
    assert response.status_code == 200


def test_a_large_body_is_refused(world):
    body = refused(world, 413, data=b'{"code": "' + b"9" * 300_000 + b'"}', content_type="application/json")
    assert "262,144 bytes" in body["detail"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_refused_with_those_allowed(world, method):
    response = getattr(world.client(), method)(VERIFY)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert "POST" in response.headers["Allow"]


def test_an_unknown_address_below_the_api_is_a_problem(world):
    response = world.client().get("/api/v1/nothing")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_a_registry_that_cannot_answer_is_a_503(world):
    world.passports.error = StoreUnavailable("away")
    response = world.client().post(VERIFY, json={"code": ITEM})
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.headers["Retry-After"]


# -- with a real history --


def test_with_a_real_history_a_second_visitor_learns_the_day_of_the_first_check(world, history):
    parts = replace(world.app.extensions["parts"], history=history)
    world.app.extensions["parts"] = parts
    one, two = world.client(accept_language="vi"), world.client(accept_language="en")
    first = one.post(VERIFY, json={"code": ITEM}).json
    again = one.post(VERIFY, json={"code": ITEM}).json
    second = two.post(VERIFY, json={"code": f"(01){GTIN}(21)A1B2C3"}).json
    assert (first["detail"], first["recorded"], first["first_checked"]) == ("FIRST", True, None)
    assert again["recorded"] is False, "a reload is not a second scan"
    assert second["recorded"] is True
    assert second["first_checked"]


# -- the document and its page --


def test_the_document_is_valid_openapi_and_names_every_route(world):
    response = world.client().get("/api/v1/openapi.json")
    document = response.json
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://verify.example.vn"}]
    assert {"/api/v1/verify", "/api/v1/openapi.json", "/01/{gtin}", "/c/{short}"} <= set(document["paths"])
    assert set(document["paths"]["/api/v1/verify"]) == {"post"}
    assert {"200", "400", "413", "415", "422"} <= set(document["paths"]["/api/v1/verify"]["post"]["responses"])
    assert response.headers["ETag"]


def test_real_answers_and_problems_fit_the_document(world):
    schemas = world.client().get("/api/v1/openapi.json").json["components"]["schemas"]

    def check(model, body):
        root = {"$ref": f"#/components/schemas/{model}", "components": {"schemas": schemas}}
        errors = [error.message for error in Draft202012Validator(root).iter_errors(body)]
        assert errors == []

    world.passports.items[GTIN, "X"] = ItemPart("X", "L2601", recall=recall())
    for code in (ITEM, LOT, MODEL, f"/01/{GTIN}/21/X", "09520123456788", "https://icheck.vn/x", "V00000000505"):
        check("VerifyAnswer", ask(world, code))
        assert set(ask(world, code)) == set(VerifyAnswer.model_fields)
    for code in ("9506000134353", "hello"):
        check("Problem", ask(world, code, status=400))
    check("VerifyRequest", {"code": ITEM})


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_explains_every_field_and_status_without_script_or_outside_requests(world, lang):
    response = world.client().get(f"/api/v1/docs?lang={lang}")
    assert response.status_code == 200
    for name in VerifyAnswer.model_fields:
        assert f">{name}</code>" in response.text
    assert "<script" not in response.text
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", response.text)
    assert "api." not in re.sub(r"<[^>]*>|https?://\S*", "", response.text), "a message id without words"


def test_the_examples_of_the_page_work(world):
    text = world.client().get("/api/v1/docs?lang=en").text.replace("&#34;", '"').replace("&#39;", "'")
    body = re.search(r"-d '(\{.*?\})'", text)[1]
    path = re.search(r"https://verify\.example\.vn(/01/[^<]*)", text)[1]
    assert world.client().post(VERIFY, data=body, content_type="application/json").json["verdict"] == "UNKNOWN_CODE"
    assert world.client().get(path, headers=JSON).json["verdict"] == "UNKNOWN_CODE"
