"""Setting type: what must stay on one line."""

from __future__ import annotations

import re

_NBSP = "\u00a0"
_UNIT = r"(?:[kmµ]?g|[mcd]?l|[kcm]?m|lít|lit(?:re|er)s?|°[CF]|độ|viên|gói|túi|lọ|chai|tablets?|capsules?|%)"
_QUANTITY = re.compile(rf"(?<=\d) (?={_UNIT}(?![\w²³])|[×x] ?\d)|(?<=\d\u00a0[×x]) (?=\d)|(?<=\d [×x]) (?=\d)")


def unbroken(text: str) -> str:
    """The text with its quantities unbreakable: "500 g", "60 × 180 cm"."""
    return _QUANTITY.sub(_NBSP, text)
