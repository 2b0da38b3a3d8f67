"""The resolver on the addresses of codes: what a request decides, and when a scan is sent on to the enterprise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures_web import GTIN, ITEM, LOT, MODEL, OTHER_GTIN, recall, sample_lot, sample_model
from verify_app.app import create_app
from verify_app.domain.history import Flags, History
from verify_app.domain.link import Link
from verify_app.domain.passport import Display
from verify_app.store.engine import StoreUnavailable

BASE = "https://verify.example.vn"
VOC = "https://ref.gs1.org/voc/"
SITE = "https://doi-may.example"
VI = Link("", "pip", f"{SITE}/vi?a=1", "Cà phê", ("vi",), "text/html")
EN = Link("", "pip", f"{SITE}/en", "Coffee", ("en",), "text/html")
DEFAULT = Link("", "homepage", f"{SITE}/home", "Doi May", default=True)


class Held:
    """Links as a list; `error` stands for a registry that is away."""

    def __init__(self, *links: Link, error: Exception | None = None) -> None:
        self.links, self.error = links, error

    def find(self, code):
        if self.error:
            raise self.error
        return self.links


@pytest.fixture
def linked(world):
    """A client of the small world in which the coffee's enterprise has set links."""

    def make(*links: Link, error: Exception | None = None):
        world.passports.models[GTIN] = replace(world.passports.models[GTIN], linked=True)
        parts = replace(world.app.extensions["parts"], links=Held(*links, error=error))
        world.app = create_app(parts.settings, parts)
        world.app.testing = True
        return world.client()

    return make


def ask(client, path, lang="", accept="", method="get"):
    headers = {name: value for name, value in (("Accept-Language", lang), ("Accept", accept)) if value}
    return getattr(client, method)(path, headers=headers)


# -- the default link --


def test_without_a_default_link_our_page_is_answered_in_place(world):
    answer = ask(world.client(), ITEM)
    assert answer.status_code == 200
    assert f'<{BASE}{ITEM}?linkType=linkset>; rel="linkset"' in answer.headers["Link"]
    assert f'<{BASE}{ITEM}>; rel="canonical"' in answer.headers["Link"]


def test_a_scan_is_recorded_before_it_is_sent_on(world, linked):
    answer = ask(linked(DEFAULT), ITEM)
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{SITE}/home")
    assert sum(map(len, world.histories.seen.values())) == 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_head_is_sent_on_too_and_is_no_scan(world, linked):
    assert ask(linked(DEFAULT), ITEM, method="head").status_code == 307
    assert world.histories.seen == {}


def test_a_recall_shows_our_page_in_place_of_the_redirect(world, linked):
    client = linked(DEFAULT)
    world.passports.lots[GTIN, "L2601"] = sample_lot(recall=recall())
    answer = ask(client, ITEM)
    assert answer.status_code == 200
    assert 'data-verdict="RECALLED"' in answer.text or "RECALLED" in answer.text


def test_a_suspension_a_copy_and_a_lost_history_show_our_page_too(world, linked):
    client = linked(DEFAULT)
    assert ask(client, f"/01/{GTIN}/21/NEVER").status_code == 200
    world.histories.present = History(flags=Flags(confirmed=1))
    assert ask(client, ITEM).status_code == 200
    world.histories.present = None
    world.histories.away = True
    assert ask(client, ITEM).status_code == 200
    world.histories.away = False
    world.passports.models[GTIN] = sample_model(display=Display.SUSPENDED, linked=True)
    assert ask(client, ITEM).status_code == 200


@pytest.mark.parametrize("path", [f"/passport{ITEM}", f"{ITEM}?via=typed", f"{ITEM}?lang=en", f"{ITEM}?format=svg"])
def test_a_page_of_ours_that_was_asked_for_by_name_is_shown(linked, path):
    assert ask(linked(DEFAULT), path).status_code == 200


def test_json_is_answered_in_place(linked):
    assert ask(linked(DEFAULT), ITEM, accept="application/json").status_code == 200


