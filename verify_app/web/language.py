"""The language of the present request, and the words that templates use."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request

from .. import assets
from ..i18n import LANGUAGES, Catalogue, catalogue, pick_language
from .typography import unbroken


def words() -> Catalogue:
    """Catalogue of the present request: `?lang=`, else Accept-Language, else Vietnamese. Strict in tests."""
    found: Catalogue | None = g.get("words")  # one look: a page asks some sixty times
    if found is None:
        lang = pick_language(request.args.get("lang", ""), request.headers.get("Accept-Language", ""))
        found = g.words = catalogue(lang, strict=current_app.testing)
    return found


def chosen() -> str:
    """Language that the visitor chose by `?lang=`, "" if the browser chose it. Links of a page carry it on, since
    there is no cookie to keep it."""
    lang = request.args.get("lang", "")
    return lang if lang in LANGUAGES else ""


def link(path: str, **params: str) -> str:
    """A link to a page of ours that keeps the language that the visitor chose."""
    query = {name: value for name, value in {**params, "lang": params.get("lang") or chosen()}.items() if value}
    return path + (("&" if "?" in path else "?") + urlencode(query) if query else "")


def switches(path: str) -> list[dict[str, str]]:
    """The page at `path` in each other language: code, name and link."""
    return [
        {"lang": lang, "name": catalogue(lang).name, "url": link(path, lang=lang)}
        for lang in LANGUAGES
        if lang != words().lang
    ]


def teach_templates(app: Flask) -> None:
    """Give templates the words, dates, links and static URLs of the present request."""
    env: dict[str, Any] = app.jinja_env.globals
    env["t"] = lambda msgid, **params: words().text(msgid, **params)
    env["tn"] = lambda msgid, count, **params: words().plural(msgid, count, **params)
    env["has_text"] = lambda msgid: words().has(msgid)
    env["words"] = words
    env["link"] = link
    env["static_url"] = assets.static_url
    env["stylesheet"] = assets.stylesheet
    env["switches"] = switches
    app.jinja_env.filters["isodate"] = date.fromisoformat
    app.jinja_env.filters["say"] = lambda text: text.text(words().lang)
    app.jinja_env.filters["unbroken"] = unbroken
    app.jinja_env.filters["say_lang"] = lambda text: text.language(words().lang)
