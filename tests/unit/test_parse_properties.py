"""Laws of parsing, over generated codes and over any text at all."""

import string
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.code import FOREIGN, Code, CodeError
from verify_app.domain.parse import parse

SET_82 = "!\"%&'()*+,-./" + string.digits + ":;<=>?" + string.ascii_uppercase + "_" + string.ascii_lowercase
GS = "\x1d"


def gtin(payload: int) -> str:
    digits = f"0952{payload:09}"
    return f"{digits}{expected_check_digit(digits)}"


gtins = st.integers(0, 10**9 - 1).map(gtin)
values = st.text(SET_82, min_size=1, max_size=20)
qualifiers = st.fixed_dictionaries({}, optional={"22": values, "10": values, "21": values})
dates = st.dates().map(lambda day: f"{day:%y%m%d}")


def escaped(value: str, how: int) -> str:
    """Percent-encode as little as may be, all that may be, or everything."""
    if how == 0:
        return quote(value, safe="!&'()*+,:;=")
    return quote(value, safe="") if how == 1 else "".join(f"%{ord(letter):02{'xX'[how % 2]}}" for letter in value)


@st.composite
def spellings(draw):
    """One code and all its spellings."""
    key, named, expiry = draw(gtins), draw(qualifiers), draw(dates)
    how = draw(st.integers(0, 3))
    path = f"/01/{key}" + "".join(f"/{ai}/{escaped(named[ai], how)}" for ai in ("22", "10", "21") if ai in named)
    short = f"/01/{key.lstrip('0').zfill(13)}" + path[len("/01/") + 14 :]
    order = draw(st.permutations([("01", key), ("17", expiry), *named.items()]))
    raw = "".join(f"{ai}{value}" + ("" if ai in ("01", "17") else GS) for ai, value in order)
    host = draw(st.sampled_from(["https://id.gs1.org", "HTTP://Example.VN:80", "https://a.b/stem/x"]))
    texts = [path, f"{path}/", f"{path}?17={expiry}", f"{host}{path}?17={expiry}&utm=1", f"{host}{short}#f"]
    texts += [f"]Q1{host}{path}", *(f"{identifier}{raw}" for identifier in ("]C1", "]e0", "]d2", "]Q3", "]J1"))]
    texts += [f"]d2{raw}".replace(GS, "{GS}"), GS + raw.rstrip(GS)]
    brackets = "".join(f"({ai}){value}" for ai, value in order)
    if not any("(" in value for value in named.values()):
        texts += [brackets, brackets.replace("(", " (").replace(")", ") ")]
    if not named:
        texts += [key, key[1:], f" {key[1:4]}-{key[4:]} ", f"]E0{key[1:]}"]
    return Code("01", key, tuple((ai, named[ai]) for ai in ("22", "10", "21") if ai in named)), texts


@given(spellings())
@settings(max_examples=200, deadline=None)
def test_all_spellings_of_one_code_are_one_code_with_one_history(case):
    expected, texts = case
    for text in texts:
        code = parse(text)
        assert code == expected, text
        assert (code.canonical, code.identity) == (expected.canonical, expected.identity)


@given(spellings())
@settings(max_examples=100, deadline=None)
def test_a_code_is_found_again_from_its_canonical_form_and_path(case):
    code, _ = case
    assert parse(code.canonical) == code
    assert parse(code.path) == code


@given(spellings(), spellings())
@settings(max_examples=100, deadline=None)
def test_different_codes_never_share_a_canonical_form(one, other):
    assert (one[0] == other[0]) == (one[0].canonical == other[0].canonical)


def parsed_or_refused(text: str) -> Code | None:
    """Any exception but CodeError passes through and fails the test."""
    try:
        return parse(text)
    except CodeError as error:
        return None if error.problem and error.kind in ("MALFORMED", "NOT_GS1") else parse(text)


beginnings = st.sampled_from(
    [
        "]",
        "]d2",
        "]C1",
        "]E0",
        "]E4",
        "]Q1",
        "(01)",
        "(",
        "/",
        "/01/",
        "/c/",
        "https://a.vn/01/",
        "https://",
        "urn:epc:id:",
        "urn:short:",
        "V",
        "v",
        "0109506000134352",
        "https://a.vn/01/09506000134352/21/",
        "/00/",
        "^01",
        "8004",
        "\x1d",
        "^",
        "9",
    ]
)
anything = st.builds(
    lambda start, rest: start + rest,
    beginnings,
    st.text(st.characters(), max_size=60) | st.text(string.digits + "/?=&()%\x1d-VU", max_size=60),
)


@given(anything)
@example("https://a.vn/01/" + "9" * 5000)
@example("https://xn--a.vn/")
@example("https://" + "é" * 70 + ".vn")
@settings(max_examples=2000, deadline=None)
def test_any_text_is_a_code_or_a_code_error(text):
    code = parsed_or_refused(text)
    if code is not None:
        assert code.canonical.isascii()
        if code.key != FOREIGN:
            assert parse(code.canonical) == code
            assert parse(code.path) == code


@given(gtins, st.integers(0, 13), st.integers(1, 9))
@settings(deadline=None)
def test_one_wrong_digit_in_a_gtin_is_always_refused(key, place, shift):
    digits = list(key)
    digits[place] = str((int(digits[place]) + shift) % 10)
    wrong = "".join(digits)
    for text in (wrong, f"/01/{wrong}", f"https://example.vn/01/{wrong}", f"]d201{wrong}", f"(01){wrong}"):
        with pytest.raises(CodeError) as caught:
            parse(text)
        assert (caught.value.problem, caught.value.kind) == ("check_digit", "MALFORMED")
