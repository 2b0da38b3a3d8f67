"""The chain of the audit log: whatever is changed, left out or put between shows."""

from dataclasses import replace

import pytest

from verify_app.domain.audit import RETENTION, START, Kind, Note, flaws, sealed

NOW = 1_800_000_000_000


def chain(length=4, when=NOW):
    made, before = [], START
    for number in range(1, length + 1):
        note = Note(Kind.LOOK, "id", "Người", "inspector", "look", f"case {number}", "casework")
        entry = sealed(note, when + number, number, before)
        made.append(entry)
        before = entry.seal
    return made


def test_a_whole_log_has_no_flaw_and_tells_what_was_noted():
    assert list(flaws(chain(), NOW)) == []
    assert chain()[1].note.subject == "case 2"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda log: [log[0], replace(log[1], body=log[1].body.replace("case 2", "case 9")), *log[2:]],
        lambda log: [log[0], *log[2:]],
        lambda log: [log[1], *log[2:]],
        lambda log: [log[0], log[2], log[1], log[3]],
        lambda log: [log[0], replace(log[1], when=NOW), *log[2:]],
        lambda log: [log[0], replace(log[1], kind=Kind.ACT), *log[2:]],
        lambda log: [log[0], replace(log[1], body=""), *log[2:]],
        lambda log: [*log[:3], replace(log[3], seal=START)],
    ],
)
def test_tampering_is_found(tamper):
    assert list(flaws(tamper(chain()), NOW))


def test_words_may_be_gone_when_their_time_is_over_and_the_chain_still_holds():
    old = chain(when=NOW - RETENTION[Kind.LOOK] - 10)
    gone = [replace(entry, body="") for entry in old]
    assert list(flaws(gone, NOW)) == []
    assert gone[0].note is None


def test_a_time_before_the_last_one_is_a_flaw():
    first = chain(1)[0]
    second = sealed(first.note, first.when - 1, 2, first.seal)
    assert [flaw.number for flaw in flaws([first, second], NOW)] == [2]
