"""Pages with holes: whatever words go in, every encoding unpacks to the very page that would have been rendered."""

from __future__ import annotations

import gzip

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify_app.web.stencil import StencilError, cut, stencil_of


def page(serial: str, day: str) -> str:
    css = "".join(f".c{number}{{margin:{number}px;colour:red}}" for number in range(120))
    rows = "".join(f"<p>Dòng {number}: cà phê rang xay, đóng gói ở Gia Lai.</p>" for number in range(60))
    return (
        f"<!doctype html><title>{serial}</title><style>{css}</style><h1>{serial}</h1><p>{day}, {serial}</p>{rows}"
        f'<a href="/21/{serial}">A</a> <a href="/21/{serial}?lang=en">B</a><p>{day}</p>'
    )


STENCIL = stencil_of(
    [(page(*words), dict(enumerate(words))) for words in (("ZQ0", "13/07/2099"), ("QX77A", "1.1.2098"))]
)
UNPACK = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=20)


@pytest.mark.parametrize("encoding", sorted(UNPACK))
@given(serial=WORDS, day=WORDS)
@settings(max_examples=60, deadline=None)
def test_a_filled_page_unpacks_to_the_rendered_page(encoding: str, serial: str, day: str) -> None:
    filled = STENCIL.fill(encoding, [serial.encode(), day.encode()])
    assert filled is not None
    assert UNPACK[encoding](filled).decode() == page(serial, day)
    form = STENCIL.form(encoding, (len(serial), len(day)))
    assert form is not None
    assert form.length == len(filled)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_words_that_resemble_the_page_or_each_other_do_no_harm(encoding: str) -> None:
    for serial in ("margin", "Dong-1", "AAAAAAAAAAAAAAAAAAAA", "ABABABABABABABABABAB", "coffee"):
        filled = STENCIL.fill(encoding, [serial.encode(), serial.encode()])
        assert UNPACK[encoding](filled).decode() == page(serial, serial)


def test_the_packed_page_is_nearly_as_small_as_one_packed_whole() -> None:
    words = [b"A1B2C3D4E5", b"21/11/2026"]
    whole = page(*(word.decode() for word in words)).encode()
    assert len(STENCIL.fill("br", words)) < len(brotli.compress(whole, quality=5)) + 400
    assert len(STENCIL.fill("gzip", words)) < len(gzip.compress(whole, 5)) + 400


@pytest.mark.parametrize("encoding", sorted(UNPACK))
def test_a_page_without_holes_is_a_stencil_too(encoding: str) -> None:
    made = stencil_of([("<p>The same to all.</p>" * 50, {0: "ZQ0"})] * 2)
    assert made.order == ()
    assert UNPACK[encoding](made.fill(encoding, [b"X"])) == b"<p>The same to all.</p>" * 50


def test_a_mark_that_is_also_part_of_the_page_is_found_out() -> None:
    with pytest.raises(StencilError):
        stencil_of([("serial ZQ0, model ZQ0", {0: "ZQ0"}), ("serial QX7, model ZQ0", {0: "QX7"})])


def test_words_that_change_more_than_their_own_place_are_found_out() -> None:
    with pytest.raises(StencilError):
        stencil_of([("serial ZQ0 (3)", {0: "ZQ0"}), ("serial QX77A (5)", {0: "QX77A"})])


def test_a_mark_within_another_is_cut_after_the_longer_one() -> None:
    assert cut("a 13/07/2099 10:00 b 13/07/2099", {0: "13/07/2099", 1: "13/07/2099 10:00"})[1] == (1, 0)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_an_empty_word_is_no_reason_for_a_broken_page(encoding: str) -> None:
    filled = STENCIL.fill(encoding, [b"A1", b""])
    assert filled is None or UNPACK[encoding](filled).decode() == page("A1", "")
