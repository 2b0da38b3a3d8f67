"""The shopper's guide as Markdown, made of the words of the help, so that both always say the same."""

from __future__ import annotations

from verify_app.domain.judge import FOR_ALL, LEVELS
from verify_app.domain.verdict import Reason, Verdict
from verify_app.i18n import Catalogue, catalogue
from verify_app.web import receipt

FILES = {"vi": "README.vi.md", "en": "README.md"}
SHOWN = {"camera": "scan", "photo": "several", "type": "typed", "pending": "pending"}
"""Pictures of topics of the help, by topic: each is a moment of the way to a verdict."""
_BEFORE = {"scan": ("find", "camera", "photo", "type", "trouble")}
_AFTER = {
    "proof": ("proves", "proves_not"),
    "official": ("fakes", "never"),
    "privacy": ("kept", "kept_not", "retention", "device"),
    "offline": ("works", "pending"),
}
_SIGNS = {"ok": "✓", "info": "i", "caution": "▲", "alert": "⬣"}


def picture_of(reason: Reason, lang: str) -> str:
    """Path of a verdict's picture below docs/shopper."""
    return f"img/{reason.lower()}-{lang}.webp"


def moment_picture(name: str, lang: str) -> str:
    """Path of a moment's picture below docs/shopper."""
    return f"img/at-{name}-{lang}.webp"


def guide(lang: str) -> str:
    """The guide in one language."""
    words = catalogue(lang, strict=True)
    other = next(name for name in FILES if name != lang)
    parts = [
        f"# {words.text('help.title')}: {words.text('site.name')}",
        f"[{catalogue(other).text('language.name')}]({FILES[other]})",
        words.text("help.lead"),
        *_sections(_BEFORE, words),
        f"## {words.text('help.section.verdicts')}",
        *words.text("help.levels.text").split("\n"),
        *(_verdict(reason, words) for reason in FOR_ALL),
        *_sections(_AFTER, words),
    ]
    return "\n\n".join(parts) + "\n"


def _sections(sections: dict[str, tuple[str, ...]], words: Catalogue) -> list[str]:
    parts = []
    for section, topics in sections.items():
        parts.append(f"## {words.text(f'help.section.{section}')}")
        for topic in topics:
            lines = words.text(f"help.{topic}.text").split("\n")
            title = words.text(f"help.{topic}.title")
            parts += [f"### {title}", "\n".join(f"- {line}" for line in lines)]
            if topic in SHOWN:
                parts.append(f'<img src="{moment_picture(SHOWN[topic], words.lang)}" width="240" alt="{title}">')
    return parts


def _verdict(reason: Reason, words: Catalogue) -> str:
    card = receipt.card_of(Verdict((reason,), LEVELS[reason]), words)
    picture = f'<img src="{picture_of(reason, words.lang)}" width="240" alt="{card.title}">'
    why = words.text(f"help.why.{reason}")
    head = f"### {_SIGNS[card.tone]} {card.title}"
    return f"{head}\n\n`{reason}` · {card.level_words}\n\n{card.meaning} **{card.next}**\n\n{why}\n\n{picture}"
