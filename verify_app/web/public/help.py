"""The shopper's help: how to scan, what each verdict means, what a code can prove, whom to trust, what is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request

from ...demo.cases import cases
from ...domain.judge import FOR_ALL, LEVELS
from ...domain.verdict import Reason, Verdict
from ...i18n import Catalogue
from ...images.symbols import draw, link_modules
from .. import receipt
from ..http_cache import for_an_hour
from ..language import words
from ..target import base_url, the_parts
from ..training import PARAMETER
from .demo import DemoLink, case_links

blueprint = Blueprint("help", __name__)

_TOPICS = {  # section -> its topics; those of "verdicts" are followed by one for each reason
    "scan": ("find", "camera", "photo", "type", "trouble"),
    "verdicts": ("levels",),
    "proof": ("proves", "proves_not"),
    "official": ("host", "fakes", "never"),
    "privacy": ("kept", "kept_not", "retention", "device"),
    "offline": ("works", "pending"),
    "training": ("try",),
}
_PICTURES = ("find", "camera", "type", "levels", "host")
_TO_SCAN = (Reason.VALID, Reason.RECALLED, Reason.UNKNOWN_SERIAL, Reason.CLASS_ONLY)  # shown as symbols to scan


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that somebody may look for. `card` where it explains a verdict, `picture` where one helps."""

    id: str
    title: str
    lines: tuple[str, ...]
    card: receipt.Card | None = None
    why: str = ""
    picture: str = ""
    found: bool = True

    def holds(self, asked: list[str], extra: str = "") -> bool:
        """Whether all folded words stand in the topic, in any order."""
        said = (
            (self.card.title, self.card.meaning, self.card.next, self.why) if self.card else (self.title, *self.lines)
        )
        text = fold(" ".join((*said, extra)))
        return all(word in text for word in asked)


@dataclass(frozen=True, slots=True)
class Section:
    """Topics under one headline."""

    id: str
    title: str
    topics: tuple[Topic, ...]

    @property
    def found(self) -> bool:
        """Whether the search left anything of it."""
        return any(topic.found for topic in self.topics)


@blueprint.get("/help")
def help_page() -> Response:
    """The whole help; with `?q=` the topics that hold all of its words, the others hidden."""
    asked = request.args.get("q", "")[:100]
    host = urlsplit(base_url(request)).netloc
    sections = [_search(section, asked, host) for section in _sections(words(), demo=the_parts().settings.demo)]
    count = sum(topic.found for section in sections for topic in section.topics)
    html = render_template("public/help.html", sections=sections, asked=asked.strip(), count=count, host=host)
    return for_an_hour(Response(html), request)


@blueprint.get("/help/try")
def practice_page() -> Response:
    """Links and symbols to practise with: every demonstration case, answered without a trace."""
    if not the_parts().settings.demo:
        abort(404)
    # A foreign code has no address here that could say "practice".
    links = [_practised(item) for item in case_links(words()) if item.card.name != Reason.FOREIGN]
    first = {item.card.name: item for item in reversed(links)}
    symbols = [(reason, first[reason]) for reason in _TO_SCAN if reason in first]
    html = render_template("public/help_try.html", links=links, symbols=symbols)
    return for_an_hour(Response(html), request)


@blueprint.get("/help/try/<reason>.svg")
def practice_symbol(reason: str) -> Response:
    """QR Code of a practice link. Without the demonstration, or for a reason that is not shown there, 404."""
    case = next((case for case in cases() if case.expect == reason and case.code), None)
    if reason not in _TO_SCAN or case is None or not the_parts().settings.demo:
        abort(404)
    made = link_modules(f"{base_url(request)}{case.path}?{PARAMETER}=1")
    response = Response(draw(made, "svg", 4), mimetype="image/svg+xml")
    return for_an_hour(response, request)


def fold(text: str) -> str:
    """Text for comparison: lower case, without the marks of Vietnamese letters, since many people type none."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("đ", "d")


def _sections(say: Catalogue, *, demo: bool) -> Iterator[Section]:
    for section, names in _TOPICS.items():
        if section == "training" and not demo:
            continue
        topics = [_topic(name, say) for name in names]
        if section == "verdicts":
            topics += [_reason(reason, say) for reason in FOR_ALL]
        yield Section(section, say.text(f"help.section.{section}"), tuple(topics))


def _topic(name: str, say: Catalogue) -> Topic:
    lines = tuple(say.text(f"help.{name}.text").split("\n"))
    return Topic(name, say.text(f"help.{name}.title"), lines, picture=name if name in _PICTURES else "")


def _reason(reason: Reason, say: Catalogue) -> Topic:
    card = receipt.card_of(Verdict((reason,), LEVELS[reason]), say)
    return Topic(str(reason), card.title, (), card, why=say.text(f"help.why.{reason}"))


def _search(section: Section, asked: str, host: str) -> Section:
    wanted = fold(asked).split()
    topics = (replace(topic, found=topic.holds(wanted, host if topic.id == "host" else "")) for topic in section.topics)
    return replace(section, topics=tuple(topics))


def _practised(item: DemoLink) -> DemoLink:
    """The link as practice. Pages outside of a code's own address leave no trace in its history anyway."""
    if not item.path.startswith(("/01/", "/c/")):
        return item
    return replace(item, path=f"{item.path}{'&' if '?' in item.path else '?'}{PARAMETER}=1")
