"""The help: complete, searchable without JavaScript, true about the address; practice that leaves no trace."""

import re

import pytest

from tests.fixtures_web import GTIN, ITEM, make_world
from tests.html_checks import check_page
from verify_app.domain.judge import FOR_ALL, FOR_OFFICERS
from verify_app.domain.parse import parse
from verify_app.i18n import catalogue
from verify_app.web.public.help import fold


@pytest.fixture
def practice(tmp_path):
    return make_world(tmp_path, demo=True)


def topics(page):
    return {attrs["id"]: "hidden" not in attrs for tag, attrs in page.tags if "data-topic" in attrs}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_verdict_is_explained_with_its_own_words_and_colour(world, lang):
    page = check_page(world.client(accept_language=lang).get("/help").text, lang)
    words = catalogue(lang)
    badges = {attrs["data-verdict"] for _, attrs in page.tags if "data-verdict" in attrs}
    assert badges == {str(reason) for reason in FOR_ALL}
    assert not badges & FOR_OFFICERS
    for reason in FOR_ALL:
        assert topics(page)[reason]
        for part in ("title", "meaning", "next"):
            assert words.text(f"verdict.{reason}.{part}") in page.text
        assert words.text(f"help.why.{reason}") in page.text


def test_search_without_javascript_hides_what_does_not_match(world):
    page = check_page(world.client().get("/help?q=thu+hoi").text, "vi")
    shown = {name for name, seen in topics(page).items() if seen}
    assert "RECALLED" in shown
    assert "VALID" not in shown
    assert f"Số mục tìm thấy: {len(shown)}" in page.text


def test_search_needs_all_words_and_says_when_there_is_nothing(world):
    client = world.client(accept_language="en")
    page = check_page(client.get("/help?q=zebra+recall").text, "en")
    assert not any(topics(page).values())
    assert catalogue("en").text("help.none") in page.text


def test_search_text_is_shown_as_text(world):
    answer = world.client().get("/help?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(("text", "folded"), [("Đã HẾT hạn", "da het han"), ("Mã hợp lệ", "ma hop le"), ("a", "a")])
def test_marks_and_case_do_not_matter_in_a_search(text, folded):
    assert fold(text) == folded


def test_the_official_host_is_the_public_url(world):
    page = check_page(world.client(host="look-alike.example").get("/help").text, "vi")
    assert "verify.example.vn" in page.text
    assert "look-alike.example" not in page.text


def test_every_result_leads_to_the_explanation_of_its_own_verdict(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    targets = [link["href"] for link in page.all("a") if link["href"].startswith("/help#")]
    assert targets == [f"/help#{page.verdict()[0]}"]


def test_practice_is_answered_and_leaves_no_trace(practice):
    client = practice.client()
    for _ in range(3):
        page = check_page(client.get(ITEM + "?training=1").text, "vi")
        assert page.verdict() == ("VALID", "0")
        assert catalogue("vi").text("help.try.banner_text") in page.text
    assert practice.histories.seen == {}
    assert [link["href"] for link in page.all("a", hreflang="en")] == [ITEM + "?training=1&lang=en"]


def test_practice_is_for_the_demonstration_only(world, practice):
    banner = catalogue("vi").text("help.try.banner_text")
    assert banner not in world.client().get(ITEM + "?training=1").text  # no demonstration here: a scan like any other
    assert list(world.histories.seen) == [parse(ITEM).identity]
    real = "/01/09506000134352"  # GS1's example of a real company's number: outside of the demonstration's prefix
    practice.passports.models["09506000134352"] = practice.passports.models[GTIN]
    assert banner not in practice.client().get(real + "?training=1").text
    assert list(practice.histories.seen) == [parse(real).identity]


def test_practice_is_not_counted_in_the_metrics(practice):
    def scans():
        return re.findall(r"^verify_app_scans_total.*$", practice.client().get("/metrics").text, re.MULTILINE)

    practice.client().get(ITEM)
    before = scans()
    practice.client().get(ITEM + "?training=1")
    assert scans() == before
    practice.client().get(ITEM)
    assert scans() != before


def test_a_broken_code_in_practice_is_refused_as_ever(practice):
    assert practice.client().get("/01/09521234543210?training=1").status_code == 400


def test_the_practice_page_lists_cases_and_symbols_that_lead_to_practice(practice):
    page = check_page(practice.client().get("/help/try").text, "vi")
    links = [link["href"] for link in page.all("a") if link["href"].startswith(("/01/", "/c/"))]
    assert len(links) > 20
    assert all("training=1" in link for link in links)
    for image in page.all("img"):
        answer = practice.client().get(image["src"])
        assert answer.mimetype == "image/svg+xml"
        assert "https://verify.example.vn/" in answer.text
        assert "?training=1</title>" in answer.text


def test_there_is_no_practice_without_the_demonstration(world):
    client = world.client()
    assert client.get("/help/try").status_code == 404
    assert client.get("/help/try/VALID.svg").status_code == 404
    assert "/help/try" not in client.get("/help").text


@pytest.mark.parametrize("reason", ["SUSPENDED", "nope", "valid"])
def test_no_other_symbol_is_drawn(practice, reason):
    assert practice.client().get(f"/help/try/{reason}.svg").status_code == 404
