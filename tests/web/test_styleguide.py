"""The style guide: every component and every state of a verdict, only where it was asked for."""

import re

import pytest

from tests.fixtures_web import make_world
from tests.html_checks import check_page
from verify_app.domain.verdict import Detail, Reason
from verify_app.i18n import LANGUAGES


@pytest.fixture(scope="module")
def guide(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("guide"), styleguide=True).client()


def test_without_its_setting_there_is_no_style_guide(world):
    assert world.client().get("/styleguide").status_code == 404


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_shows_every_verdict_in_every_language(guide, lang):
    page = check_page(guide.get(f"/styleguide?lang={lang}").text, lang)
    shown = [attrs["data-verdict"] for tag, attrs in page.tags if tag == "section" and "data-verdict" in attrs]
    assert set(shown) == set(Reason)
    assert shown.count("VALID") == (len(Detail) - 1) * len(LANGUAGES)  # one detail is of CONFIRMED
    assert shown.count("RECALLED") == len(LANGUAGES)


def test_each_verdict_has_a_picture_of_its_own(guide):
    html = guide.get("/styleguide").text
    drawn = {}
    for verdict, shapes in re.findall(r'data-verdict="(\w+)"[^§]*?width="44"[^>]*>(.*?)</svg>', html):
        drawn.setdefault(verdict, set()).add(shapes)
    assert set(drawn) == set(Reason)
    assert all(len(shapes) == 1 for shapes in drawn.values())
    assert len({next(iter(shapes)) for shapes in drawn.values()}) == len(Reason)


def test_it_shows_every_component(guide):
    page = check_page(guide.get("/styleguide").text, "vi")
    classes = {name for _, attrs in page.tags for name in attrs.get("class", "").split()}
    assert classes >= {
        "verdict", "badge", "notice", "quiet", "fields", "long", "timeline", "gap", "certificate", "stars", "thumb",
        "portrait", "seal", "product", "result-actions", "steps", "photo-form", "code-form", "table-frame", "button",
    }  # fmt: skip


def test_it_is_not_indexed_and_not_kept(guide):
    answer = guide.get("/styleguide")
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in answer.text
