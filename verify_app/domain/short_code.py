"""This service's own short code: twelve symbols that a person can read out and type.

Symbols are Crockford's base 32 (no I, L, O, U). The first is always V; nine carry the number; two are check symbols,
the number modulo 1021 (prime), so every wrong symbol and every swap of neighbours is refused: the weights of the
places, powers of 32 modulo 1021, differ, and none is the negative of a check symbol's weight.
"""

from __future__ import annotations

from .code import CodeError

SHORT_LENGTH = 12
PAYLOADS = 32**9  # payloads are whole numbers below this

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
_MODULUS = 1021
_FOLD = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzILO", "ABCDEFGH1JK1MN0PQRSTUVWXYZ110", " -\u00a0\u2010\u2011\u2012\u2013\u2014"
)


def format_short(payload: int) -> str:
    """Canonical short code of a payload from 0 to 32**9 - 1: twelve symbols without hyphens."""
    if not 0 <= payload < PAYLOADS:
        raise ValueError(f"Expected a payload from 0 to {PAYLOADS - 1}, got {payload}.")
    number, symbols = payload << 10 | payload % _MODULUS, []
    for _ in range(SHORT_LENGTH - 1):
        number, value = divmod(number, 32)
        symbols.append(_SYMBOLS[value])
    return "V" + "".join(reversed(symbols))


def display_short(value: str) -> str:
    """Short code as it is shown and printed: "VXXX-XXXX-XXXX"."""
    return "-".join((value[:4], value[4:8], value[8:]))


def fold_short(text: str) -> str:
    """Text with case, spaces, hyphens and the look-alikes i, l, o folded away; not yet checked."""
    return text.translate(_FOLD)


def parse_short(text: str) -> str:
    """Canonical form of a short code in any spelling. Raises `CodeError`."""
    folded = fold_short(text)
    if len(folded) != SHORT_LENGTH:
        raise CodeError("length", f"{SHORT_LENGTH} symbols in the short code", str(len(folded)))
    if not folded.startswith("V"):
        raise CodeError("characters", "V as the first symbol of the short code", repr(folded[0]))
    number = 0
    for symbol in folded[1:]:
        if symbol not in _VALUE:
            raise CodeError("characters", "digits and letters other than U in the short code", repr(symbol))
        number = number << 5 | _VALUE[symbol]
    payload, check = divmod(number, 1024)
    if check != payload % _MODULUS:
        raise CodeError("check_digit", f"check symbols {format_short(payload)[-2:]}", folded[-2:])
    return folded
