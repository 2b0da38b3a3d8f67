"""Decoder processes with a deadline each, and a queue with an end.

Both decoders let other threads run, but only a process can be stopped inside a C call, and only a process keeps a
crash or a memory limit to itself. The thread that waits for a photo speaks with its decoder directly: there is no
thread of the pool's own to die, and an idle pool costs nothing.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from multiprocessing import Pipe
from queue import Empty, LifoQueue

import msgspec

from .child import Read, Ready, Refused, Word
from .decoded import Decoded
from .errors import DecodeBusy, DecodeTimeout, ImageError
from .limits import BODY_LIMIT

_LOG = logging.getLogger(__name__)

START_S = 20.0
"""Wall seconds that a decoder process may take to start on a busy machine."""
TURN_S = 6.0
"""Wall seconds that a photo waits for its turn before its sender is told to come again."""
PHOTOS = 500
"""Photos after which a decoder process is replaced, so that a leak in a C library stays small."""
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "TMPDIR")  # of the environment


class _Lost(Exception):  # noqa: N818 - never leaves this module
    """The decoder process ended, or was stopped, before it answered."""


class DecodePool:
    """`processes` decoders, and room for `queue` photos that wait for one. Processes start with the first photo.

    `deadline_s` is wall time for one photo once its turn has come: far more than it needs, for scans go first (see
    child.py). `memory_mb` bounds a decoder's address space. While photos wait, each gets fewer looks (decode.py).
    """

    def __init__(self, processes: int, queue: int, deadline_s: float = 4.0, memory_mb: int = 640) -> None:
        self.deadline_s = deadline_s
        self._memory_mb = memory_mb
        self._places = processes + queue
        self._inside = 0
        self._counting = threading.Lock()
        self._idle: LifoQueue[_Decoder | None] = LifoQueue()
        for _ in range(processes):
            self._idle.put(None)  # a turn without a process yet
        self._processes = processes
        self._closed = False

    def decode(self, data: bytes) -> Decoded:
        """Read all codes in one picture. Raises `ImageError` (of the file, or "crashed" if it brought the decoder
        down), `DecodeBusy` or `DecodeTimeout`; the next photo is not touched by any of them."""
        if len(data) > BODY_LIMIT:  # before 20 MB are copied into a pipe
            raise ImageError("too_large", f"at most {BODY_LIMIT} bytes", f"{len(data)} bytes")
        with self._counting:
            if self._closed or self._inside == self._places:
                raise DecodeBusy(int(self.deadline_s) + 1)
            self._inside += 1
        try:
            return self._with_turn(data)
        finally:
            with self._counting:
                self._inside -= 1

    @property
    def waiting(self) -> int:
        """Photos that wait for their turn."""
        return max(0, self._inside - self._processes)

    def pids(self) -> tuple[int, ...]:
        """Process ids of the idle decoders, for tests and health."""
        with self._idle.mutex:
            return tuple(decoder.pid for decoder in self._idle.queue if decoder)

    def close(self) -> None:
        """Stop all decoders: idle ones at once, busy ones when their photo is done or its deadline has come."""
        self._closed = True
        for _ in range(self._processes):
            try:
                decoder = self._idle.get(timeout=self.deadline_s + 1)
            except Empty:
                return
            if decoder:
                decoder.stop()

    def _with_turn(self, data: bytes) -> Decoded:
        try:
            decoder = self._idle.get(timeout=TURN_S)
        except Empty:
            raise DecodeBusy(int(self.deadline_s) + 1) from None
        try:
            if decoder is None or not decoder.fit:  # it may have been ended while it was idle
                if decoder:
                    decoder.stop()
                decoder = None
                decoder = _Decoder(self.deadline_s, self._memory_mb)
            return decoder.decode(data, hurried=self.waiting > 0)
        finally:
            self._idle.put(decoder)


class _Decoder:
    """One decoder process and the socket to it. Used by one thread at a time."""

    def __init__(self, deadline_s: float, memory_mb: int) -> None:
        self._deadline_s = deadline_s
        self._photos = 0
        self._link, theirs = Pipe()
        number = str(theirs.fileno())
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "verify_app.images.child", number, str(deadline_s), str(memory_mb)],
                env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"MALLOC_ARENA_MAX": "2"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a C library may write without end; the exit code tells what happened
            )
        finally:
            theirs.close()
        self.pid = self._process.pid
        try:
            word = self._exchange((), START_S)
        except (_Lost, DecodeTimeout) as error:
            self.stop()
            raise ImageError("crashed", "a decoder that starts", f"exit code {self._process.returncode}") from error
        for note in word.notes if isinstance(word, Ready) else ():
            _LOG.warning("%s", note)

    @property
    def fit(self) -> bool:
        """Whether it still runs and is not due for replacement."""
        return self._process.poll() is None and self._photos < PHOTOS

    def decode(self, data: bytes, *, hurried: bool) -> Decoded:
        """Read one picture, or stop the process when the deadline has come."""
        self._photos += 1
        try:
            word = self._exchange((b"hurry" if hurried else b"", data), self._deadline_s)
        except _Lost:
            self.stop()
            _LOG.warning("Decoder process %s ended with code %s.", self.pid, self._process.returncode)
            raise ImageError("crashed", "a picture that can be decoded", "one that stopped the decoder") from None
        except DecodeTimeout:
            self.stop()
            raise
        if isinstance(word, Refused):
            raise ImageError(word.problem, word.expected, word.got)
        assert isinstance(word, Read)  # noqa: S101 - the process answers a picture with one of these two
        return word.decoded

    def stop(self) -> None:
        """End the process now, and leave no zombie."""
        self._link.close()
        self._process.kill()
        self._process.wait()

    def _exchange(self, told: tuple[bytes, ...], seconds: float) -> Word:
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()  # reading and writing on its socket then end at once, wherever they stand

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            for part in told:
                self._link.send_bytes(part)
            word: Word = _WORDS.decode(self._link.recv_bytes())
            return word
        except (EOFError, OSError) as error:
            if late.is_set():
                raise DecodeTimeout(seconds) from error
            raise _Lost from error
        finally:
            timer.cancel()


_WORDS = msgspec.msgpack.Decoder(Word)
