"""EPC URNs (GS1 EPC Tag Data Standard 2.x, section 6): the same GS1 keys, as event systems and tags write them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from .ai_table import known_ai
from .check_digit import expected_check_digit
from .code import Code, CodeError, Spelling
from .element_string import code_of

_FORM = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([0-9]+)\.([0-9]+)(?:\.(.*))?", re.IGNORECASE | re.DOTALL)
_ANY = "*"  # in a pattern: any serial


def read_urn(text: str) -> Code:
    """The code of an EPC URN of an item, lot, model, logistic unit or place. Raises `CodeError`."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise CodeError("not_a_code", "an EPC URN of a GTIN, SSCC or GLN", ascii(text[:40]), kind="NOT_GS1")
    form, scheme = match[1].lower(), match[2].lower()
    company, reference, rest = match[3], match[4], unquote(match[5] or "")
    pairs: list[tuple[str, str]]
    if scheme in ("sgtin", "lgtin") and reference:
        pairs = [("01", _with_check(reference[0] + company + reference[1:]))]
        if not (form == "idpat" and rest == _ANY):
            pairs.append(("21" if scheme == "sgtin" else "10", rest))
    elif scheme == "sscc":
        pairs = [("00", _with_check(reference[0] + company + reference[1:]))]
    elif scheme == "sgln":
        pairs = [("414", _with_check(company + reference))]
        if rest != "0":  # no extension
            pairs.append(("254", rest))
    else:
        raise CodeError("not_a_code", "an EPC URN of a GTIN, SSCC or GLN", ascii(scheme), kind="NOT_GS1")
    for ai, value in pairs:
        known_ai(ai).check(value)
    return code_of(pairs, Spelling.PLAIN)


def _with_check(payload: str) -> str:
    return f"{payload}{expected_check_digit(payload)}"
