"""Digital Links over all keys, right ones and wrong ones: accepted and refused as the GS1 rules say.

The verdict is known by construction: a right URI is built from the table's forms, then broken in one way. The
deliberate differences are listed in `test_the_known_differences_are_these`.
"""

# ruff: noqa: E501 - the table of breaks reads best with one rule a line
import random
from urllib.parse import quote

import pytest

from verify_app.domain.ai_table import AI_CODES, KEYS, known_ai
from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.code import FOREIGN, CodeError
from verify_app.domain.parse import parse

DIGITS, LETTERS = "0123456789", "ABCXYZabc-_./"
MODEL_NUMBER = "1987654Ad4X4bL5ttr2310c2K"  # GS1's published example of a GMN


def accepted(text: str) -> bool:
    try:
        return parse(text).key != FOREIGN
    except CodeError:
        return False


def key_value(key: str, rng: random.Random) -> str:
    """A right value of a primary key."""
    company = "952" + "".join(rng.choices(DIGITS, k=6))
    if key in ("401", "8004", "8010"):
        return company + "".join(rng.choices("ABC-19", k=rng.randint(0, 9)))
    if key == "8013":
        return MODEL_NUMBER
    size = {"00": 18, "01": 14, "253": 13, "255": 13, "402": 17, "8003": 13, "8006": 14, "8017": 18, "8018": 18}.get(
        key, 13
    )
    payload = (company + "".join(rng.choices(DIGITS, k=20)))[: size - 1]
    value = f"{payload}{expected_check_digit(payload)}"
    tail = {"253": "DOC-1", "255": "0012", "8003": "XY/1", "8006": "0203"}.get(key, "")
    return ("0" if key == "8003" else "") + value + (tail if key == "8006" or rng.random() < 0.5 else "")


def qualifier_value(ai: str, rng: random.Random) -> str:
    if ai == "7040":
        return "1" + "".join(rng.choices("ABC123", k=3))
    if ai in ("8011", "8019"):
        return rng.choice("123456789") + "".join(rng.choices(DIGITS, k=5))
    return "".join(rng.choices(LETTERS + DIGITS, k=rng.randint(1, 20)))


def right_link(rng: random.Random) -> tuple[str, str, str, list[tuple[str, str]], list[tuple[str, str]]]:
    """(host and stem, key, its value, qualifiers, attributes)."""
    key = rng.choice(sorted(KEYS))
    path = ("8020",) if key == "415" else rng.choice(sorted(known_ai(key).paths))
    fitting = [ai for ai in path if not (needs := known_ai(ai).simple_needs) or key in needs]  # (22) asks for (01)
    named = [(ai, qualifier_value(ai, rng)) for ai in fitting]
    attributes = [("17", "270131"), ("11", "260100"), ("3103", "000150")] if key == "01" else []
    attributes += [("99", "x/y z"[:3]), ("400", "PO-1"), ("utm_source", "é"[:0] + "a")]
    stem = rng.choice(["https://id.gs1.org", "http://a.vn/stem", "HTTPS://A.B.C:8080/x/y", "https://a/00/faux"])
    return stem, key, key_value(key, rng), named, rng.sample(attributes, rng.randint(0, len(attributes)))


def written(stem, key, value, named, attributes) -> str:
    path = "".join(f"/{ai}/{quote(part, safe='')}" for ai, part in [(key, value), *named])
    query = "&".join(f"{ai}={quote(part, safe='')}" for ai, part in attributes)
    return stem + path + ("?" + query if query else "")


def changed(text: str, place: int, letter: str) -> str:
    return text[:place] + letter + text[place + 1 :]


def checked_place(key: str, rng: random.Random) -> int:
    return rng.randrange(1, 13)  # behind the leading zero of (8003), before the serial part of (253), (255)


