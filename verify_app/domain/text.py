"""Text in several languages, as an enterprise gave it."""

from __future__ import annotations

from dataclasses import dataclass

FALLBACK = "vi"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one or more languages: pairs of (ISO 639-1 language, text), Vietnamese first."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, vi: str, en: str = "") -> Text:
        """Make a text from its Vietnamese and, if any, its English form."""
        return cls((("vi", vi), ("en", en)) if en else (("vi", vi),))

    def language(self, wanted: str) -> str:
        """Language that `text(wanted)` answers in: the wanted one, else Vietnamese, else the first that has words."""
        have = [language for language, text in self.values if text]
        if wanted in have:
            return wanted
        return FALLBACK if FALLBACK in have else (have[0] if have else FALLBACK)

    def text(self, wanted: str) -> str:
        """Text in the wanted language, else in Vietnamese, else in the first that there is."""
        return dict(self.values).get(self.language(wanted), "")

    def __bool__(self) -> bool:
        return any(text for _, text in self.values)


NO_TEXT = Text(())
