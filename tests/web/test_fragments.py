"""Rendered parts in the memory of the process: bounded, exact, and never older than their versions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.fixtures_web import GTIN, Display, Review, recall, sample_lot, sample_model
from verify_app.domain.code import Code
from verify_app.domain.passport import ItemPart, Passport
from verify_app.web.public.fragments import Fragments, key_of

ITEM = Code("01", GTIN, (("10", "L2601"), ("21", "A1B2C3")))


def passport(**changes):
    return replace(Passport(ITEM, sample_model(), sample_lot(), ItemPart("A1B2C3", "L2601")), **changes)


def key(found, lang="vi", today="2026-11-21"):
    return key_of(found, lang, today)


def test_it_is_rendered_once_and_given_back_as_it_was():
    kept, calls = Fragments(), []
    for _ in range(3):
        assert kept.get_or_render("a", lambda: calls.append(1) or "<p>phở</p>") == "<p>phở</p>"
    assert len(calls) == 1


def test_the_memory_is_bounded_and_forgets_the_oldest_first():
    kept = Fragments(limit=100)
    for name in "abc":
        kept.get_or_render(name, lambda: "x" * 40)
    assert kept.size == 80
    again = []
    kept.get_or_render("c", lambda: again.append("c") or "")
    kept.get_or_render("a", lambda: again.append("a") or "x" * 40)
    assert again == ["a"]


def test_what_is_larger_than_the_memory_is_given_and_not_kept():
    kept = Fragments(limit=10)
    assert kept.get_or_render("a", lambda: "x" * 40) == "x" * 40
    assert kept.size == 0


def test_many_threads_leave_the_count_right():
    kept = Fragments(limit=1000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: kept.get_or_render(n % 37, lambda: "x" * (n % 37 + 1)), range(2000)))
    assert kept.size == sum(n + 1 for n in range(37))


def test_items_of_a_lot_share_a_fragment():
    other = Code("01", GTIN, (("10", "L2601"), ("21", "ZZZ")))
    assert key(passport()) == key(passport(code=other, item=ItemPart("ZZZ", "L2601")))


@pytest.mark.parametrize(
    "changed",
    [
        passport(model=sample_model(version=2)),
        passport(model=sample_model(published_at=1)),
        passport(model=sample_model(review=Review.SUBMITTED)),
        passport(model=sample_model(display=Display.SUSPENDED)),
        passport(model=sample_model(recall=recall())),
        passport(lot=sample_lot(version=2)),
        passport(lot=sample_lot(recall=recall())),
        passport(lot=sample_lot(lot="L2602")),
        passport(lot=None),
        passport(code=Code("01", GTIN)),
    ],
)
def test_whatever_changes_the_fragment_changes_its_key(changed):
    assert key(changed) != key(passport())


def test_another_language_or_day_is_another_fragment():
    assert len({key(passport()), key(passport(), lang="en"), key(passport(), today="2026-11-22")}) == 3
