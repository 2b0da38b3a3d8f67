"""What a signed-in person leaves in the audit log: looks at restricted data, and acts."""

from __future__ import annotations

from ...domain.audit import Kind
from ...inspection.office import note_of
from ..target import the_parts
from .door import the_account
from .person import now_ms


def saw(subject: str, why: str) -> None:
    """Note a look at restricted data before it is shown; without the note there is no look."""
    the_parts().office.note(note_of(the_account(), Kind.LOOK, "look", subject, why), now_ms())


def did(kind: Kind, action: str, subject: str, why: str = "") -> None:
    """Note an act of the account that asks; without the note it is not done."""
    the_parts().office.note(note_of(the_account(), kind, action, subject, why), now_ms())
