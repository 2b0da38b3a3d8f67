"""An answer tells its level in words and by nothing else: no status, header, size or work gives a threshold away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.fixtures_web import GTIN, ITEM, LONG_AGO
from tests.web.test_fast_door import HTML, doors, environ_of, plainly
from tests.web.test_result_page import COPIED, ODD
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import History

__all__ = ["doors"]

PASTS = (  # of the four levels
    History(),
    History(scans=3, others=2, days=2, first=LONG_AGO, last=LONG_AGO, evidence=Evidence(credited=2, days=2)),
    History(scans=4711, others=815, days=333, first=LONG_AGO, last=LONG_AGO, evidence=ODD),
    History(scans=4712, others=816, days=334, first=LONG_AGO, last=LONG_AGO, evidence=COPIED),
)
A_TWENTIETH = 1.05  # the largest body of the four is at most so many times the smallest
NUMBERS = {
    "level",
    "version",
    "width",
    "height",
    "stars",
    "group",
}  # of the code's verdict and of the product, not of its scans
TELLING = re.compile(r"score|count|threshold|weight|scans|others|days|visitors|suspicion|evidence|credited|nats", re.I)


def numbers_in(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """The names of a JSON document, each with its number; names of tables of texts are no names of ours."""
    if isinstance(value, dict):
        for key, inner in value.items():
            assert not TELLING.search(key), key
            yield from numbers_in(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_in(inner, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, value


@pytest.mark.parametrize("accept", [HTML, "application/json"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_answers_of_all_levels_are_alike_through_both_doors(doors, accept, language):
    plain, fast, _ = doors
    told = []
    for level, past in enumerate(PASTS):
        for door in (plain, fast):
            door.histories.told = past
            environ = environ_of(ITEM, ACCEPT=accept, ACCEPT_LANGUAGE=language, ACCEPT_ENCODING="gzip, br")
            for _ in range(3):  # the third is kept
                asked, seen, looked = door.asked, len(door.histories.seen), door.world.passports.asked
                status, headers, body = plainly(door(environ))
            assert (len(door.histories.seen) - seen, door.world.passports.asked - looked) == (1, 1)  # the same work
            assert door.asked == asked or door is plain  # no level goes another way
            shown = json.loads(body)["level"] if "json" in accept else int(re.search(rb'data-level="(\d)"', body)[1])
            assert shown == level
            told.append((status, [name for name, _ in headers], len(body)))
    assert len({(status, tuple(names)) for status, names, _ in told}) == 1
    sizes = sorted(size for _, _, size in told)
    assert sizes[-1] <= A_TWENTIETH * sizes[0], sizes


def test_the_json_names_no_score_no_count_and_no_threshold(doors):
    plain, _, _ = doors
    shapes = []
    for past in PASTS:
        plain.histories.told = past
        body = plainly(plain(environ_of(ITEM, ACCEPT="application/json")))[2]
        told = json.loads(body)
        assert {name for name, _ in numbers_in({name: told[name] for name in told if name != "label"})} <= NUMBERS
        assert not re.search(rb"4711|4712|\b815\b|\b816\b|\b333\b|\b334\b", body)
        shapes.append((sorted(told), sorted(told["code"]), sorted(told["product"])))
    assert all(shape == shapes[0] for shape in shapes)
    assert GTIN in body.decode()
