"""THE table of errors: each status as a page and as problem+json, in both languages, without leaks."""

import logging

import pytest
from flask import abort

from tests.fixtures_web import ITEM
from tests.html_checks import check_page
from verify_app.domain.code import CodeError
from verify_app.domain.scan import HeldOff
from verify_app.images.errors import DecodeBusy, DecodeTimeout, ImageError
from verify_app.parts import StoreUnavailable, UnfitValueError
from verify_app.web.errors import BY_STATUS, TABLE, fault_of

SECRET = "postgresql://user:hunter2@db/registry"


def break_with(world, error):
    """Make the registry raise this error."""
    world.passports.error = error
    world.app.testing = False  # as in production: nothing passes through
    return world


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 422, 429, 500, 503])
def test_every_status_has_a_page_in_words_with_a_way_on(world, status, lang):
    world.app.add_url_rule("/boom", "boom", lambda: abort(status))
    answer = world.client(accept_language=lang).get("/boom")
    assert answer.status_code == status
    page = check_page(answer.text, lang)
    assert page.all("a", class_="button")
    assert str(status) in page.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", sorted(BY_STATUS))
def test_every_status_is_problem_json_for_a_program(world, status):
    if status == 431:  # no exception of Werkzeug's abort(); gunicorn answers it by itself
        return
    world.app.add_url_rule("/api/v1/boom", "boom", lambda: abort(status))
    answer = world.client().get("/api/v1/boom")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json.keys()
    assert answer.json["status"] == status


def test_an_unforeseen_fault_is_logged_and_leaks_nothing(world, caplog):
    break_with(world, RuntimeError(SECRET))
    with caplog.at_level(logging.ERROR):
        answer = world.client().get(ITEM)
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" in caplog.text
    as_json = world.client(accept="application/json").get(ITEM)
    assert "hunter2" not in as_json.text


def test_every_row_of_the_table_is_found():
    samples = {
        CodeError: CodeError("length", "14 digits", "13"),
        DecodeBusy: DecodeBusy(3),
        DecodeTimeout: DecodeTimeout(2.0),
        HeldOff: HeldOff(),
        ImageError: ImageError("wrong_type", "a picture", "a PDF"),
        StoreUnavailable: StoreUnavailable("away"),
        UnfitValueError: UnfitValueError("NUL"),
    }
    assert {kind for kind, _ in TABLE} == samples.keys()
    for kind, fault in TABLE:
        assert fault_of(samples[kind]).slug == fault.slug


@pytest.mark.parametrize(
    ("problem", "status"),
    [("empty", 400), ("too_large", 413), ("too_many_pixels", 413), ("damaged", 422), ("crashed", 422),
     ("not_an_image", 415), ("wrong_type", 415)],
)  # fmt: skip
def test_an_image_error_has_the_status_of_its_problem(problem, status):
    assert fault_of(ImageError(problem, "x", "y")).status == status


def test_a_wrong_method_names_the_right_ones(world):
    answer = world.client().post("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("application/json", True),
        ("application/problem+json", True),
        ("text/html", False),
        ("*/*", False),
        ("text/html, application/json;q=0.9", False),
        ("application/json, text/html;q=0.5", True),
        ("image/avif,*/*", False),
        ("%%%", False),
    ],
)
def test_json_is_answered_only_where_it_is_preferred(world, accept, is_json):
    answer = world.client(accept=accept).get("/nope")
    assert (answer.mimetype == "application/problem+json") is is_json


def test_a_path_that_is_no_text_is_no_fault(world):
    for path in (
        "/%ff%fe",
        "/01/%00",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/01/09521234543213/21/%ff",
        "/01/09521234543213?%ff=1",
    ):
        assert world.client().get(path).status_code in (200, 400, 404)
