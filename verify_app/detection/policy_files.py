"""Parameter files of the score: signed, so that the one who may change a threshold is the one who holds the key.

The method is open source, the parameters of an installation are not: they lie in DATA_DIR/policy, signed with
Ed25519 (RFC 8032). `active.json` judges, `shadow.json` is only compared. An installation trusts the keys in
`trusted/*.pub` (32 bytes in hex) and, from its first signature on, its own.
"""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..domain.policy import Policy
from ..domain.score import Rules, RulesError

_log = logging.getLogger("verify_app.policy")
_LOOK_SECONDS = 2.0
BUILT_IN = "score-4"
ROLES = ("active", "shadow")


class PolicyError(ValueError):
    """The file is no parameter file, or nobody whom we trust has signed it; the message says which."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A parameter file with its signature. `body` are the signed bytes, `key` and `signature` in hex."""

    body: str
    key: str
    signature: str

    @classmethod
    def from_text(cls, text: str) -> Signed:
        """Read an envelope. Raises `PolicyError`."""
        try:
            raw = json.loads(text)
            return cls(str(raw["rules"]), str(raw["key"]), str(raw["signature"]))
        except (ValueError, KeyError, TypeError) as error:
            raise PolicyError(f"Expected a signed parameter file, got {type(error).__name__}: {error}.") from error

    def to_text(self) -> str:
        """The envelope as one JSON object."""
        return json.dumps({"rules": self.body, "key": self.key, "signature": self.signature}, indent=1) + "\n"

    def rules(self) -> Rules:
        """The rules, after checking the signature. Raises `PolicyError`."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            public.verify(bytes.fromhex(self.signature), self.body.encode())
            return Rules.from_json(self.body)
        except InvalidSignature as error:
            raise PolicyError("Expected a signature that fits the parameters, got another.") from error
        except (RulesError, ValueError) as error:
            raise PolicyError(str(error)) from error


class PolicyFolder:
    """The parameter files of one installation."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "policy"

    def rules(self, role: str = "active") -> Rules | None:
        """The rules in force; without an activated file the built-in ones for "active", None for "shadow".
        Raises `PolicyError` when the file was changed or its signer is not trusted."""
        try:
            text = (self._folder / f"{role}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return built_in() if role == "active" else None
        return self._trusted(Signed.from_text(text))

    def put(self, role: str, signed: Signed) -> Rules:
        """Make a signed file the active or the shadow one, at once and whole. Raises `PolicyError`."""
        if role not in ROLES:
            raise PolicyError(f"Expected one of {', '.join(ROLES)}, got {role!r}.")
        rules = self._trusted(signed)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._folder / f"{role}.json"
        with suppress(FileNotFoundError):  # one step back is always possible
            target.replace(self._folder / f"{role}.before.json")
        draft = self._folder / f".{role}.{os.getpid()}"
        draft.write_text(signed.to_text(), encoding="utf-8")
        draft.replace(target)
        return rules

    def stamps(self) -> tuple[int, ...]:
        """Marks of the files that change whenever one of them does."""
        found = []
        for role in ROLES:
            try:
                status = (self._folder / f"{role}.json").stat()
            except OSError:
                found += [0, 0]
            else:
                found += [status.st_mtime_ns, status.st_ino]
        return tuple(found)

    def tried(self, text: str, *, unsigned: bool = False) -> Rules:
        """The rules of a file for a trial that judges nobody; `unsigned` takes plain parameters and any signer, too.
        Raises `PolicyError`."""
        if not unsigned:
            return self._trusted(Signed.from_text(text))
        try:
            return Rules.from_json(text)
        except RulesError:
            return Signed.from_text(text).rules()

    def undo(self, role: str) -> Rules | None:
        """Put back what was in force before; None: the built-in rules (or no shadow) again."""
        target, before = self._folder / f"{role}.json", self._folder / f"{role}.before.json"
        if before.exists():
            before.replace(target)
        else:
            target.unlink(missing_ok=True)
        return self.rules(role)

    def sign(self, text: str) -> Signed:
        """Sign parameters with this installation's key, which is made on first use. Raises `RulesError`."""
        body = Rules.from_json(text).to_json()
        key = self._private_key()
        return Signed(body, key.public_key().public_bytes_raw().hex(), key.sign(body.encode()).hex())

    def _trusted(self, signed: Signed) -> Rules:
        rules = signed.rules()
        if signed.key not in self._keys():
            raise PolicyError(f"Expected a signer from {self._folder / 'trusted'}, got key {signed.key[:16]}….")
        return rules

    def _keys(self) -> set[str]:
        found = {path.read_text(encoding="ascii").strip().lower() for path in (self._folder / "trusted").glob("*.pub")}
        with suppress(FileNotFoundError):
            raw = bytes.fromhex((self._folder / "signing.key").read_text(encoding="ascii"))
            found.add(Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw().hex())
        return found

    def _private_key(self) -> Ed25519PrivateKey:
        path = self._folder / "signing.key"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii")))


class LivePolicy:
    """The rules in force, for a running service: a file that is put in place is in force within two seconds.

    A file that is damaged, or signed by nobody whom we trust, changes nothing: what was in force stays so, and the log
    says it. `secret` jitters the thresholds.
    """

    def __init__(self, data_dir: Path, secret: bytes) -> None:
        self._folder, self._secret = PolicyFolder(data_dir), secret
        self._stamps: tuple[int, ...] | None = None
        self._due = 0.0
        self._policy = Policy(built_in(), secret=secret)

    def __call__(self) -> Policy:
        """The policy now."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _LOOK_SECONDS
            stamps = self._folder.stamps()
            if stamps != self._stamps:
                self._stamps = stamps
                self._read()
        return self._policy

    def _read(self) -> None:
        try:
            rules = self._folder.rules() or built_in()
            self._policy = Policy(rules, self._folder.rules("shadow"), self._secret)
        except (PolicyError, OSError, UnicodeDecodeError) as error:
            _log.error("The rules in force stay as they were: %s", error)


def built_in() -> Rules:
    """The parameters that travel with the package, fitted on made worlds (docs/detection.md)."""
    return Rules.from_json(files("verify_app.policies").joinpath(f"{BUILT_IN}.json").read_text(encoding="utf-8"))
