"""Links of other traceability systems: we say who manages them and claim nothing about what they hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources

from .text import Text

_LABEL = re.compile(r"(?!-)[a-z0-9_\-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class ForeignSystem:
    """A traceability system other than this one; `source` says where we know it from."""

    name: Text
    manager: Text
    source: str


def _load() -> dict[str, ForeignSystem]:
    data = json.loads((resources.files(__package__) / "foreign_systems.json").read_text(encoding="utf-8"))
    systems = {}
    for entry in data["systems"]:
        system = ForeignSystem(Text.of(**entry["name"]), Text.of(**entry["manager"]), entry["source"])
        systems.update(dict.fromkeys(entry["hosts"], system))
    return systems


_SYSTEMS = _load()


def foreign_system(host: str) -> ForeignSystem | None:
    """The known system behind a host name in lower case, by the longest matching domain; None if we know none."""
    labels = host.split(".")
    return next((found for start in range(len(labels)) if (found := _SYSTEMS.get(".".join(labels[start:])))), None)


def host_of(authority: str) -> str:
    """Host name of a URL's authority in lower case (international names in their ASCII form), "" if it is none."""
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        address = re.match(r"\[[0-9a-f:.]+\]", host.lower())
        return address[0] if address else ""
    host = host.partition(":")[0].rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return ""
    return host if len(host) <= 253 and all(map(_LABEL.fullmatch, host.split("."))) else ""
