"""The statement of origin on a label: its fixed phrases, and the country in full (Decree 37/2026 Arts. 39, 47)."""

from __future__ import annotations

import re
from unicodedata import normalize

ORIGIN_PHRASES = (  # Art. 47: the origin is known
    "sản xuất tại",
    "chế tạo tại",
    "nước sản xuất",
    "xuất xứ",
    "sản xuất bởi",
    "sản phẩm của",
)
LAST_STEP_PHRASES = (  # Art. 47: the origin cannot be determined, so the last step of completion stands for it
    "lắp ráp tại",
    "đóng chai tại",
    "phối trộn tại",
    "hoàn tất tại",
    "đóng gói tại",
    "dán nhãn tại",
)
_PHRASE = re.compile("|".join((*ORIGIN_PHRASES, *LAST_STEP_PHRASES)))
_INITIALS = re.compile(r"[A-Z]{2,3}|(?:[A-Z]\.){2,4}|[A-Z](?:\.[A-Z]){1,3}")
_FULL_IN_CAPITALS = frozenset({"NGA", "ANH"})  # Russia and England are this short in Vietnamese


def origin_phrase(text: str) -> str | None:
    """The phrase of Art. 47 that a Vietnamese statement of origin uses; None if it uses none, or names no place."""
    found = _PHRASE.search(_plain(text).casefold())
    return found.group() if found and found.string[found.end() :].strip(" :.–-") else None


def country_abbreviated(text: str) -> bool:
    """Whether the last part of a statement of origin is initials such as "VN" or "U.S.A." (Art. 39 forbids it)."""
    plain = _plain(text)
    found = _PHRASE.search(plain.casefold())
    place = plain[found.end() :] if found else plain
    country = place.rpartition(",")[2].strip(" :–-")
    return bool(_INITIALS.fullmatch(country)) and country not in _FULL_IN_CAPITALS


def _plain(text: str) -> str:
    """One spelling of composed letters and of spaces, so that a phrase is found however it was typed."""
    return " ".join(normalize("NFC", text).split())
