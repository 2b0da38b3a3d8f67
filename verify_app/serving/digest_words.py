"""The words of the letter that an enterprise gets in the morning."""

from __future__ import annotations

from datetime import date

from ..enterprise.digests import DayCounts
from ..i18n import catalogue

_LINES = ("alerts", "imports", "bad_rows", "returned", "published", "ending")


def digest_words(found: DayCounts, lang: str, day: date) -> tuple[str, str]:
    """Subject and text of a letter in a language; what did not happen is not named."""
    words = catalogue(lang)
    lines = [
        f"- {words.text(f'digest.{name}', count=words.number(getattr(found, name)))}"
        for name in _LINES
        if getattr(found, name)
    ]
    body = "\n".join((words.text("digest.lead", date=words.day(day)), "", *lines, "", words.text("digest.end"), ""))
    return words.text("digest.subject", date=words.day(day)), body
