"""The decoder process: `python -m verify_app.images.child FD`. Started by `pool.py`, never by hand.

C decoders read files of strangers here, apart from the web: behind the web's own work, with a limit on memory, no right
to write a file, no secret in the environment, and a kernel alarm that ends the process even inside a C call. It ends by
itself when its parent is gone, because the socket then reads as closed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from multiprocessing.connection import Connection

import msgspec

from .decoded import Decoded
from .errors import ImageError

GRACE_S = 2
"""Seconds after the pool's own deadline at which the kernel ends a decoder whose parent no longer watches it."""

STEPS_BACK = 7
"""How far photos stand behind scans ("nice"): where both want a whole core, a photo gets a sixth of it."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """An `ImageError` on its way to the parent."""

    problem: str
    expected: str
    got: str


class Read(msgspec.Struct, frozen=True, tag="read"):
    """A result on its way to the parent, with the memory that the process has needed at most so far."""

    decoded: Decoded
    peak_kb: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """First word of a decoder process: what is degraded in it."""

    notes: tuple[str, ...]


Word = Refused | Read | Ready


def answer(data: bytes, hurried: bool = False) -> Word:
    """Decode one picture, with fewer looks at it if `hurried`; every failure of the file itself becomes `Refused`."""
    from .decode import decode

    try:
        decoded = decode(data, hurried)
    except ImageError as error:
        return Refused(error.problem, error.expected, error.got)
    except MemoryError:
        return Refused("damaged", "a picture that fits in memory", "a larger one")
    return Read(decoded, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def step_back() -> None:
    """Let scans go first: this process gets what they leave, and a small share of what they do not."""
    os.nice(STEPS_BACK)


def confine(memory_mb: int) -> None:
    """Take from this process what decoding does not need: memory beyond a limit, files to write, core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(descriptor: int, deadline_s: float, memory_mb: int) -> None:
    """Answer pictures that come through an inherited socket until it is closed. Before each comes a word: b"hurry" if
    others wait behind it."""
    step_back()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent closes the socket
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    from .decode import decoder_notes

    link = Connection(descriptor)
    notes = decoder_notes()
    confine(memory_mb)
    link.send_bytes(msgspec.msgpack.encode(Ready(notes)))
    while True:
        try:
            hurried, data = link.recv_bytes() == b"hurry", link.recv_bytes()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, deadline_s + GRACE_S)
        word = answer(data, hurried)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            link.send_bytes(msgspec.msgpack.encode(word))
        except OSError:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
