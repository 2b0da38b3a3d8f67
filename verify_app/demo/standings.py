"""What the demonstration's inspectors are made to have found."""

from __future__ import annotations

import sqlalchemy as sa

from ..domain.standing import Standing, StandingKind
from ..domain.verdict import Reason
from ..store.engine import writing
from ..store.standing import say
from .cases import cases

_DAY = 86_400_000


def write_standings(engine: sa.Engine, until: int) -> None:
    """Say of the cases of CONFIRMED that inspectors did, ten days before `until`. Again is as once. Raises
    `StoreUnavailable`."""
    with writing(engine) as connection:
        for case in cases():
            if case.expect is Reason.CONFIRMED and case.code:
                code = case.code
                say(connection, Standing(StandingKind.CONFIRMED, code.gtin, "", code.serial, until - 10 * _DAY, "demo"))
