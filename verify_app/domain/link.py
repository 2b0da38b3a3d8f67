"""Links of an identified thing: what an enterprise offers about it, and at which level of its code.

GS1-Conformant Resolver Standard 1.2.0: links hang on a primary key or on it with qualifiers; a code finds those of
its own level and of every level above it, up to the primary key.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from urllib.parse import quote

from .code import Code

VOCABULARY = "https://ref.gs1.org/voc/"  # GS1 Web Vocabulary 1.16
DEFAULT_LINK = "defaultLink"
LINKSET = "linkset"
_PREFIXES = (
    "gs1:",
    *(f"{scheme}://{host}gs1.org/voc/" for scheme in ("https", "http") for host in ("ref.", "www.", "")),
)
_NAMES = """
activityIdeas allergenInfo brandHomepageClinical brandHomepagePatient careersInfo certificationInfo
consumerHandlingStorageInfo defaultLink defaultLinkMulti dpp epcis epil eventsInfo faqs handledBy hasRetailers
homepage ingredientsInfo instructions jws leaveReview locationInfo logisticsInfo masterData menuInfo nutritionalInfo
openingHoursInfo paymentLink pip promotion purchaseSuppliesOrAccessories quickStartGuide recallStatus recipeInfo
registerProduct registryEntry relatedVideo review safetyInfo scheduleTime serviceInfo smartLabel smpc socialMedia
statisticInfo support sustainabilityInfo traceability tutorial userAgreement verificationService whatsInTheBox
"""
LINK_TYPES = frozenset(_NAMES.split())  # GS1 Web Vocabulary 1.16: the properties below gs1:linkType


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `qualifiers` is the path below the primary key ("" at the key itself, else such as "/10/L1"); `rel`
    is a name of `LINK_TYPES`; times are UTC milliseconds, 0 for no limit. `default`: where a plain request is sent."""

    qualifiers: str
    rel: str
    href: str
    title: str
    hreflang: tuple[str, ...] = ()
    media_type: str = ""
    context: tuple[str, ...] = ()
    default: bool = False
    forwards_query: bool = True  # "fwqs": the query string of the request is passed on
    public: bool = True
    valid_from: int = 0
    valid_until: int = 0

    def holds(self, now: int) -> bool:
        """Whether the link is in force at an instant in UTC milliseconds."""
        return self.valid_from <= now and (not self.valid_until or now < self.valid_until)


def qualifier_paths(code: Code) -> tuple[str, ...]:
    """Levels at which links of a code may hang, the finest first, "" (the primary key) last.

    A level is any part of the code's qualifiers in the standard's order. One that names a single unit (serial number)
    is finer than one that does not; else the one with more qualifiers is (Resolver Standard 1.2.0, clause 2.5.9).
    """
    pairs = code.qualifiers
    found = [chosen for size in range(len(pairs), -1, -1) for chosen in combinations(pairs, size)]
    found.sort(key=lambda chosen: (not any(ai in ("21", "235") for ai, _ in chosen), -len(chosen)))
    return tuple("".join(f"/{ai}/{quote(value, safe='')}" for ai, value in chosen) for chosen in found)


def primary_path(code: Code) -> str:
    """Path of the primary key alone, such as "/01/09521234543213"."""
    return f"/{code.key}/{quote(code.value, safe='')}"


def link_type(text: str) -> str:
    """Name of a link type in the vocabulary from how a client wrote it (CURIE, URI or bare name); "" if it is none."""
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            text = text.removeprefix(prefix)
            break
    return text if text in LINK_TYPES else ""


def by_level(code: Code, links: tuple[Link, ...], now: int) -> list[tuple[str, list[Link]]]:
    """The public links in force at each level of a code that has any, the finest level first."""
    shown = [link for link in links if link.public and link.holds(now)]
    held = [(path, [link for link in shown if link.qualifiers == path]) for path in qualifier_paths(code)]
    return [(path, found) for path, found in held if found]


def default_of(levels: list[tuple[str, list[Link]]]) -> Link | None:
    """The one default link of a code: that of the finest level which has one."""
    return next((link for _, links in levels for link in links if link.default), None)


def of_type(levels: list[tuple[str, list[Link]]], rel: str) -> tuple[str, list[Link]]:
    """Level and links of a type, from the finest level which has that type; ("", []) if none has."""
    for path, links in levels:
        found = [link for link in links if link.default] if rel == DEFAULT_LINK else [k for k in links if k.rel == rel]
        if found:
            return path, found
    return "", []
