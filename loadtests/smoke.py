"""`make smoke-load`: ten seconds of every kind of visitor against an instance of its own.

Passes when no request failed and every answered scan is in the ledger, once: what the visitors counted must equal
what the ledger gained, after the instance has stopped in order.
"""

from __future__ import annotations

import os
import sys
import tempfile

from loadtests import run

_SECONDS = float(os.environ.get("SMOKE_SECONDS", "10"))
_RATE = float(os.environ.get("SMOKE_RATE", "60"))  # requests a second that are aimed at


def main() -> int:
    """Exit status 0 when all is well, 1 with one line for each fault."""
    with tempfile.TemporaryDirectory(prefix="verify-smoke-") as folder:
        out = os.environ.get("SMOKE_OUT", folder)
        return run.main(["smoke", "--stretch", f"{_SECONDS / 10},{_RATE / 60}", "--out", out, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
