"""The words of the interface: one catalogue a language, read from translations/{language}/*.po at the start.

Message ids are symbolic ("result.first_checked"). A new language is a new folder; no code changes. It may be begun
with a few messages: what it lacks is shown in English, dates and numbers as the language writes them.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from .assets import folder

log = logging.getLogger(__name__)
FALLBACK = "vi"
_VIETNAM = timezone(timedelta(hours=7), "ICT")  # Asia/Ho_Chi_Minh: one zone, no summer time
_PLACE = re.compile(r"\{([a-z_]+)\}")


class MissingMessageError(KeyError):
    """A message id that no catalogue holds."""


@dataclass(frozen=True)
class Catalogue:
    """The words of one language. `strict` catalogues raise `MissingMessageError`; the others show the message id and
    log it. A message that a language lacks is taken from `fallback`."""

    lang: str
    messages: dict[str, tuple[str, ...]]
    fallback: dict[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = False

    def has(self, msgid: str) -> bool:
        """Whether there are words for a message id, here or in the fallback."""
        return msgid in self.messages or msgid in self.fallback

    def text(self, msgid: str, **params: object) -> str:
        """Words of a message id, with each {name} replaced by its parameter."""
        return self._fill(self._forms(msgid)[0], params)

    def plural(self, msgid: str, count: int, **params: object) -> str:
        """Words for a number of things, in the plural form of the language; {count} is the formatted number."""
        forms = self._forms(msgid)
        form = min(self.locale.plural_form(count) != "one", len(forms) - 1)
        return self._fill(forms[form], {"count": self.number(count), **params})

    def number(self, value: float) -> str:
        """A number with the separators of the language."""
        return str(format_decimal(value, locale=self.locale))

    def day(self, value: date) -> str:
        """A date, written as the message "format.date" says, else as is usual in the language."""
        return format_date(value, self._format("format.date") or "medium", locale=self.locale)

    def date(self, ms: int) -> str:
        """The Vietnamese local date of an instant in UTC milliseconds."""
        return self.day(_local(ms).date())

    def moment(self, ms: int) -> str:
        """Vietnamese local date and time of an instant in UTC milliseconds, as "format.moment" says, else as is usual
        in the language."""
        local = _local(ms).replace(tzinfo=None)
        if pattern := self._format("format.moment"):
            return format_datetime(local, pattern, locale=self.locale)
        return f"{self.day(local.date())} {format_time(local.time(), 'short', locale=self.locale)}"

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self.messages.get("language.name", ("",))[0] or str(self.locale.display_name)

    def country(self, code: str) -> str:
        """Name of a country (ISO 3166-1 alpha-2) in the language; the code itself where there is no name."""
        return str(self.locale.territories.get(code, code))

    @property
    def locale(self) -> Locale:
        """Babel's knowledge of the language."""
        return _locale(self.lang)

    def _format(self, msgid: str) -> str:
        """A pattern of this language itself: one of another language would put its parts in the wrong order."""
        return self.messages.get(msgid, ("",))[0]

    def _forms(self, msgid: str) -> tuple[str, ...]:
        found = self.messages.get(msgid) or self.fallback.get(msgid)
        if found:
            return found
        if self.strict:
            raise MissingMessageError(f"Expected words for {msgid!r} in {self.lang!r}, got none.")
        log.error("no words for message %s in %s", msgid, self.lang)
        return (msgid,)

    @staticmethod
    def _fill(form: str, params: dict[str, object]) -> str:
        return _PLACE.sub(lambda place: str(params.get(place[1], place[0])), form) if "{" in form else form


def languages(root: Path | None = None) -> tuple[str, ...]:
    """Languages that have a folder, Vietnamese first, then English, then the others by code."""
    found = {path.name for path in (root or folder("translations")).iterdir() if any(path.glob("*.po"))}
    return tuple(sorted(found, key=lambda lang: (lang != FALLBACK, lang != "en", lang)))


LANGUAGES = languages()


@cache
def catalogue(lang: str, *, strict: bool = False) -> Catalogue:
    """The catalogue of one of `LANGUAGES`, read once."""
    fallback = {} if lang == FALLBACK else _read(FALLBACK) | (_read("en") if lang != "en" else {})
    return Catalogue(lang, _read(lang), fallback, strict)


def pick_language(args_lang: str, accept_language: str, known: tuple[str, ...] = LANGUAGES) -> str:
    """Language of a page: `?lang=` wins, else the best of Accept-Language by its q, else Vietnamese.

    A header that cannot be read is as good as none."""
    if args_lang in known:
        return args_lang
    best, best_q = FALLBACK, 0.0
    for part in accept_language[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        lang = tag.strip().lower().partition("-")[0]
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if lang in known and best_q < q <= 1:
            best, best_q = lang, q
    return best


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, _VIETNAM)


@cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang, sep="-")


@cache
def _read(lang: str, root: Path | None = None) -> dict[str, tuple[str, ...]]:
    messages: dict[str, tuple[str, ...]] = {}
    for file in sorted(((root or folder("translations")) / lang).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=lang, abort_invalid=True):
                msgid = message.id[0] if isinstance(message.id, tuple) else message.id
                said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                forms = tuple(str(form or "") for form in said)
                if msgid and all(forms):
                    messages[str(msgid)] = forms
    return messages
