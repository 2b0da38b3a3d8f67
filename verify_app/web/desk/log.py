"""The audit log: to read, and to take along with everything that verifying it needs."""

from __future__ import annotations

import re

import msgspec
from flask import Blueprint, Response, render_template, request

from ...domain.audit import Entry
from ..accounts.trace import saw
from ..language import words
from .reach import office, province_name
from .tables import Cell, Columns, gathered, send, table_file

pages = Blueprint("log", __name__)
_PAGE = 100
_EXPORT = "export as "
_CHECKS = re.compile(r"(\d{1,6}) checks")
_FACT = re.compile(
    r"\b(?P<name>code|gtin|lot|enterprise|province|since|until|from|to)=(?P<value>[^ ,]*)"
    r"|(?P<visit>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_COLUMNS = (
    "number",
    "when_ms",
    "kind",
    "actor",
    "name",
    "role",
    "action",
    "subject",
    "why",
    "detail",
    "body_digest",
    "seal",
)


@pages.get("/audit")
def log() -> str:
    """The last entries, newest first."""
    before = max(0, request.args.get("before", 0, type=int))
    found = office().log(before, _PAGE)
    saw("audit log", "supervision")
    return render_template(
        "desk/audit.html", entries=found, more=len(found) == _PAGE, subject_words=_subject, why_words=_why
    )


@pages.get("/audit.csv")
def log_csv() -> Response:
    """The whole log as CSV, streamed."""
    saw("audit log", "export as CSV")
    return table_file("csv", "audit", Columns(_COLUMNS, _COLUMNS), map(_row, office().whole_log()), _total())


@pages.get("/audit.jsonl")
def log_json() -> Response:
    """The whole log, one JSON object a line, streamed."""
    saw("audit log", "export as JSON")
    lines = (msgspec.json.encode(entry) + b"\n" for entry in office().whole_log())
    return send(gathered(lines), "audit.jsonl", "application/x-ndjson", _total())


def _total() -> int:
    """How many entries there are: the last one's number; that of this look is there at least."""
    return office().log(limit=1)[0].number


def _subject(subject: str) -> str:
    """What an entry is about, in the reader's words; what these do not know stands as it was written."""
    if whole := _named(subject):
        return whole
    for sign in (": ", " "):
        kind, found, rest = subject.partition(sign)
        if found and (name := _named(kind)):
            return f"{name} {_subject(rest)}"
    return _FACT.sub(_fact, subject)


def _named(kind: str) -> str:
    msgid = f"desk.about.{kind.replace(' ', '_')}"
    return words().text(msgid) if words().has(msgid) else ""


def _fact(told: re.Match[str]) -> str:
    name, value = told["name"], told["value"]
    if told["visit"]:
        return told["visit"][:8]
    return f"{words().text(f'desk.fact.{name}')} {(name == 'province' and province_name(value)) or value}"


def _why(why: str) -> str:
    if why.startswith(_EXPORT):
        return words().text("desk.whys.export", form=why.removeprefix(_EXPORT).upper())
    if counted := _CHECKS.fullmatch(why):
        return words().plural("desk.whys.checks", int(counted[1]))
    return words().text(f"desk.whys.{why}") if words().has(f"desk.whys.{why}") else why


def _row(entry: Entry) -> tuple[Cell, ...]:
    note = entry.note
    told = (note.actor, note.name, note.role, note.action, note.subject, note.why, note.detail) if note else ("",) * 7
    return (entry.number, entry.when, entry.kind, *told, entry.body_digest, entry.seal)
