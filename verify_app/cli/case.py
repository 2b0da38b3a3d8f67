"""`verify-app case`: take the closing of a case back when nobody can reach the desk."""

from __future__ import annotations

import time

import click

from ..domain.audit import Kind
from ..domain.case import CaseError, Move, State, Step
from ..domain.permissions import Permission, may
from ..settings import Settings


@click.group(name="case")
def command() -> None:
    """Cases of inspectors."""


@command.command()
@click.argument("number", type=int)
@click.option("--as", "email", required=True, help="Address of the account of the officer who takes it back.")
@click.option("--reason", required=True, help="Why; it stands in the case and in the audit log.")
def undo(number: int, email: str, reason: str) -> None:
    """Take the closing of case NUMBER back: it is as it was before, and what it said of its codes no longer stands.

    What two persons confirmed takes two persons: the first call asks for it, the second, by somebody else, does it.
    """
    from ..inspection.office import note_of
    from ..parts import StoreUnavailable, build

    parts = build(Settings.from_env())
    now = int(time.time() * 1000)
    try:
        found = parts.accounts.find("email", email)
        if found is None or found[0].disabled or not may(found[0].role, Permission.WORK_CASES):
            raise CaseError(f"Expected the address of an officer who may work on cases, got {email!r}.")
        note = note_of(found[0], Kind.ACT, "case.undo", f"case {number}", reason)
        after = parts.office.step(number, Step(Move.UNDO, found[0].email, now, reason), None, note)
    except (CaseError, LookupError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    waits = after.state is State.CLOSED
    click.echo(f"case {number}: {'waits for a second person' if waits else after.state.value}")
