"""Field mode: the kit that works without a network, what it sends, and the page of one visit."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from ...assets import static_files, static_url_if_there
from ...domain.account import Account
from ...domain.audit import Kind
from ...domain.code import CodeError
from ...domain.field import Check, Mark, Visit
from ...domain.label_groups import label_groups
from ...domain.parse import parse
from ...domain.scan import Actor, VisitKind
from ...domain.verdict import Verdict
from ...inspection.office import note_of
from ...inspection.site import Photo, Site, named
from ...verify import verify
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..headers import let_wasm_run
from ..language import words
from ..receipt import refusal
from ..scanning import read_photo
from ..target import the_parts
from ..visit import visit_of
from .cases import place_of
from .reach import office, saw

pages = Blueprint("site", __name__, url_prefix="/field")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST = 500  # checks of one sending
_DAY = 86_400_000
_SCRIPTS = {
    "keep": "js/kit-keep.js",
    "sending": "js/kit-sending.js",
    "camera": "js/kit-camera.js",
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
    page = render_template("desk/kit.html", scripts=_SCRIPTS, decoder=_decoder())
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
    except (ValueError, TypeError, KeyError, AttributeError):
        abort(422)
    if site().keep_visit(given) is None:
        abort(403)
    for check in checks:
        site().keep_check(check, _judged)
    office().note(note_of(account, Kind.ACT, "field.send", f"visit {given.id}", f"{len(checks)} checks"), now_ms())
    return jsonify({"checks": _answers(given.id)})


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
    codes = [symbol.payload for symbol in read_photo(request.get_data()).symbols] if kind == "photo" else []
    return jsonify({"digest": kept.digest, "codes": codes})


@pages.get("/visits/<visit_id>")
def visit(visit_id: str) -> str:
    """One visit: each check with its reasons, evidence and history, what stands out, photos and the signature."""
    found = _own(visit_id)
    saw(f"visit {visit_id}", "casework")
    checks = site().checks(visit_id)
    return render_template(
        "desk/visit.html",
        visit=found,
        checks=[(check, _verdict_words(check), _goods(check), site().scans(check)) for check in checks],
        odd=site().odd(checks),
        photos=site().photos(visit_id),
        place_of=place_of,
    )


@pages.get("/visits/<visit_id>/<digest>.jpg")
def picture(visit_id: str, digest: str) -> Response:
    """A photo of a visit."""
    _own(visit_id)
    if digest not in {one.digest for one in site().photos(visit_id)}:
        abort(404)
    path: Path = site().file_of(digest)
    if not path.is_file():
        abort(404)  # the disk lost it; its digest still stands on the page
    return send_file(path.resolve(), mimetype="image/jpeg")


def _decoder() -> tuple[str, ...]:
    """Where the decoder lies that a browser without one of its own uses; () in a checkout that lacks it."""
    files = tuple(static_url_if_there(f"vendor/zxing_reader.{kind}") for kind in ("js", "wasm"))
    return files if all(files) else ()


def _own(visit_id: str) -> Visit:
    found = site().visit(visit_id)
    if found is None or found.account != the_account().id:
        abort(404)
    return found


def _visit(told: Any, account: Account) -> Visit:
    """A visit as the kit tells it. Raises `ValueError`, `TypeError` or `KeyError`."""
    place, seller, note = (str(told.get(name, ""))[:2000] for name in ("place", "seller", "note"))
    return Visit(_id(told["id"]), account.id, account.name, place, seller, note, _time(told["opened"]),
                 _time(told.get("closed", 0)))  # fmt: skip


def _check(told: Any, visit_id: str) -> Check:
    marks = {str(name)[:60]: Mark(word) for name, word in dict(told.get("marks") or {}).items()}
    text, note = str(told.get("text", ""))[:2000], str(told.get("note", ""))[:2000]
    return Check(_id(told["id"]), visit_id, text, _time(told["taken"]), now_ms(), marks=marks, note=note)


def _id(told: Any) -> str:
    if not _UUID.fullmatch(str(told)):
        raise ValueError(f"Expected a UUID, got {told!r}.")
    return str(told)


def _time(told: Any) -> int:
    """A time of the phone's clock, never in the future of ours by more than a day."""
    return max(0, min(int(told), now_ms() + _DAY))


def _judged(check: Check) -> Check:
    """A check with the verdict of this moment. An officer's look leaves no trace in the code's history."""
    parts = the_parts()
    look = replace(visit_of(request, parts), kind=VisitKind.LOOK, actor=Actor.INSPECTOR)
    try:
        answer = verify(check.text, look, parts)
    except CodeError as error:
        card = refusal(error, parts.policy, words())
        return replace(check, level=card.level, reasons=(card.name,))
    verdict: Verdict = answer.verdict
    return replace(named(check, answer.code), level=int(verdict.level), reasons=tuple(r.value for r in verdict.reasons))


def _answers(visit_id: str) -> list[dict[str, Any]]:
    """What the kit shows of each check of a visit."""
    checks = site().checks(visit_id)
    odd = site().odd(checks)
    return [
        {
            "id": check.id,
            "level": check.level,
            "name": _goods(check)["name"],
            "title": (_verdict_words(check) or [""])[0],
            "reasons": _verdict_words(check)[1:],
            "odd": [words().text(f"desk.odd.{one.value}") for one in odd.get(check.id, ())],
            "known": _known(check),
            "checklist": _goods(check)["checklist"],
        }
        for check in checks
    ]


def _known(check: Check) -> list[str]:
    """What an officer may know of an item beside the verdict: scans, places, devices, the state in the records."""
    scans = site().scans(check)
    told = []
    if scans:
        places = ", ".join(dict.fromkeys(scan.province for scan in scans if scan.province)) or "–"
        devices = len({scan.device for scan in scans})
        first, last = words().moment(scans[-1].when), words().moment(scans[0].when)
        told.append(words().text("desk.known.scans", count=len(scans), devices=devices, first=first, last=last))
        told.append(words().text("desk.known.places", places=places))
    if state := _goods(check)["state"]:
        told.append(words().text("desk.known.state", state=words().text(f"records.item.{state}")))
    return told


def _goods(check: Check) -> dict[str, Any]:
    """Name, state in the records and checklist (Decree 37/2026, Annex I) of the goods of a check."""
    found = the_parts().passports.find(parse(check.path)) if check.path else None
    if found is None:
        return {"name": "", "state": "", "checklist": [], "chain": ()}
    group = label_groups().get(found.model.label_group)
    items = [(item.items[0], words().text(f"label.item.{item.items[0]}")) for item in group.items] if group else []
    chain = tuple(event for event in (found.lot.events if found.lot else ()) if not event.in_error)
    state = found.item.state.value if found.item else ""
    return {"name": found.model.name.text(words().lang), "state": state, "checklist": items, "chain": chain}


def _verdict_words(check: Check) -> list[str]:
    """Titles of a check's reasons, the headline first."""
    return [words().text(f"verdict.{reason}.title") for reason in check.reasons]
