"""Text from a camera, a scanner or a keyboard -> Code. After this nobody touches raw text.

One dispatch on how the text begins; each form of a code has its own module.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from .ai_table import known_ai
from .check_digit import expected_check_digit
from .code import FOREIGN, SHORT, Code, CodeError, Spelling
from .compression import spell_out
from .digital_link import holds_no_key, read_link
from .element_string import GS, code_of, looks_like_elements, read_brackets, read_elements, spell_out_separators
from .epc_urn import read_urn
from .foreign import host_of
from .short_code import SHORT_LENGTH, fold_short, parse_short

LONGEST = 2048  # characters; the largest QR Code holds 4,296, the longest Digital Link in use about 200

_SPACES = " \t\r\n\u00a0\ufeff\u200b"  # not str.strip(): that would take the separator GS away
_CONTROL = re.compile("[\x00-\x1c\x1e\x1f\x7f-\x9f\ud800-\udfff]")
_FILLERS = re.compile("[ \u00a0\u2009\u202f\u2010-\u2015-]")
_ELEMENT_IDS = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})  # carriers of element strings
_PLAIN_IDS = frozenset({"]Q0", "]Q1", "]Q2", "]d0", "]d1", "]J0", "]C0", "]z0"})  # carriers of any text
_GTIN_LENGTHS = (8, 12, 13, 14)
_MISTYPED = range(6, 21)  # so many digits are meant as a number of a product
_SHORT_AS_PRINTED = re.compile(r"V[0-9A-HJKMNP-TV-Z]{11}")


def parse(text: str) -> Code:
    """The code that a text spells. Raises `CodeError`, and nothing else, when the text is no code.

    Expects a Digital Link as it was read, or a bare request path *not yet percent-decoded*: decoding twice would
    change values. Two spellings of one code are equal objects.
    """
    if len(text) > LONGEST:
        raise CodeError("too_long", f"at most {LONGEST:,} characters", f"{len(text):,}", kind="NOT_GS1")
    text = text.strip(_SPACES)
    if not text:
        raise CodeError("empty", "a code", "nothing", kind="NOT_GS1")
    control = _CONTROL.search(text)
    if control:
        raise CodeError("characters", "printable characters", ascii(control[0]), kind="NOT_GS1")
    if text[0] == "]":
        return _identified(text[:3], text[3:])
    return _bare(text)


def _bare(text: str) -> Code:
    """Text without a symbology identifier."""
    for begins, read in _FORMS:
        if begins.match(text):
            return read(text)
    separated = spell_out_separators(text)
    if GS in separated or text[0] == "^":
        return code_of(read_elements(separated.replace("^", GS)), Spelling.ELEMENT_STRING)
    plain = _FILLERS.sub("", text)
    if plain.isascii() and plain.isdigit():
        return _digits(plain)
    if looks_like_elements(text):
        return code_of(read_elements(text), Spelling.ELEMENT_STRING)
    if text[0] in "Vv" and len(fold_short(text)) == SHORT_LENGTH and fold_short(text).isalnum():
        return _short(text)
    raise CodeError("not_a_code", "a GS1 code, a link or a short code", ascii(text[:40]), kind="NOT_GS1")


def _identified(identifier: str, text: str) -> Code:
    """Text behind a symbology identifier (ISO/IEC 15424)."""
    if identifier in _ELEMENT_IDS:
        if not text:
            raise CodeError("empty", f"an element string behind {identifier}", "nothing")
        if text[0] == "(":
            return code_of(read_brackets(text), Spelling.BRACKETED)
        return code_of(read_elements(spell_out_separators(text)), Spelling.ELEMENT_STRING)
    if identifier in _PLAIN_IDS and text.strip(_SPACES):
        return _bare(text.strip(_SPACES))
    if identifier == "]E0" and len(text) == 8:
        return _upc_e(text)
    if identifier in ("]E0", "]E4"):
        if len(text) not in ((8,) if identifier == "]E4" else (12, 13)):
            expected = "8 digits behind ]E4" if identifier == "]E4" else "13 digits behind ]E0"
            raise CodeError("length", expected, str(len(text)))
        return _gtin(text)
    raise CodeError("not_a_code", "a symbology identifier that we know", ascii(identifier), kind="NOT_GS1")


def _link(text: str) -> Code:
    authority, path, query = _split(text.partition("://")[2])
    found = _read(authority, path, query) or _short_in(path)
    if found is not None:
        return found
    host = host_of(authority)
    if not host:
        raise CodeError("characters", "a host name in the link", ascii(authority[:40]), kind="NOT_GS1")
    return Code(FOREIGN, host, spelling=Spelling.FOREIGN, link=text)


def _path(text: str) -> Code:
    _, path, query = _split(text)
    if path.startswith("/c/"):
        return _short(path.removeprefix("/c/").removesuffix("/"))
    found = _read(None, path, query)
    if found is None:
        raise CodeError("not_a_code", "a path that begins with a GS1 key", ascii(path[:40]), kind="NOT_GS1")
    return found


def spelled_out(target: str) -> str:
    """A request target with a compressed Digital Link in its uncompressed form; any other target as it is. Raises
    `CodeError` as `parse` does."""
    _, path, query = _split(target)
    found = spell_out(path, query) if holds_no_key(path) else None
    return target if found is None else f"{found[0]}?{found[1]}".removesuffix("?")


def _read(authority: str | None, path: str, query: str) -> Code | None:
    """The code of a link, in its compressed form too."""
    if holds_no_key(path):
        try:
            found = spell_out(path, query)
            if found is not None:
                code = read_link(authority, *found)
                return code and replace(code, spelling=Spelling.COMPRESSED)
        except CodeError:
            if authority is None:
                raise
    return read_link(authority, path, query)


def _split(rest: str) -> tuple[str, str, str]:
    """Authority, path and query of what follows the scheme of a URL; a fragment is no part of a code."""
    rest, _, query = rest.partition("#")[0].partition("?")
    authority, slash, path = rest.partition("/")
    return authority, slash + path, query


def _short_in(path: str) -> Code | None:
    """The short code of a path /c/{short} at any host; None if other sites may mean something else by it."""
    if not path.startswith("/c/"):
        return None
    text = path.removeprefix("/c/").removesuffix("/")
    try:
        return _short(text)
    except CodeError:
        if _SHORT_AS_PRINTED.fullmatch(text.replace("-", "")):
            raise
        return None


def _short(text: str) -> Code:
    return Code(SHORT, parse_short(text), spelling=Spelling.SHORT)


def _brackets(text: str) -> Code:
    return code_of(read_brackets(spell_out_separators(text)), Spelling.BRACKETED)


def _urn(text: str) -> Code:
    if text[:10].lower() == "urn:short:":
        return _short(text[10:])
    return read_urn(text)


def _digits(digits: str) -> Code:
    if len(digits) in _GTIN_LENGTHS:
        return _gtin(digits)
    if len(digits) == 18:
        known_ai("00").check(digits)
        return Code("00", digits, spelling=Spelling.PLAIN)
    if looks_like_elements(digits):
        return code_of(read_elements(digits), Spelling.ELEMENT_STRING)
    kind = "MALFORMED" if len(digits) in _MISTYPED else "NOT_GS1"
    raise CodeError("length", "8, 12, 13, 14 or 18 digits", str(len(digits)), kind=kind)


def _gtin(digits: str) -> Code:
    if not (digits.isascii() and digits.isdigit()):
        raise CodeError("characters", "digits", ascii(digits))
    expected = expected_check_digit(digits[:-1])
    if str(expected) != digits[-1]:
        raise CodeError("check_digit", f"check digit {expected} in {digits}", digits[-1])
    return Code("01", digits.zfill(14), spelling=Spelling.PLAIN)


def _upc_e(digits: str) -> Code:
    from biip import ParseError  # loads its prefix data: only for the rare UPC-E
    from biip.upc import Upc

    try:
        return _gtin(Upc.parse(digits).as_upc_a())
    except ParseError as error:
        raise CodeError("check_digit", "a UPC-E number", ascii(digits)) from error


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], Code]], ...] = (
    (re.compile("https?://", re.IGNORECASE), _link),
    (re.compile("/"), _path),
    (re.compile(r"\("), _brackets),
    (re.compile("urn:", re.IGNORECASE), _urn),
)
