"""Text in several languages, as an enterprise gave it."""

from __future__ import annotations

from dataclasses import dataclass

FALLBACKS = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one or more languages: pairs of (ISO 639-1 language, text), Vietnamese first."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, vi: str, en: str = "") -> Text:
        """Make a text from its Vietnamese and, if any, its English form."""
        return cls((("vi", vi), ("en", en)) if en else (("vi", vi),))

    def language(self, wanted: str) -> str:
        """Language that `text(wanted)` answers in: the wanted one, else Vietnamese and English (English first for
        readers of a third language), else the first that has words."""
        have = [language for language, text in self.values if text]
        known = FALLBACKS if wanted in FALLBACKS else FALLBACKS[::-1]
        return next((language for language in (wanted, *known, *have) if language in have), FALLBACKS[0])

    def text(self, wanted: str) -> str:
        """Text in the language of `language(wanted)`, "" where there are no words at all."""
        return dict(self.values).get(self.language(wanted), "")

    def __bool__(self) -> bool:
        return any(text for _, text in self.values)


NO_TEXT = Text(())
