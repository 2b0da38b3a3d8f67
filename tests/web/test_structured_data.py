"""JSON-LD in the page and by content negotiation: one record, one identifier, nothing that the page hides."""

from __future__ import annotations

import json
import re

import pytest

from tests.fixtures_web import GTIN, ITEM, LOT, MODEL, recall, sample_lot, sample_model
from verify_app.domain.passport import Display
from verify_app.domain.text import Text

BASE = "https://verify.example.vn"
LD = "application/ld+json"


def embedded(world, path, lang="vi"):
    text = world.client(accept_language=lang).get(path).text
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def asked(world, path, lang="vi", accept=LD):
    return world.client(accept_language=lang).get(path, headers={"Accept": accept})


@pytest.mark.parametrize(("path", "kind"), [(ITEM, "IndividualProduct"), (LOT, "SomeProducts"), (MODEL, "Product")])
def test_the_page_holds_one_document_whose_identifier_is_its_address(world, path, kind):
    told = embedded(world, path)
    assert told["@id"] == told["hasGS1DigitalLink"] == BASE + path
    assert told["@type"] == [kind, "gs1:Product"]
    assert told["gtin"] == GTIN
    assert ("serialNumber" in told) == (kind == "IndividualProduct")
    assert ("gs1:hasBatchLotNumber" in told) == (kind != "Product")


def test_the_same_document_comes_by_negotiation_with_certificates_and_label(world):
    answer = asked(world, ITEM)
    assert answer.content_type == LD
    assert "Accept" in answer.headers["Vary"]
    told = json.loads(answer.data)
    assert embedded(world, ITEM).items() <= told.items()
    assert told["hasCertification"][0]["certificationIdentification"] == "OCOP-12/2025"
    assert [one["certificationStatus"] for one in told["hasCertification"]] == [
        "CertificationActive",
        "CertificationInactive",
    ]
    label = {row["propertyID"]: row["value"] for row in told["additionalProperty"]}
    assert label["ingredients"] == "Cà phê Robusta"
    assert told["gs1:warningCopyDescription"] == ["Không dùng cho trẻ em dưới 12 tuổi."]


def test_the_language_is_that_of_the_request(world):
    assert json.loads(asked(world, ITEM, "en").data)["name"] == "Doi May roast and ground coffee 500 g"
    assert embedded(world, ITEM)["name"] == "Cà phê rang xay Đồi Mây 500 g"


def test_a_recall_is_told(world):
    assert embedded(world, ITEM)["gs1:isProductRecalled"] is False
    world.passports.lots[GTIN, "L2601"] = sample_lot(recall=recall())
    assert embedded(world, ITEM)["gs1:isProductRecalled"] is True


def test_asking_for_it_is_a_scan_like_any_other(world):
    asked(world, ITEM)
    assert sum(map(len, world.histories.seen.values())) == 1


def test_nothing_is_told_while_the_display_is_stopped_or_of_an_unknown_code(world):
    assert asked(world, "/01/09506000134352").status_code == 404
    world.passports.models[GTIN] = sample_model(display=Display.SUSPENDED)
    assert asked(world, ITEM).status_code == 404
    assert "ld+json" not in world.client().get(ITEM).text


def test_no_text_of_an_enterprise_can_end_the_script(world):
    name = "</script><script>alert(1)</script><!-- & trà"
    world.passports.models[GTIN] = sample_model(name=Text.of(name, name))
    assert embedded(world, ITEM)["name"] == name


@pytest.mark.parametrize(
    "accept", ["text/html,*/*;q=0.8", "application/json", "*/*", "text/html, application/ld+json;q=0.5"]
)
def test_others_get_what_they_ask_for(world, accept):
    assert asked(world, ITEM, accept=accept).mimetype in ("text/html", "application/json")
