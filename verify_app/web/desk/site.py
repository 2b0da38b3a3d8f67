"""Field mode: the kit that works without a network, what it sends, and the page of one visit."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from ...assets import static_files, static_url_if_there
from ...domain.account import Account
from ...domain.audit import Kind
from ...domain.checklist import Basis
from ...domain.field import Check, Mark, Visit
from ...domain.label_groups import label_groups
from ...inspection.site import Photo, Site
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import did, saw
from ..headers import let_wasm_run
from ..language import words
from ..scanning import read_photo
from ..target import the_parts
from .cases import place_of
from .checklists import caption, checklists, faulty, group_name
from .told import answers, goods_of, judged, titles

pages = Blueprint("site", __name__, url_prefix="/field")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST = 500  # checks of one sending
_LINES = 100  # marks of one checklist
_DAY = 86_400_000
_SCRIPTS = {
    "keep": "js/kit-keep.js",
    "sending": "js/kit-sending.js",
    "camera": "js/kit-camera.js",
    "lines": "js/kit-lines.js",
    "reading": "js/camera-reading.js",
    "worker": "js/camera-worker.js",
}


def site() -> Site:
    """The visits of the running application."""
    return the_parts().site


@pages.get("/")
def visits() -> str:
    """One's own visits, and the way to the kit."""
    return render_template("desk/visits.html", visits=site().visits(the_account().id))


@pages.get("/kit")
def kit() -> Response:
    """The page that works without a network. It holds no data: what is captured lies on the phone until it is sent."""
    page = render_template(
        "desk/kit.html", scripts=_SCRIPTS, decoder=_decoder(), lists=checklists(words().lang), bases=Basis, marks=Mark
    )
    return let_wasm_run(Response(page))


@pages.get("/kit-worker.js")
def kit_worker() -> Response:
    """The service worker that keeps the kit."""
    prints = "".join(one.fingerprint for name, one in sorted(static_files().items()) if name.endswith((".js", ".css")))
    version = sha256(prints.encode()).hexdigest()[:12]  # any change of what it keeps makes it keep everything anew
    body = static_files()["js/kit-worker.js"].body.decode().replace("{version}", version)
    return Response(body, mimetype="text/javascript")


@pages.get("/token")
def token() -> Response:
    """The form token that a sending needs, and whose it is: a phone may hold what somebody else captured."""
    return jsonify({"token": generate_csrf(), "account": the_account().id})


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Take visits and checks as the kit sends them; again is as once. Answers what is known of each."""
    told: Any = request.get_json(silent=True)
    account = the_account()
    try:
        given, listed = _visit(dict(told["visit"]), account), list(told.get("checks") or ())[:_MOST]
        checks = [_check(dict(one), given.id) for one in listed]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):  # "Infinity" is a number of JSON
        abort(422)
    if site().keep_visit(given) is None:
        abort(403)
    for check in checks:
        site().keep_check(check, judged)
    did(Kind.ACT, "field.send", f"visit {given.id}", f"{len(checks)} checks")
    return jsonify({"checks": answers(given.id)})


@pages.post("/photos/<photo_id>")
def photo(photo_id: str) -> ResponseReturnValue:
    """Take one photo or signature; again is as once. A photo of a code without text is read here."""
    visit_id, check_id, kind = (request.args.get(name, "") for name in ("visit", "check", "kind"))
    visit = site().visit(visit_id)
    if visit is None or visit.account != the_account().id or not _UUID.fullmatch(photo_id):
        abort(404)
    if kind not in ("photo", "signature"):
        abort(422)
    kept = site().keep_photo(Photo(photo_id, visit_id, check_id, kind, "", now_ms()), request.get_data())
    did(Kind.ACT, f"field.{kind}", f"visit {visit_id}", f"SHA-256 {kept.digest}")
    codes = [symbol.payload for symbol in read_photo(request.get_data()).symbols] if kind == "photo" else []
    return jsonify({"digest": kept.digest, "codes": codes})


@pages.get("/visits/<visit_id>")
def visit(visit_id: str) -> str:
    """One visit: each check with its reasons, evidence and history, what stands out, photos and the signature."""
    found = own_visit(visit_id)
    saw(f"visit {visit_id}", "casework")
    checks = site().checks(visit_id)
    return render_template(
        "desk/visit.html",
        visit=found,
        checks=[(check, titles(check), goods_of(check), site().scans(check)) for check in checks],
        odd=site().odd(checks),
        photos=site().photos(visit_id),
        place_of=place_of,
        caption=lambda key: caption(key, words()),
        faulty=lambda marks: faulty(marks, words()),
        group_name=lambda number: group_name(number, words()),
    )


@pages.get("/visits/<visit_id>/<digest>.jpg")
def picture(visit_id: str, digest: str) -> Response:
    """A photo of a visit."""
    own_visit(visit_id)
    if digest not in {one.digest for one in site().photos(visit_id)}:
        abort(404)
    path: Path = site().file_of(digest)
    if not path.is_file():
        abort(404)  # the disk lost it; its digest still stands on the page
    saw(f"photo: visit {visit_id}", "casework")
    return send_file(path.resolve(), mimetype="image/jpeg")


def _decoder() -> tuple[str, ...]:
    """Where the decoder lies that a browser without one of its own uses; () in a checkout that lacks it."""
    files = tuple(static_url_if_there(f"vendor/zxing_reader.{kind}") for kind in ("js", "wasm"))
    return files if all(files) else ()


def own_visit(visit_id: str) -> Visit:
    """A visit of the account that asks; all others are not even there."""
    found = site().visit(visit_id)
    if found is None or found.account != the_account().id:
        abort(404)
    return found


def _visit(told: Any, account: Account) -> Visit:
    """A visit as the kit tells it. Raises `ValueError`, `TypeError` or `KeyError`."""
    place, seller, note = (str(told.get(name, ""))[:2000] for name in ("place", "seller", "note"))
    basis, marks = Basis(told.get("basis") or Basis.SURVEY).value, _marks(told)
    opened, closed = _time(told["opened"]), _time(told.get("closed", 0))
    return Visit(_id(told["id"]), account.id, account.name, place, seller, note, opened, closed, basis, marks)


def _check(told: Any, visit_id: str) -> Check:
    text, note = str(told.get("text", ""))[:2000], str(told.get("note", ""))[:2000]
    group = int(told.get("group") or 0)
    return Check(_id(told["id"]), visit_id, text, _time(told["taken"]), now_ms(), marks=_marks(told), note=note,
                 goods_group=group if group in label_groups() else 0)  # fmt: skip


def _marks(told: Any) -> dict[str, Mark]:
    """The officer's words on lines of a checklist. Raises `ValueError`, `TypeError`."""
    return {str(name)[:60]: Mark(word) for name, word in list(dict(told.get("marks") or {}).items())[:_LINES]}


def _id(told: Any) -> str:
    if not _UUID.fullmatch(str(told)):
        raise ValueError(f"Expected a UUID, got {told!r}.")
    return str(told)


def _time(told: Any) -> int:
    """A time of the phone's clock, never in the future of ours by more than a day."""
    return max(0, min(int(told), now_ms() + _DAY))
