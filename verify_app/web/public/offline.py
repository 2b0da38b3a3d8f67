"""What a phone keeps to be of use without a network: the manifest, the service worker, and two pages for its own scans.

A verdict is never among it: the worker fetches the page of a code from here or not at all.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256

from flask import Blueprint, Response, render_template, request

from ... import assets
from ..http_cache import for_an_hour
from ..language import link, words

blueprint = Blueprint("offline", __name__)

PAGES = ("/", "/scan", "/help", "/history", "/offline")  # they say the same to everybody
_OFFLINE_ASSETS = ("css/reading.css", "js/own_scans.js", "js/offline.js", "js/history.js", "img/icon.svg")
_LARGEST = 64 * 1024  # bytes; a larger file, such as a decoder, is fetched when it is needed
_ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable-512", 512, "maskable"))


@blueprint.get("/offline")
def offline_page() -> Response:
    """The page that stands in for any other without a network. Opened by a code's address, it keeps that scan."""
    return for_an_hour(Response(render_template("public/offline.html")), request)


@blueprint.get("/history")
def history_page() -> Response:
    """This device's own scans. The server sends an empty list: only the device knows what belongs there."""
    return for_an_hour(Response(render_template("public/history.html")), request)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What an installed copy is called, looks like and opens (W3C Web Application Manifest)."""
    say, icons = words().text, assets.static_url
    body = {
        "id": "/",
        "name": say("site.name"),
        "short_name": say("site.name"),
        "description": say("site.description"),
        "lang": words().lang,
        "dir": "ltr",
        "start_url": link("/"),
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0b5d4e",
        "background_color": "#f4f5f2",
        "categories": ["shopping", "utilities"],
        "icons": [
            {"src": icons(f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in _ICONS
        ]
        + [{"src": icons("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        "shortcuts": [
            {"name": say("scan.title"), "url": link("/scan")},
            {"name": say("history.title"), "url": link("/history")},
        ],
        "share_target": {
            "action": link("/scan"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"text": "code", "url": "code", "files": [{"name": "photo", "accept": ["image/*"]}]},
        },
    }
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/manifest+json")
    return for_an_hour(response, request)


@blueprint.get("/service-worker.js")
def service_worker() -> Response:
    """The worker for the whole site. Browsers ask each time whether it changed; a release changes its version."""
    told = {
        "version": release(),
        "store": assets.static_url("js/own_scans.js"),
        "pages": PAGES,
        "offline": [assets.static_url(name) for name in _OFFLINE_ASSETS],
        "assets": [assets.static_url(name) for name in _light_assets()],
    }
    body = f"self.release = {json.dumps(told)};\n".encode() + assets.static_files()["js/service-worker.js"].body
    response = Response(body, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@cache
def release() -> str:
    """Fingerprint of everything that pages are made of: static files, templates and words."""
    digest = sha256(assets.stylesheet().encode())
    for asset in assets.static_files().values():
        digest.update(f"{asset.name} {asset.fingerprint}\n".encode())
    for folder, pattern in (("templates", "*.html"), ("translations", "*.po")):
        root = assets.folder(folder)
        for file in sorted(root.rglob(pattern)):
            digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _light_assets() -> list[str]:
    """Scripts and sheets that pages link to: small ones, without those that travel inside each page."""
    return [
        name
        for name, asset in assets.static_files().items()
        if name.startswith(("js/", "css/"))
        and name.endswith((".js", ".css"))
        and name != "js/service-worker.js"
        and name.removeprefix("css/").removesuffix(".css") not in assets.SHEETS
        and len(asset.body) <= _LARGEST
    ]
