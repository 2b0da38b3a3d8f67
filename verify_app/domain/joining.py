"""A request to be taken up as an enterprise: what has to stand in it, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

from .number_check import check_number
from .provinces import PROVINCES
from .registry import EnterpriseKind

_NAMES = frozenset(province.name for province in PROVINCES)
_TAX_CODE = re.compile(r"[0-9]{10}(-?[0-9]{3})?|[0-9]{12}", re.ASCII)  # 12: a person's own number
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9]{8,15}", re.ASCII)
_FILLERS = str.maketrans("", "", " .-()\u00a0")
_LENGTHS = {"name": (2, 200), "address": (5, 300), "person": (2, 100)}


class JoinError(ValueError):
    """A request that cannot be taken; `problems` tells for each field what is wrong with it, as a slug."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        told = ", ".join(f"{field}: {slug}" for field, slug in self.problems.items())
        super().__init__(f"Expected a request that can be taken, got {told}.")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks. `tax_code` of a household business is a person's own number: officers see it, the public never does.
    `website` is a host name, "" for none."""

    kind: EnterpriseKind
    name: str
    address: str
    province: str
    phone: str
    person: str
    email: str
    tax_code: str = ""
    gln: str = ""
    website: str = ""


def read_applicant(form: Mapping[str, str]) -> Applicant:
    """The applicant that a form describes. Raises `JoinError` with all that is wrong at once."""
    given = {name: " ".join(form.get(name, "").split()) for name in Applicant.__slots__}
    given["phone"], given["gln"] = given["phone"].translate(_FILLERS), given["gln"].translate(_FILLERS)
    given["email"] = given["email"].lower()
    given["website"] = given["website"].lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    problems = {name: "length" for name, (least, most) in _LENGTHS.items() if not least <= len(given[name]) <= most}
    if given["province"] not in _NAMES:
        problems["province"] = "province"
    if not _PHONE.fullmatch(given["phone"]):
        problems["phone"] = "phone"
    if len(given["email"]) > 254 or not _EMAIL.fullmatch(given["email"]):
        problems["email"] = "email"
    if given["gln"] and check_number("gln", given["gln"]).problem:
        problems["gln"] = "gln"
    if given["website"] and not _HOST.fullmatch(given["website"]):
        problems["website"] = "website"
    problems |= _kind_problems(given)
    if problems:
        raise JoinError(problems)
    return Applicant(**{**given, "kind": EnterpriseKind(given["kind"])})  # type: ignore[arg-type]


def tenant_of(province: str) -> str:
    """Id of the registry of a province ("Gia Lai" -> "gia-lai")."""
    plain = "".join(sign for sign in normalize("NFD", province.lower().replace("đ", "d")) if sign.isascii())
    return plain.replace(" ", "-")


def _kind_problems(given: Mapping[str, str]) -> dict[str, str]:
    """A tax code is asked of everybody but a household business (Law on Tax Administration: there it is the owner's own
    number)."""
    if given["kind"] not in tuple(EnterpriseKind):
        return {"kind": "kind"}
    code = given["tax_code"]
    if not code:
        return {} if given["kind"] == EnterpriseKind.HOUSEHOLD else {"tax_code": "missing"}
    return {} if _TAX_CODE.fullmatch(code) else {"tax_code": "tax_code"}
