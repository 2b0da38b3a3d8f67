"""The resolver description file, /.well-known/gs1resolver (GS1-Conformant Resolver Standard 1.2.0, clause 3)."""

from __future__ import annotations

from typing import Any

from ..domain.link import VOCABULARY
from .linkset import CONTEXT
from .verification import CONTEXTS


def description(base: str, name: str) -> dict[str, Any]:
    """The file for the service at `base`, named `name`. All primary keys of GS1 Digital Link are resolved."""
    return {
        "resolverRoot": base,
        "supportedPrimaryKeys": ["all"],
        "name": name,
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "supportedContextValuesEnumerated": list(CONTEXTS),
        "contact": {"fn": name},
        "jsonLdContextLocation": CONTEXT,
    }
