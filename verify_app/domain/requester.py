"""Who asks for verification messages: a trading partner, known by its GLN."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

ANONYMOUS_RATE = 60
PARTNER_RATE = 600


@dataclass(frozen=True, slots=True)
class Requester:
    """A trading partner. `key_digest` "" asks for no key; `per_minute` is how often it may ask."""

    gln: str
    name: str
    key_digest: str = ""
    per_minute: int = PARTNER_RATE
    active: bool = True

    def may_ask(self, key: str) -> bool:
        """Whether this requester, with the API key that it sent ("" for none), is served."""
        return self.active and (not self.key_digest or compare_digest(self.key_digest, digest_of(key)))


def digest_of(key: str) -> str:
    """What is stored of an API key. A plain hash will do: keys are 256 bits of chance, not words of a person."""
    return blake2b(key.encode(), digest_size=32).hexdigest()