def test_links_that_cannot_be_asked_for_cost_no_verdict(linked):
    assert ask(linked(error=StoreUnavailable("away")), ITEM).status_code == 200


def test_the_finest_level_with_a_default_link_counts(linked):
    lot = replace(DEFAULT, qualifiers="/10/L2601", href=f"{SITE}/lot")
    client = linked(DEFAULT, lot)
    assert ask(client, LOT).headers["Location"] == f"{SITE}/lot"
    assert ask(client, ITEM).headers["Location"] == f"{SITE}/lot"
    assert ask(client, MODEL).headers["Location"] == f"{SITE}/home"


def test_a_link_out_of_its_time_or_not_public_is_not_there(linked):
    for change in ({"valid_until": 1}, {"valid_from": 1 << 60}, {"public": False}):
        client = linked(replace(DEFAULT, **change))
        assert ask(client, ITEM).status_code == 200
        assert ask(client, f"{ITEM}?linkType=gs1:homepage").status_code == 404


# -- one type of link --


@pytest.mark.parametrize(
    ("lang", "place"),
    [
        ("vi", "vi?a=1&"),
        ("en", "en?"),
        ("en-GB", "en?"),
        ("vi-VN,vi;q=0.9", "vi?a=1&"),
        ("fr, en;q=0.3, vi;q=0.8", "vi?a=1&"),
        ("en;q=0.1,vi;q=0.2", "vi?a=1&"),
        ("xx, en", "en?"),
        ("vi;q=0", "en?"),
    ],
)
def test_the_language_with_the_greatest_quality_wins_and_regions_fall_back(linked, lang, place):
    answer = ask(linked(VI, EN), f"{MODEL}?linkType=gs1:pip", lang)
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{SITE}/{place}linkType=gs1:pip")
    assert {"Accept", "Accept-Language"} <= set(answer.vary)


@pytest.mark.parametrize("lang", ["", "fr", "*"])
def test_equal_candidates_are_multiple_choices(linked, lang):
    answer = ask(linked(VI, EN), f"{MODEL}?linkType=pip", lang)
    assert answer.status_code == 300
    assert answer.content_type == "application/linkset+json"
    (entry,) = answer.get_json(force=True)["linkset"]
    assert [one["href"] for one in entry[VOC + "pip"]] == [VI.href, EN.href]


def test_the_media_type_decides_before_the_language(linked):
    pdf = replace(VI, href=f"{SITE}/vi.pdf", media_type="application/pdf")
    client = linked(pdf, EN)
    assert ask(client, f"{MODEL}?linkType=pip", "vi", "text/html,*/*;q=0.1").headers["Location"].startswith(EN.href)
    assert ask(client, f"{MODEL}?linkType=pip", "en", "application/pdf").headers["Location"].startswith(pdf.href)
    assert ask(client, f"{MODEL}?linkType=pip", "vi", "*/*").headers["Location"].startswith(pdf.href)


def test_the_context_decides_what_is_left(linked):
    here = replace(VI, href=f"{SITE}/vn", context=("vn",))
    client = linked(VI, here)
    assert ask(client, f"{MODEL}?linkType=pip&context=vn").headers["Location"].startswith(f"{SITE}/vn?")
    assert ask(client, f"{MODEL}?linkType=pip").headers["Location"].startswith(VI.href)


@pytest.mark.parametrize(
    "word", ["pip", "gs1:pip", "https://ref.gs1.org/voc/pip", "https://gs1.org/voc/pip", "http://www.gs1.org/voc/pip"]
)
def test_a_link_type_may_be_written_in_every_known_way(linked, word):
    assert ask(linked(VI), f"{MODEL}?linkType={word}").status_code == 307


@pytest.mark.parametrize("word", ["gs1:nosuchlt", "schema:image", "PIP", "https://evil.example/pip", "%00"])
def test_a_link_type_that_is_not_there_is_404(linked, word):
    assert ask(linked(VI), f"{MODEL}?linkType={word}").status_code == 404


