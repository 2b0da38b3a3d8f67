"""Pages beside the demonstration registry: the real demonstration products, judged as they stand."""

from datetime import date

import pytest

from tests.fixtures_web import MODEL, make_world
from tests.html_checks import check_page
from verify_app.demo.build import build_registry
from verify_app.demo.cases import cases
from verify_app.domain.verdict import Reason


@pytest.fixture(scope="module")
def registry():
    return build_registry(date.today())


@pytest.fixture
def shop(tmp_path, registry):
    """The small world with the demonstration's models, lots and items in its registry."""
    world = make_world(tmp_path, demo=True)
    world.passports.models = {model.gtin: model for model in registry.models}
    world.passports.lots = {(record.gtin, record.part.lot): record.part for record in registry.lots}
    wanted = {case.code.serial for case in cases() if case.code}
    world.passports.items = {
        (record.gtin, record.part.serial): record.part for record in build_items() if record.part.serial in wanted
    }
    return world


def build_items():
    return build_registry(date.today()).items


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_history_unavailable_shows_the_real_product_and_is_never_green(shop, lang):
    answer = shop.client(accept_language=lang).get("/demo/history-unavailable")
    assert answer.status_code == 200
    page = check_page(answer.text, lang)
    assert page.verdict() == ("HISTORY_UNAVAILABLE", "2")
    product = next(case.code for case in cases() if case.expect is Reason.VALID and case.code)
    assert product.serial in page.text
    assert page.all("h2", id="passport")
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_records_nothing(shop):
    shop.client().get("/demo/history-unavailable")
    assert shop.histories.seen == {}


def test_it_does_not_exist_without_the_demonstration(world, tmp_path):
    assert world.client().get("/demo/history-unavailable").status_code == 404
    empty = make_world(tmp_path, demo=True)
    empty.passports.models = {}
    assert empty.client().get("/demo/history-unavailable").status_code == 404


def test_every_demonstration_product_has_a_whole_page_in_both_languages(shop):
    for lang in ("vi", "en"):
        client = shop.client(accept_language=lang)
        for gtin in shop.passports.models:
            page = check_page(client.get(f"/01/{gtin}").text, lang)
            assert page.verdict()[0] in {"CLASS_ONLY", "RECALLED", "SUSPENDED", "CANCELLED", "PENDING_REVIEW"}
    assert MODEL.removeprefix("/01/") in shop.passports.models


def test_every_demonstration_page_fits_in_14_kilobytes(shop):
    client = shop.client(accept_encoding="gzip")
    sizes = {case.path: len(client.get(case.path).data) for case in cases() if not case.path.startswith("/c/")}
    assert max(sizes.values()) <= 14 * 1024, max(sizes, key=sizes.get)


def test_history_unavailable_answers_programs_too(shop):
    answer = shop.client().get("/demo/history-unavailable", headers={"Accept": "application/json"})
    assert answer.json["verdict"] == "HISTORY_UNAVAILABLE"
    assert answer.headers["Cache-Control"] == "no-store"
