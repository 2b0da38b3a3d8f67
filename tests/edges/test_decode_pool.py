"""The decoder processes: crashes, deadlines, queues, hostile files and the end of the parent."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image

from verify_app.images import pool as pool_module
from verify_app.images.child import STEPS_BACK
from verify_app.images.errors import DecodeBusy, DecodeTimeout, ImageError
from verify_app.images.limits import BODY_LIMIT
from verify_app.images.pool import DecodePool

LINK = "https://id.example.vn/01/09506000134352/21/A1"


def photo(text: str = LINK) -> bytes:
    out = BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=6, border=4)
    return out.getvalue()


@contextmanager
def opened(processes: int = 1, queue: int = 4, deadline_s: float = 60.0, **options: int) -> Iterator[DecodePool]:
    pool = DecodePool(processes, queue, deadline_s, **options)
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[DecodePool]:
    with opened() as pool:
        yield pool


def read(pool: DecodePool, data: bytes) -> list[str]:
    return [symbol.text for symbol in pool.decode(data).symbols]


def problem(pool: DecodePool, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        pool.decode(data)
    return caught.value.problem


def memory_mb(pid: int, line: str = "VmHWM") -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0]) // 1024


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def wait_until(condition: threading.Event | object, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, colour: int, *extra: bytes) -> bytes:
    """A flat PNG, 8 bits a channel, made row by row so that the test itself stays small."""
    row = b"\0" + bytes(width * {0: 1, 2: 3, 6: 4}[colour])
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(extra) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_nothing_runs_before_the_first_photo_and_nothing_after_close() -> None:
    pool = DecodePool(2, 2, 20.0)
    assert pool.pids() == ()
    assert read(pool, photo()) == [LINK]
    (pid,) = pool.pids()
    pool.close()
    assert gone(pid)
    with pytest.raises(DecodeBusy):
        pool.decode(photo())


def test_one_process_reads_many_photos(shared: DecodePool) -> None:
    read(shared, photo())
    before = shared.pids()
    assert os.getpriority(os.PRIO_PROCESS, before[0]) == min(19, os.nice(0) + STEPS_BACK)  # scans go first
    for number in range(5):
        assert read(shared, photo(f"{LINK}{number}")) == [f"{LINK}{number}"]
    assert shared.pids() == before


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_an_idle_decoder_that_was_killed_is_replaced_unnoticed(shared: DecodePool, blow: signal.Signals) -> None:
    read(shared, photo())
    (pid,) = shared.pids()
    os.kill(pid, blow)
    assert wait_until(lambda: gone(pid))
    assert read(shared, photo()) == [LINK]
    assert shared.pids() != (pid,)


def test_a_decoder_killed_in_the_middle_costs_that_photo_alone(shared: DecodePool) -> None:
    read(shared, photo())
    (pid,) = shared.pids()
    decoder = shared._idle.queue[0]
    before = decoder._photos
    os.kill(pid, signal.SIGSTOP)  # so that the photo is surely in the middle
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(problem, shared, photo())
        assert wait_until(lambda: decoder._photos > before)
        os.kill(pid, signal.SIGKILL)
        assert waiting.result(30) == "crashed"
    assert read(shared, photo()) == [LINK]


def test_a_hung_decoder_is_stopped_at_the_deadline_and_the_next_photo_is_read() -> None:
    with opened() as pool:
        read(pool, photo())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        pool.deadline_s = 0.5
        pool._idle.queue[0]._deadline_s = 0.5
        with pytest.raises(DecodeTimeout):
            pool.decode(photo())
        assert gone(pid)
        pool.deadline_s = 60.0
        assert read(pool, photo()) == [LINK]


def test_a_large_photo_sent_to_a_hung_decoder_does_not_block_its_sender() -> None:
    with opened() as pool:
        read(pool, photo())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        pool._idle.queue[0]._deadline_s = 0.5
        with pytest.raises(DecodeTimeout):
            pool.decode(b"\xff\xd8\xff" + bytes(BODY_LIMIT - 3))  # far more than a socket holds


def test_a_photo_beyond_the_queue_is_told_to_come_again() -> None:
    with opened(processes=1, queue=1) as pool:
        read(pool, photo())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(read, pool, photo()) for _ in range(2)]
            assert wait_until(lambda: pool.waiting == 1)
            with pytest.raises(DecodeBusy) as caught:
                pool.decode(photo())
            assert caught.value.retry_after > 0
            os.kill(pid, signal.SIGCONT)
            assert [one.result(60) for one in both] == [[LINK], [LINK]]
        assert read(pool, photo()) == [LINK]


def test_a_photo_that_waits_too_long_for_its_turn_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "TURN_S", 0.2)
    with opened(processes=1, queue=1) as pool:
        read(pool, photo())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(read, pool, photo())
            assert wait_until(lambda: pool.pids() == ())
            with pytest.raises(DecodeBusy):
                pool.decode(photo())
            os.kill(pid, signal.SIGCONT)
            assert first.result(60) == [LINK]


def test_many_threads_get_each_its_own_answer() -> None:
    with opened(processes=2, queue=20) as pool, ThreadPoolExecutor(8) as threads:
        wanted = [f"{LINK}{number}" for number in range(16)]
        assert list(threads.map(lambda text: read(pool, photo(text)), wanted)) == [[text] for text in wanted]
        assert len(pool.pids()) <= 2


def test_a_decoder_is_replaced_after_a_number_of_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "PHOTOS", 2)
    with opened() as pool:
        pids = []
        for _ in range(4):
            read(pool, photo())
            pids.append(pool.pids()[0])
        assert pids[0] == pids[1] != pids[2] == pids[3]
        assert gone(pids[0])


def test_a_decoder_holds_no_secret_and_may_not_write_files(shared: DecodePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "this must stay in the parent process")
    with opened() as pool:
        read(pool, photo())
        (pid,) = pool.pids()
        assert b"SECRET_KEY" not in Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
    assert limits.split("Max file size")[1].split()[0] == "0"
    assert int(limits.split("Max address space")[1].split()[0]) == 640 << 20


def test_a_decoder_out_of_memory_refuses_that_photo_and_reads_the_next() -> None:
    with opened(memory_mb=90) as pool:
        assert problem(pool, png(4900, 4900, 6)) in ("damaged", "crashed")
        assert read(pool, photo()) == [LINK]


def test_no_decoder_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        "from verify_app.images.pool import DecodePool\n"
        "pool = DecodePool(1, 1, 20.0)\n"
        "pool.decode(sys.stdin.buffer.read())\n"
        "print(pool.pids()[0], flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        parent.stdin.write(photo())
        parent.stdin.close()
        child = int(parent.stdout.readline())
        assert not gone(child)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    assert wait_until(lambda: gone(child))


def test_a_hung_decoder_without_a_parent_is_ended_by_the_kernel(tmp_path: Path) -> None:
    script = tmp_path / "hung.py"
    script.write_text(
        "import sys, time\n"
        "from verify_app.images import child\n"
        "child.answer = lambda data, hurried: [None for _ in iter(int, 1)]\n"  # never ends, never sleeps
        "child.main(int(sys.argv[1]), 0.2, 640)\n"
    )
    ours, theirs = __import__("multiprocessing").Pipe()
    process = subprocess.Popen([sys.executable, script, str(theirs.fileno())], pass_fds=(theirs.fileno(),))
    theirs.close()
    ours.recv_bytes()
    ours.send_bytes(b"")
    ours.send_bytes(b"a photo")
    assert process.wait(60) == -signal.SIGALRM
    ours.close()


HOSTILE = {
    "a PNG that names 88 million pixels": (lambda: png(9400, 9400, 6), "too_many_pixels"),
    "a WebP of 34 bytes that names 20 million": (
        lambda: encoded(Image.new("RGB", (5_000, 4_000)), "WEBP", lossless=True, quality=0, method=0),
        "too_many_pixels",
    ),
    "an AVIF of 2 kB that names 26 million": (
        lambda: encoded(Image.new("L", (5_200, 5_000)), "AVIF", quality=40, speed=10),
        "too_many_pixels",
    ),
    "100 MB of text in 97 kB": (
        lambda: png(10, 10, 2, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000)))),
        "damaged",
    ),
    "200 MB of colour profile": (
        lambda: png(10, 10, 2, chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(200_000_000)))),
        "damaged",
    ),
    "200 texts of 1 MB": (
        lambda: png(10, 10, 2, *[chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(1_000_000)))] * 200),
        "damaged",
    ),
    "20 MB": (lambda: bytes(20_000_000), "too_large"),
    "nothing": (lambda: b"", "empty"),
    "zeros": (lambda: bytes(5_000), "not_an_image"),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "wrong_type"),
    "PDF": (lambda: b"%PDF-1.4\n1 0 obj\n", "wrong_type"),
    "HTML": (lambda: b"<!doctype html><html><script>", "wrong_type"),
    "EPS that asks for Ghostscript": (lambda: encoded(Image.new("RGB", (50, 50)), "EPS"), "wrong_type"),
    "half a PNG": (lambda: photo()[: len(photo()) // 2], "damaged"),
    "half a JPEG": (lambda: encoded(Image.effect_noise((800, 600), 50), "JPEG")[:20_000], "damaged"),
    "a PNG with a wrong checksum": (lambda: photo()[:20] + b"\xff" + photo()[21:], "damaged"),
    "a progressive JPEG of 48 million pixels": (
        lambda: encoded(Image.new("L", (8_000, 6_000)), "JPEG", progressive=True),
        "too_many_pixels",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason_in_little_memory(shared: DecodePool, name: str) -> None:
    make, expected = HOSTILE[name]
    read(shared, photo())
    (pid,) = shared.pids()
    assert problem(shared, make()) == expected
    assert shared.pids() == (pid,), "the decoder survived"
    assert memory_mb(pid) < 80
    assert read(shared, photo()) == [LINK]


def moving_picture() -> bytes:
    frames = [Image.new("P", (600, 600), number % 250) for number in range(300)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def wall_of_finders(size: int) -> bytes:
    tile = Image.new("L", (8 * size, 8 * size), 255)
    for inset, ink in ((0, 0), (1, 255), (2, 0)):
        tile.paste(ink, (inset * size, inset * size, (7 - inset) * size, (7 - inset) * size))
    wall = Image.new("L", (800, 600), 255)
    for top in range(0, 600, 8 * size):
        for left in range(0, 800, 8 * size):
            wall.paste(tile, (left, top))
    return encoded(wall, "PNG")


LARGE = {  # what is accepted, and the megabytes that a decoder may need for it
    "300 frames": (moving_picture, 80),
    "a baseline JPEG of 48 million pixels": (lambda: encoded(Image.new("L", (8_000, 6_000), 200), "JPEG"), 80),
    "a progressive JPEG of 24 million pixels": (
        lambda: encoded(Image.new("RGB", (6_000, 4_000), "grey"), "JPEG", progressive=True),
        130,
    ),
    "a PNG of 25 million pixels with transparency": (lambda: png(5_000, 5_000, 6), 200),
    "a WebP of 16 million pixels": (
        lambda: encoded(Image.new("RGB", (4_000, 4_000)), "WEBP", lossless=True, quality=0, method=0),
        320,
    ),
    "a wall of finder patterns of 1 pixel": (lambda: wall_of_finders(1), 80),
    "a wall of finder patterns of 3 pixels": (lambda: wall_of_finders(3), 80),
    "black and white noise": (
        lambda: encoded(Image.effect_noise((1200, 900), 128).point(lambda v: 255 * (v > 128)), "PNG"),
        80,
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_that_is_accepted_is_answered_in_bounded_memory(name: str) -> None:
    make, most = LARGE[name]
    data = make()
    with opened(deadline_s=60.0) as pool:
        assert pool.decode(data).symbols == ()
        assert memory_mb(pool.pids()[0]) < most
        assert read(pool, photo()) == [LINK]
