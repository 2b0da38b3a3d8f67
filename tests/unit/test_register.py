"""The register of violations."""

from verify_app.domain.alert import Rule
from verify_app.domain.case import Case, State
from verify_app.domain.register import Violation, handled


def entry(state):
    return Violation(Case(1, "x", Rule.COPIED_CODE, 0, state), 1, "an@example.vn")


def test_a_hundred_percent_is_said_only_when_none_is_open():
    done, still = entry(State.CLOSED), entry(State.ESCALATED)
    assert (still.open, done.open) == (True, False)
    assert handled([]) == 100.0
    assert handled([done] * 3) == 100.0
    assert handled([done] * 9_999 + [still]) == 99.9
    assert handled([still, done, done]) == 66.6
