"""The first page: two ways to give a code, without JavaScript, within its budget."""

import pytest

from tests.fixtures_web import make_world
from tests.html_checks import check_page


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", ["/", "/scan"])
def test_a_code_can_be_photographed_or_typed(world, path, lang):
    page = check_page(world.client(accept_language=lang).get(path).text, lang)
    photo = page.all("form", method="post", enctype="multipart/form-data")[0]
    assert photo["action"] == "/scan"
    files = page.all("input", type="file", name="photo", accept="image/*")
    assert [file.get("capture", "") for file in files] == ["environment", ""]
    assert page.all("form", action="/scan", method="get")
    assert page.all("input", id="code", name="code")
    assert page.all("label", for_="code")


def test_the_keyboard_reaches_camera_then_photo_then_code_then_the_rest(world):
    page = check_page(world.client().get("/").text, "vi")
    stops = [attrs for tag, attrs in page.tags if tag in ("a", "button", "input", "summary")]
    names = [attrs.get("name") or attrs.get("class") or attrs.get("href", "") for attrs in stops]
    ways = ["button scan-now", "photo", "photo", "button", "code", "button"]
    assert names[: 3 + len(ways)] == ["skip", "brand", "switch", *ways]
    assert {"/health", "/api/v1/docs"} <= set(names[3 + len(ways) :])


def test_all_scripts_are_ours_and_deferred(world):
    page = check_page(world.client().get("/").text, "vi")
    scripts = page.all("script")
    assert {script["src"].partition("?")[0] for script in scripts} >= {"/static/js/scan.js", "/static/js/typing.js"}
    for script in scripts:
        assert script["src"].startswith("/static/js/")
        assert "?v=" in script["src"]
        assert "defer" in script
        assert world.client().get(script["src"]).status_code == 200


def test_the_chosen_language_is_carried_on_by_links_and_forms(world):
    page = check_page(world.client().get("/?lang=en").text, "en")
    assert page.all("form", method="post")[0]["action"] == "/scan?lang=en"
    assert page.all("input", type="hidden", name="lang", value="en")


def test_demonstration_codes_are_listed_only_where_the_demonstration_is_on(world, tmp_path):
    assert "Mã dùng thử" not in world.client().get("/").text
    page = check_page(make_world(tmp_path, demo=True).client().get("/").text, "vi")
    assert "hư cấu" in page.text
    assert len(page.all("ul", class_="links")) == 2
    assert [attrs for attrs in page.all("a") if attrs.get("href", "").startswith("/01/")]


def test_the_page_may_be_kept_for_an_hour_by_language(world):
    answer = world.client(accept_encoding="gzip").get("/")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Accept-Language" in answer.headers["Vary"]
    assert len(answer.data) <= 14 * 1024


def test_robots_stay_away_from_items(world):
    answer = world.client().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /*/21/" in answer.text
