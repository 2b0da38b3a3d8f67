"""Security headers of every kind of answer."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from tests.fixtures_web import ITEM, MODEL


@pytest.mark.parametrize("path", ["/", ITEM, MODEL, "/nope", "/scan?code=x", "/static/js/scan.js", "/livez"])
def test_every_answer_is_guarded(world, path):
    headers = world.client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "img-src 'self' data:" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=(self)" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/", ITEM, "/nope"])
def test_the_one_inline_stylesheet_is_the_one_that_the_policy_names(world, path):
    answer = world.client().get(path)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert (
        f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in answer.headers["Content-Security-Policy"]
    )


def test_a_304_keeps_the_headers(world):
    client = world.client()
    tag = client.get(MODEL).headers["ETag"]
    answer = client.get(MODEL, headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
