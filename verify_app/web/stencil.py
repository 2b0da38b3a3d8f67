"""A page rendered once, with holes where one scan's own words go: filling them costs no rendering and no compression.

The compressed forms are made once for each set of lengths of the words. Before and after each hole the compressor is
made to finish what it has (brotli: a flush; deflate: Z_SYNC_FLUSH), and the words go in as a block that is not
compressed. While it compresses, a hole is filled with bytes that occur nowhere in a text, so nothing behind it can
refer to them; brotli also looks at the two bytes before a letter, so two bytes of the page follow each hole
uncompressed. A form is used only after it has been unpacked and compared, filled in two ways.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import brotli

_QUALITY = 5  # 6 saves half a hundredth of the bytes, for twice the time
_LEVEL = 9
_NEAR = 24  # bytes of page between two holes that are cheaper uncompressed than as blocks of their own
_FORMS = 64  # sets of lengths for which a page is kept compressed
_NO_TEXT = bytes([*range(1, 9), *range(14, 32), *range(0xF5, 0x100)])  # in no text of UTF-8 that we send
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952: no name, no time
_DEFLATE_END = b"\x03\x00"  # RFC 1951, 3.2.6: an empty last block
_STORED_MOST = 0xFFFF


class StencilError(ValueError):
    """These texts are not the same page with other words in it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of a page for words of known lengths: `parts` with a place for each of `words`."""

    parts: tuple[bytes, ...]
    words: tuple[tuple[int, int], ...]  # (place in parts, which word)
    length: int

    def fill(self, words: Sequence[bytes]) -> bytes:
        """The page with these words, of the lengths that the form was made for."""
        parts = list(self.parts)
        for place, word in self.words:
            parts[place] = words[word]
        return b"".join(parts)


class Stencil:
    """A page cut at its words. Safe under threads."""

    def __init__(self, pieces: tuple[bytes, ...], order: tuple[int, ...]) -> None:
        self.pieces, self.order = pieces, order
        self.size = sum(map(len, pieces))  # bytes without the words
        self._used = tuple(sorted(set(order)))
        self._forms: dict[tuple[str, tuple[int, ...]], Form | None] = {}
        self._lock = Lock()

    def form(self, encoding: str, lengths: tuple[int, ...], *, ready: bool = False) -> Form | None:
        """The form of an encoding ("", "gzip" or "br") for words of these lengths; None if it cannot be made, or is
        not made yet and has to be `ready`."""
        key = (encoding, tuple([lengths[word] for word in self._used]))  # of the words that stand in the page at all
        if key in self._forms or ready:
            return self._forms.get(key)
        made = self._make(encoding, lengths)
        with self._lock:
            if len(self._forms) >= _FORMS:
                self._forms.clear()
            self._forms[key] = made
        return made

    def fill(self, encoding: str, words: Sequence[bytes], *, ready: bool = False) -> bytes | None:
        """The page with these words in an encoding; None if it cannot be made so (`ready`: at once)."""
        form = self.form(encoding, tuple(map(len, words)), ready=ready)
        if form is None:
            return None
        if encoding != "gzip":
            return form.fill(words)
        plain = self.plain(words)
        return form.fill(words) + struct.pack("<LL", zlib.crc32(plain), len(plain))

    def plain(self, words: Sequence[bytes]) -> bytes:
        """The page with these words, not compressed."""
        parts = list(self.pieces)
        parts[1::2] = [words[word] for word in self.order]
        return b"".join(parts)

    def _make(self, encoding: str, lengths: tuple[int, ...]) -> Form | None:
        if not encoding:
            return _form([*self._runs()], lengths)
        try:
            parts = _squeezed(self._regions(), lengths, _BROTLI if encoding == "br" else _GZIP)
        except StencilError:
            return None
        form = _form(parts, lengths, 8 if encoding == "gzip" else 0)
        for seed in (1, 2):  # tried out before it is used
            words = _filler(random.Random(seed), lengths)  # noqa: S311 - a trial, not a secret
            if _unpack(encoding, form.fill(words)) != self.plain(words):
                return None
        return form

    def _runs(self) -> list[bytes | int]:
        order = iter(self.order)
        return [piece if place % 2 == 0 else next(order) for place, piece in enumerate(self.pieces)]

    def _regions(self) -> list[list[bytes | int]]:
        """The page as text (lists of one piece) and uncompressed regions (lists that begin with a word)."""
        regions: list[list[bytes | int]] = []
        for part in self._runs():
            if isinstance(part, int):
                if regions and isinstance(regions[-1][0], int):
                    regions[-1].append(part)
                else:
                    regions.append([part])
            elif regions and len(part) > _NEAR:
                regions[-1].append(part[:2])
                regions.append([part[2:]])
            elif regions:
                regions[-1].append(part)
            else:
                regions.append([part])
        return regions


def cut(text: str, marks: Mapping[int, str]) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """A text cut at the marks that stand for words: its pieces, those at odd places empty, and the order of words."""
    known = {mark: word for word, mark in marks.items() if mark}
    if not known:
        return (text.encode(),), ()
    longest_first = sorted(known, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    order = tuple(known[mark] for mark in parts[1::2])
    return tuple(b"" if place % 2 else part.encode() for place, part in enumerate(parts)), order


def stencil_of(pages: Sequence[tuple[str, Mapping[int, str]]]) -> Stencil:
    """The stencil of one page that was rendered several times, each time with other marks. Raises `StencilError`
    unless the renderings differ in their marks and in nothing else: a mark that is also a part of the page, or words
    that change more of the page than their own place, show in this way."""
    first, *others = [cut(text, marks) for text, marks in pages]
    if any(other != first for other in others):
        raise StencilError("Expected the same page with other words in it, got another page.")
    return Stencil(*first)


@dataclass(frozen=True, slots=True)
class _Way:
    """One compressor: made anew by `begin`, told text, flushed; `stored` heads an uncompressed block."""

    begin: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes]]]
    stored: Callable[[int], bytes]
    head: bytes
    end: bytes


def _begin_brotli() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    made = brotli.Compressor(quality=_QUALITY)
    return made.process, made.flush


def _begin_deflate() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    made = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    return made.compress, lambda: made.flush(zlib.Z_SYNC_FLUSH)


def _stored_brotli(length: int) -> bytes:
    """Head of an uncompressed meta-block of up to 65,536 bytes (RFC 7932, 9.2): ISLAST 0, MNIBBLES 4, MLEN - 1,
    ISUNCOMPRESSED 1, and zeros up to the byte."""
    return (((length - 1) << 3) | 1 << 19).to_bytes(3, "little")


def _stored_deflate(length: int) -> bytes:
    """Head of a stored block that is not the last (RFC 1951, 3.2.4)."""
    return struct.pack("<BHH", 0, length, length ^ 0xFFFF)


_BROTLI = _Way(_begin_brotli, _stored_brotli, b"", b"\x03")  # RFC 7932, 9.2: ISLAST 1, ISLASTEMPTY 1
_GZIP = _Way(_begin_deflate, _stored_deflate, _GZIP_HEAD, _DEFLATE_END)


def _squeezed(regions: list[list[bytes | int]], lengths: tuple[int, ...], way: _Way) -> list[bytes | int]:
    squeeze, flush = way.begin()
    filler = random.Random(0)  # noqa: S311 - bytes without repetition, nothing to hide
    parts: list[bytes | int] = [way.head]
    for region in regions:
        if isinstance(region[0], bytes):
            parts.append(squeeze(region[0]) + flush())
            continue
        size = sum(len(part) if isinstance(part, bytes) else lengths[part] for part in region)
        if not 0 < size <= _STORED_MOST:
            raise StencilError(f"Expected words of 1 to {_STORED_MOST:,} bytes, got {size:,}.")
        squeeze(bytes(filler.choices(_NO_TEXT, k=size)))
        flush()
        parts += [way.stored(size), *region]
    return [*parts, way.end]


def _form(parts: Sequence[bytes | int], lengths: tuple[int, ...], more: int = 0) -> Form:
    """The form of these parts, neighbours joined; `more` bytes will follow it."""
    joined: list[bytes] = []
    words: list[tuple[int, int]] = []
    after_word = True
    for part in parts:
        if isinstance(part, int):
            words.append((len(joined), part))
            joined.append(b"")
        elif after_word:
            joined.append(part)
        else:
            joined[-1] += part
        after_word = isinstance(part, int)
    length = sum(map(len, joined)) + sum(lengths[word] for _, word in words) + more
    return Form(tuple(joined), tuple(words), length)


def _filler(chance: random.Random, lengths: tuple[int, ...]) -> list[bytes]:
    return [bytes(chance.choices(range(0x20, 0x7F), k=length)) for length in lengths]


def _unpack(encoding: str, body: bytes) -> bytes:
    try:
        if encoding == "br":
            return bytes(brotli.decompress(body))
        return zlib.decompress(body[len(_GZIP_HEAD) :], -15)
    except (brotli.error, zlib.error):
        return b""
