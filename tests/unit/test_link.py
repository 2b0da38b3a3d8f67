"""Links of a code: the levels that they hang on, how a type may be written, and which of them hold now."""

import pytest

from verify_app.domain.code import Code
from verify_app.domain.link import (
    DEFAULT_LINK,
    Link,
    by_level,
    default_of,
    link_type,
    of_type,
    primary_path,
    qualifier_paths,
)

CODE = Code("01", "09521234543213", (("10", "L/1"), ("21", "A")))
PIP = Link("", "pip", "https://example.org/", "Tea")
DEFAULT = Link("/10/L%2F1", "dpp", "https://example.org/lot", "Lot", default=True)


def test_a_serial_is_finer_than_a_lot_and_the_primary_key_is_the_last_level():
    assert qualifier_paths(CODE) == ("/10/L%2F1/21/A", "/21/A", "/10/L%2F1", "")
    assert primary_path(CODE) == "/01/09521234543213"


@pytest.mark.parametrize(
    ("written", "name"),
    [("gs1:pip", "pip"), ("https://ref.gs1.org/voc/pip", "pip"), ("pip", "pip"), ("gs1:nosuchlt", ""), ("", "")],
)
def test_a_type_is_a_name_of_the_vocabulary_however_it_is_written(written, name):
    assert link_type(written) == name


def test_only_public_links_in_force_are_offered():
    hidden = Link("", "faqs", "https://example.org/faq", "Questions", public=False)
    later = Link("", "recipeInfo", "https://example.org/new", "New", valid_from=6)
    past = Link("", "promotion", "https://example.org/old", "Old", valid_until=5)
    links = (PIP, DEFAULT, hidden, later, past)
    assert by_level(CODE, links, 5) == [("/10/L%2F1", [DEFAULT]), ("", [PIP])]
    assert by_level(CODE, links, 6) == [("/10/L%2F1", [DEFAULT]), ("", [PIP, later])]


def test_the_finest_level_that_has_a_type_answers():
    levels = by_level(CODE, (PIP, DEFAULT), 1)
    assert of_type(levels, "pip") == ("", [PIP])
    assert of_type(levels, DEFAULT_LINK) == ("/10/L%2F1", [DEFAULT])
    assert of_type(levels, "faqs") == ("", [])
    assert (default_of(levels), default_of([])) == (DEFAULT, None)
