"""Moves of items by scanning: a shop, warehouse or producer reads codes with the phone and books what is done."""

from __future__ import annotations

import re
import secrets
import time

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from ...assets import static_url_if_there
from ...domain.code import Code
from ...domain.item_life import Act
from ...enterprise.item_life import MoveOrder, Outcome
from ...images.decoded import in_reading_order
from ...images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..accounts.door import the_account
from ..headers import let_wasm_run
from ..language import words
from ..scanning import read_photo
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("moves", __name__)
MOST = 200  # codes of one booking
_PHOTOS = 10
_LINES = re.compile(r"[\r\n]+")  # not str.splitlines(): GS, the separator of element strings, is no end of a line
_TURN = re.compile(r"[0-9a-f]{16}")
_ACTS = tuple(act.value for act in (Act.RECEIVE, Act.SHIP, Act.SELL, Act.RETURN, Act.DESTROY, Act.COMMISSION, Act.UNDO))
_SCRIPTS = {
    "camera": "js/kit-camera.js",
    "reading": "js/camera-reading.js",
    "worker": "js/camera-worker.js",
}


@blueprint.get("/enterprise/moves")
def moves() -> Response:
    """The form, and what was booked last."""
    return _page()


@blueprint.post("/enterprise/moves")
def book() -> ResponseReturnValue:
    """Book one act upon every code of the form and its photos. The same form sent again books nothing twice."""
    act, turn = request.form.get("act", ""), request.form.get("turn", "")
    place = request.form.get("place", "")
    if act not in _ACTS or not _TURN.fullmatch(turn):
        return _page(problem="act"), 422
    if len(request.files.getlist("photo")) > _PHOTOS:
        return _page(problem="photos"), 422
    texts = [line.strip(" \t") for line in _LINES.split(request.form.get("codes", "")) if line.strip()]
    read, unread = _from_photos()
    texts += read
    if not texts:
        return _page(problem="photo" if unread else "none"), 422
    if len(texts) > MOST:
        return _page(problem="many"), 422
    now = time.time_ns() // 1_000_000
    order = MoveOrder("", Act(act), now, f"scan {turn}", own_enterprise(), the_account().email, place[:13])
    return _page(the_parts().desk.life.move_all(texts, order, now), unread)


def _from_photos() -> tuple[list[str], int]:
    """The codes that the photos show, and how many photos showed none."""
    found: list[str] = []
    unread = 0
    for file in request.files.getlist("photo"):
        data = file.read()
        if not data:
            continue
        try:
            symbols = in_reading_order(read_photo(data).symbols)
        except (ImageError, DecodeBusy, DecodeTimeout):
            symbols = []
        found += [symbol.payload for symbol in symbols]
        unread += not symbols
    return found, unread


def _page(outcomes: tuple[Outcome, ...] = (), unread: int = 0, problem: str = "") -> Response:
    life, mine, now = the_parts().desk.life, own_enterprise(), time.time_ns() // 1_000_000
    recent = [
        (
            record,
            step,
            Code("01", record.gtin, (("21", record.serial),)).path if last and step.can_be_undone(now) else "",
        )
        for record, last in life.recent(mine)
        if (step := record.step) is not None
    ]
    decoder = static_url_if_there("vendor/zxing_reader.js"), static_url_if_there("vendor/zxing_reader.wasm")
    page = render_template(
        "enterprise/moves.html",
        outcomes=[(one, _name(one)) for one in outcomes],
        done=sum(one.moved is not None for one in outcomes),
        unread=unread,
        problem=problem,
        acts=_ACTS,
        places=life.places(mine),
        mine=mine,
        recent=recent,
        turn=secrets.token_hex(8),
        most=MOST,
        most_photos=_PHOTOS,
        scripts=_SCRIPTS,
        decoder=decoder if all(decoder) else (),
    )
    return let_wasm_run(Response(page))


def _name(outcome: Outcome) -> str:
    """What the goods of a booked code are called, "" where that is not known."""
    if outcome.moved is None:
        return ""
    passport = the_parts().passports.find(Code("01", outcome.moved.gtin))
    return passport.model.name.text(words().lang) if passport else ""