BREAKS = {
    "wrong check digit": lambda r, k, v, q, a: (
        k, changed(v, place := checked_place(k, r), str((int(v[place]) + 1) % 10)), q, a
    ) if k not in ("401", "8004", "8010", "8013") else None,
    "wrong check characters": lambda r, k, v, q, a: (k, changed(v, 8, "e"), q, a) if k == "8013" else None,
    "one digit too many": lambda r, k, v, q, a: (k, v + "1", q, a) if k in ("00", "01", "402", "414", "417", "8006", "8017", "8018") else None,
    "too long": lambda r, k, v, q, a: (k, v + "A" * 31, q, a),
    "too short": lambda r, k, v, q, a: (k, v[:11], q, a) if known_ai(k).characters == "digits" else None,
    "empty key": lambda r, k, v, q, a: (k, "", q, a) if q else None,
    "character outside the set": lambda r, k, v, q, a: (k, changed(v, r.randrange(len(v)), r.choice(" ^{}\\é٣`")), q, a),
    "letter in a number": lambda r, k, v, q, a: (k, changed(v, r.randrange(2, 11), "A"), q, a) if known_ai(k).characters == "digits" and k not in ("253", "8003") else None,
    "digits of another script": lambda r, k, v, q, a: (k, v.translate({48 + n: 0x660 + n for n in range(10)}), q, a),
    "order": lambda r, k, v, q, a: (k, v, q[::-1], a) if len(q) > 1 else None,
    "mixed alternatives": lambda r, k, v, q, a: (k, v, [*q, ("235", "A")], a) if k == "01" and q else None,
    "duplicate qualifier": lambda r, k, v, q, a: (k, v, [*q, q[-1]], a) if q else None,
    "duplicate attribute": lambda r, k, v, q, a: (k, v, q, [*a, ("400", "1"), ("400", "1")]),
    "duplicate of the key": lambda r, k, v, q, a: (k, v, q, [*a, (k, v)]),
    "qualifier of another key": lambda r, k, v, q, a: (k, v, [*q, ("8011" if k != "8010" else "8019", "1")], a),
    "qualifier in the query": lambda r, k, v, q, a: (k, v, [], [*a, q[-1]]) if q and k != "415" else None,
    "empty qualifier": lambda r, k, v, q, a: (k, v, [*q[:-1], (q[-1][0], "")], [*a, ("x", "y")]) if q else None,
    "empty attribute": lambda r, k, v, q, a: (k, v, q, [*a, ("98", "")]),
    "qualifier too long": lambda r, k, v, q, a: (k, v, [*q[:-1], (q[-1][0], "1" * 40)], a) if q else None,
    "qualifier with a bad character": lambda r, k, v, q, a: (k, v, [*q[:-1], (q[-1][0], "A" + r.choice(" ^|~[]@#$é٣"))], a) if q else None,
    "unknown AI in the path": lambda r, k, v, q, a: (k, v, [*q, (r.choice(["18", "19", "236", "9999", "lot"]), "1")], a),
    "unknown AI in the query": lambda r, k, v, q, a: (k, v, q, [*a, (r.choice(["18", "236", "4334", "99999"]), "1")]),
    "no attribute": lambda r, k, v, q, a: (k, v, q, [*a, ("8200", "http")]),
    "no such day": lambda r, k, v, q, a: (k, v, q, [("17", r.choice(["270230", "271301", "270132", "27013", "2701311"]))]) if k == "01" else None,
    "bad attribute": lambda r, k, v, q, a: (k, v, q, [*(pair for pair in a if pair[0] != "99"), ("99", r.choice(["é", "a b", "^", "1" * 91]))]),
    "AIs that exclude each other": lambda r, k, v, q, a: (k, v, q, [("3103", "000001"), ("3102", "000001")]) if k == "01" else None,
    "AI without the one that it needs": lambda r, k, v, q, a: (k, v, q, [*(pair for pair in a if pair[0] != "10"), ("427", "HN")]),
}  # fmt: skip


def test_right_links_over_all_keys_are_accepted():
    rng = random.Random(20261121)
    links = [written(*right_link(rng)) for _ in range(3000)]
    assert [link for link in links if not accepted(link)] == []


@pytest.mark.parametrize("name", BREAKS)
def test_wrong_links_over_all_keys_are_refused(name):
    rng, seen = random.Random(name), 0
    for _ in range(400):
        stem, *link = right_link(rng)
        broken = BREAKS[name](rng, *link)
        if broken is not None:
            seen += 1
            text = written(stem, *broken)
            assert not accepted(text), text
            assert not accepted(text.removeprefix(stem)), text
    assert seen >= 10


def test_element_strings_of_right_links_are_the_same_codes():
    rng = random.Random(7)
    for _ in range(1000):
        stem, key, value, named, attributes = right_link(rng)
        pairs = [(key, value), *named, *(pair for pair in attributes if pair[0] in AI_CODES)]
        raw = "".join(f"{ai}{part}" + ("" if known_ai(ai).fixed else "\x1d") for ai, part in pairs)
        code = parse(written(stem, key, value, named, attributes))
        assert parse("]C1" + raw) == code
        assert parse("".join(f"({ai}){part}" for ai, part in pairs)) == code


def test_the_known_differences_are_these():
    assert accepted("https://example.vn/01/9506000134352"), "GTIN-13 in the path: padded"
    assert accepted("HtTpS://example.vn/01/09506000134352"), "scheme in mixed case"
    assert accepted("https://example.vn/01/09506000134352/"), (
        "one slash at the end: GS1's text tolerates it, its engine not"
    )
    assert accepted("]d201095060001343528110" + "1" * 20), "content of North American coupons (8110) is not examined"
    assert accepted("]d20009521234567890123570411XX"), "list of package types (7041) is not examined"