def test_an_enterprise_may_keep_the_query_string_to_itself(linked):
    client = linked(replace(VI, forwards_query=False))
    assert ask(client, f"{MODEL}?linkType=pip&x=1").headers["Location"] == VI.href


def test_our_own_links_lead_to_our_page_and_end_there(world):
    client = world.client()
    place = ask(client, f"{ITEM}?linkType=gs1:dpp").headers["Location"].removeprefix(BASE)
    assert place == f"/passport{ITEM}?linkType=gs1:dpp"
    assert world.histories.seen == {}
    assert ask(client, place).status_code == 200
    assert sum(map(len, world.histories.seen.values())) == 1  # counted once, at the page


def test_no_target_is_ever_taken_from_the_query(linked):
    for query in (
        "linkType=https://evil.example/",
        "url=https://evil.example/",
        "linkType=pip&redirect=//evil.example",
    ):
        answer = ask(linked(VI), f"{MODEL}?{query}")
        assert not answer.headers.get("Location", SITE).startswith(("https://evil", "//"))


# -- the linkset --


def linkset(client, path, **headers):
    answer = ask(client, path, **headers)
    assert answer.status_code == 200
    assert answer.content_type == "application/linkset+json"
    return {entry["anchor"]: entry for entry in answer.get_json(force=True)["linkset"]}


def test_an_unknown_serial_walks_up_to_its_class(world):
    entries = linkset(world.client(), f"/01/{GTIN}/21/NEVER?linkType=linkset")
    assert list(entries) == [f"{BASE}/01/{GTIN}/21/NEVER", f"{BASE}/01/{GTIN}"]
    for entry in entries.values():
        assert [set(one) for one in entry[VOC + "defaultLink"]] == [{"href", "title"}]


def test_the_enterprises_links_stand_in_place_of_ours(linked):
    entries = linkset(linked(VI, EN, DEFAULT), f"{MODEL}?linkType=linkset")
    entry = entries[BASE + MODEL]
    assert entry[VOC + "pip"] == [
        {"href": VI.href, "title": VI.title, "type": "text/html", "hreflang": ["vi"]},
        {"href": EN.href, "title": EN.title, "type": "text/html", "hreflang": ["en"]},
    ]
    assert entry[VOC + "defaultLink"] == [{"href": DEFAULT.href, "title": DEFAULT.title}]
    assert entry[VOC + "dpp"][0]["href"] == f"{BASE}/passport{MODEL}"


def test_titles_of_our_links_are_in_the_language_of_the_request(world):
    client = world.client()
    vi, en = (linkset(client, f"{MODEL}?linkType=linkset", lang=lang)[BASE + MODEL] for lang in ("vi", "en"))
    assert vi[VOC + "dpp"][0]["title"] == "Hộ chiếu số của sản phẩm"
    assert en[VOC + "dpp"][0]["title"] == "Digital product passport"


def test_an_unknown_code_has_no_linkset(world):
    assert ask(world.client(), f"/01/{OTHER_GTIN}?linkType=linkset").status_code == 404
    assert ask(world.client(), "/414/9524101000024", accept="application/linkset+json").status_code == 404


def test_a_place_that_we_have_no_page_for_has_its_enterprises_links_alone(linked):
    entries = linkset(linked(VI, DEFAULT), "/414/9524101000024?linkType=linkset")
    assert set(entries[f"{BASE}/414/9524101000024"]) == {"anchor", VOC + "pip", VOC + "homepage", VOC + "defaultLink"}


def test_a_linkset_is_no_scan(world):
    linkset(world.client(), ITEM, accept="application/linkset+json")
    assert world.histories.seen == {}


def test_a_browser_that_would_also_take_a_linkset_gets_the_page(world):
    accept = "text/html,application/linkset+json;q=0.5"
    assert ask(world.client(), ITEM, accept=accept).mimetype == "text/html"


def test_options_and_refusals_may_be_read_by_scripts_of_other_sites(world):
    client = world.client()
    for answer in (client.options(ITEM), ask(client, ITEM + "/foo"), ask(client, f"{ITEM}?linkType=gs1:nosuchlt")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers
