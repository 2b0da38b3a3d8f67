"""Which link a client wants: language fallback, and whether a request is for the resolver at all."""

import pytest

from verify_app.domain.link import Link
from verify_app.domain.negotiation import Wish, asks_resolver, best

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
