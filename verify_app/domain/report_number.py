"""The number on the receipt of a shopper's report: sixteen symbols that a person can write down and read out.

Whoever has it may read what became of the report, so it cannot be guessed: R, thirteen symbols of Crockford's base 32
(65 bits of chance) and two check symbols, modulo 1021 as in `short_code`.
"""

from __future__ import annotations

from .report import ReportError
from .short_code import fold_short

LENGTH = 16
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS = 65
_MODULUS = 1021


def report_number(chance: bytes) -> str:
    """The number made of at least nine bytes of chance, without hyphens."""
    if len(chance) * 8 < _BITS:
        raise ValueError(f"Expected at least 9 bytes of chance, got {len(chance)}.")
    payload = int.from_bytes(chance, "big") >> (len(chance) * 8 - _BITS)
    number, symbols = payload << 10 | payload % _MODULUS, ""
    for _ in range(LENGTH - 1):
        number, value = divmod(number, 32)
        symbols = _SYMBOLS[value] + symbols
    return "R" + symbols


def display_number(number: str) -> str:
    """The number as it is shown: "RXXX-XXXX-XXXX-XXXX"."""
    return "-".join(number[at : at + 4] for at in range(0, LENGTH, 4))


def parse_number(text: str) -> str:
    """The number in any spelling, look-alikes folded. Raises `ReportError`."""
    folded = fold_short(text.strip())
    if len(folded) != LENGTH or not folded.startswith("R") or set(folded) - set(_SYMBOLS):
        raise ReportError("number", f"a number of R and {LENGTH - 1} symbols", f"{len(folded)} symbols")
    value = 0
    for symbol in folded[1:]:
        value = value << 5 | _SYMBOLS.index(symbol)
    if value % 1024 != (value >> 10) % _MODULUS:
        raise ReportError("number", "check symbols that fit", "others: one symbol is wrong")
    return folded
