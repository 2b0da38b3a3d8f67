"""Which link a client wants: language fallback, and whether a request is for the resolver at all."""

from dataclasses import replace

import pytest

from verify_app.domain.link import Link
from verify_app.domain.negotiation import Wish, asks_resolver, best, preferences, wants_linkset

VI = Link("", "pip", "https://example.org/vi", "vi", ("vi-VN",))
EN = Link("", "pip", "https://example.org/en", "en", ("en",))


@pytest.mark.parametrize(
    ("languages", "link"),
    [("vi", VI), ("en-GB", EN), ("fr, vi;q=0.5", VI), ("en;q=0.1, vi;q=0.9", VI)],
)
def test_a_language_takes_its_regions_and_a_region_falls_back_to_its_language(languages, link):
    assert best([EN, VI], Wish(languages=languages)) == [link]


def test_languages_that_nobody_offers_decide_nothing():
    assert best([EN, VI], Wish(languages="fr, *;q=0.1, de;q=0")) == [EN, VI]


@pytest.mark.parametrize(
    ("link_type", "accept", "asked"),
    [
        ("gs1:pip", "", True),
        ("", "application/linkset+json", True),
        ("", "application/ld+json", True),
        ("", "text/html,*/*;q=0.8", False),
        ("", "", False),
    ],
)
def test_a_request_is_for_the_resolver_by_link_type_or_media_type(link_type, accept, asked):
    if not accept and not link_type:
        accept = "*/*"
    assert asks_resolver(link_type, accept) is asked


def test_a_linkset_is_asked_for_by_its_word_or_by_its_media_type():
    assert [wants_linkset(word, "") for word in ("linkset", "all", "gs1:pip")] == [True, True, False]
    assert wants_linkset("", "application/linkset+json;q=0.9, text/html;q=0.8")
    assert not wants_linkset("", "application/linkset+json;q=0.7, text/html;q=0.8")


def test_parts_of_a_header_that_cannot_be_read_are_left_out():
    assert preferences("a;level=1;q=0.5, b;q=x, c;q=7, d") == [("d", 1.0), ("a", 0.5)]


def test_the_media_type_decides_first_and_a_language_takes_any_of_its_regions():
    page = Link("", "pip", "https://example.org/p", "page", media_type="text/html")
    data = Link("", "pip", "https://example.org/d", "data", media_type="application/json")
    assert best([page, data], Wish(accept="application/*, text/html;q=0.5")) == [data]
    swiss, plain = (Link("", "pip", f"https://example.org/{n}", n, (n,)) for n in ("de-CH", "fr"))
    assert best([plain, swiss], Wish(languages="de")) == [swiss]


def test_a_context_takes_its_own_link_and_no_context_the_one_without():
    anywhere = Link("", "pip", "https://example.org/a", "a")
    market = replace(anywhere, context=("VN",))
    assert best([market, anywhere], Wish(context="VN")) == [market]
    assert best([market, anywhere], Wish()) == [anywhere]
