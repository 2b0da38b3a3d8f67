"""Every form of a code, from a table with sources."""

import csv
from pathlib import Path

import pytest

from verify_app.domain.code import Code, CodeError
from verify_app.domain.parse import LONGEST, parse

ROWS = list(csv.DictReader((Path(__file__).parents[1] / "vectors/codes.csv").open(encoding="utf-8", newline="")))


def spelt(row) -> str:
    return row["text"].replace("\\x1d", "\x1d").replace("\\x1e", "\x1e").replace("\\x00", "\x00")


ACCEPTED = [row for row in ROWS if row["expect"] == "ok"]
REFUSED = [row for row in ROWS if row["expect"] != "ok"]


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["text"])
def test_a_spelling_becomes_its_canonical_code(row):
    code = parse(spelt(row))
    assert code.canonical == row["canonical_or_problem"]
    assert " ".join(f"{ai}={value}" for ai, value in code.attributes) == row["attributes"]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["text"] or "nothing")
def test_a_broken_code_is_refused_with_its_reason(row):
    with pytest.raises(CodeError) as caught:
        parse(spelt(row))
    assert (caught.value.kind, caught.value.problem) == (row["expect"], row["canonical_or_problem"]), caught.value
    assert str(caught.value).startswith("Expected ")
    assert str(caught.value).isascii()


@pytest.mark.parametrize("row", [row for row in ACCEPTED if "foreign:" not in row["canonical_or_problem"]])
def test_a_code_is_found_again_from_its_canonical_form_and_from_its_path(row):
    code = parse(spelt(row))
    for text in (code.canonical, code.path):
        again = parse(text)
        assert again == code
        assert hash(again) == hash(code)
        assert again.identity == code.identity


def test_every_vector_names_its_source():
    assert all(row["source"] for row in ROWS)
    assert len(ROWS) == len({row["text"] for row in ROWS})


def test_a_text_longer_than_the_longest_code_is_refused():
    with pytest.raises(CodeError, match=r"Expected at most 2,048 characters, got 2,049\."):
        parse("9" * (LONGEST + 1))
    assert isinstance(parse(" " * (LONGEST - 13) + "9506000134352"), Code)


def test_a_check_digit_error_says_what_was_expected_and_what_came():
    with pytest.raises(CodeError) as caught:
        parse("https://example.vn/01/09506000134353")
    assert str(caught.value) == "Expected check digit 2 in (01) 09506000134353, got 3."


def test_a_foreign_link_is_kept_for_this_request_but_is_no_part_of_the_code():
    one, two = parse("https://shop.example/a?token=1"), parse("https://shop.example/b")
    assert one.link == "https://shop.example/a?token=1"
    assert one == two
    assert "token" not in one.canonical + one.identity
