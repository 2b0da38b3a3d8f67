"""An enterprise's own places: with a GLN, or with a number of this service."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from ..domain.own_place import PlaceError, read_place
from ..domain.registry import Place
from ..store.drafts import find_enterprise
from ..store.engine import Engine, ask, writing
from ..store.listing import list_places
from ..store.places import add_place, change_place, number_of_places, remove_place

__all__ = ["MOST", "Place", "PlaceError", "Places"]

MOST = 500  # of one enterprise: a form for choosing one has no more
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Places:
    """Places of the enterprises of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, enterprise_id: str) -> tuple[Place, ...]:
        """Places of an enterprise, by their numbers."""
        return ask(self._engine, lambda connection: list_places(connection, enterprise_id))

    def keep(self, enterprise_id: str, form: Mapping[str, str], number: str = "") -> Place:
        """Write the place that a form describes: a new one, or the own one of a number, whose number stays, for what
        was booked there is found by it. Raises `PlaceError`."""
        with writing(self._engine) as connection:
            owner = find_enterprise(connection, enterprise_id)
            if owner is None:
                raise PlaceError({"name": "nobody"})
            read = read_place({**form, "gln": "" if number else form.get("gln", "")}, owner)
            if number:
                kept = replace(read, gln=number)
                if not change_place(connection, kept):
                    raise PlaceError({"name": "gone"})
                return kept
            if number_of_places(connection, enterprise_id) >= MOST:
                raise PlaceError({"name": "many"})
            kept = replace(read, gln=read.gln or "dd-" + "".join(secrets.choice(_LETTERS) for _ in range(7)))
            if not add_place(connection, kept):
                raise PlaceError({"gln": "taken"})
            return kept

    def remove(self, enterprise_id: str, number: str) -> bool:
        """Take an own place away; False if it is none, or if something was booked there."""
        with writing(self._engine) as connection:
            return remove_place(connection, enterprise_id, number)
