"""The request target as it came over the wire."""

import pytest
from flask import Flask, request

from tests.fixtures_web import GTIN, MODEL
from tests.html_checks import check_page
from verify_app.web.target import raw_target

APP = Flask(__name__)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"RAW_URI": "/01/1/21/A%2FB?17=1"}, "/01/1/21/A%2FB?17=1"),
        ({"RAW_URI": "http://proxy.example/01/1/21/A%2FB?17=1"}, "/01/1/21/A%2FB?17=1"),
        ({"RAW_URI": "http://proxy.example"}, "/"),
        ({"RAW_URI": "", "REQUEST_URI": "/01/1/21/%41"}, "/01/1/21/%41"),
        ({"RAW_URI": "", "REQUEST_URI": ""}, "/01/1/21/A%20B?x=%C3%A9"),  # a server that keeps no raw target
    ],
)
def test_the_target_is_not_decoded(environ, expected):
    with APP.test_request_context("/01/1/21/A B?x=%C3%A9", environ_overrides=environ):
        assert raw_target(request) == expected


def test_two_slashes_inside_a_serial_stay_two(world):
    answer = world.client().get(f"{MODEL}/21/A%2F%2FB")
    assert answer.status_code == 200
    assert check_page(answer.text, "vi").verdict()[0] == "UNKNOWN_SERIAL"
    assert world.histories.seen.keys() == {f"01/{GTIN}/21/A//B"}


@pytest.mark.parametrize("path", [f"{MODEL}/10/A%0AB", f"{MODEL}%0A", "/verify/gtin/09521234543213/lot/A/ser/B%0A"])
def test_a_code_with_a_line_break_is_refused_as_a_broken_code_not_as_an_unknown_page(world, path):
    assert world.client().get(path).status_code == 400
