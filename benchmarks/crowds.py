"""What a campaign brings besides steady scans: a code that goes viral, somebody who tries serials out, photos.

`make bench` measures all of it; `python -m benchmarks.crowds` the photos alone, in a minute."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from statistics import median
from typing import Any

from PIL import Image, ImageFilter

from benchmarks.goods import Goods
from benchmarks.load import Asked, Run, load
from benchmarks.site import Site
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

VIRAL = 10_000  # first requests for a product that no process has met
_CROWD = 500  # connections of the crowd
_SHARE = 16  # connections of genuine scans, and as many of those who try serials out
_UPLOADS = 4  # photos a second
_OUTSIDE = "203.0.113.7"  # an address of documents (RFC 5737), as a proxy would tell it
_MOST_RUNS = 4  # of a second each, within which all processes have met a hundred serials
_LONGEST = 60.0  # seconds of a crowd; a machine that is slower has not answered `VIRAL`


def viral(port: int, path: str, headers: dict[str, str], processes: int) -> dict[str, Any]:
    """`VIRAL` requests at once for one product that nobody asked for before: loads by process, failures."""
    before, runs, until = _counted(port, _LOADS), [], time.monotonic() + _LONGEST
    while sum(run.answered for run in runs) < VIRAL and time.monotonic() < until:
        runs.append(load(port, Asked([path], headers, 10 * VIRAL), 2.0, connections=_CROWD))
    loads = (_counted(port, _LOADS) - before) / processes
    return _summed(runs, _CROWD) | {"loads_by_process": loads, "connections": _CROWD}


def flood(port: int, genuine: Asked, unknown: Asked, seconds: float, rounds: int) -> dict[str, Any]:
    """Genuine scans while others ask, over as many connections, for serials that do not exist, at a quarter of the
    genuine rate; against genuine scans alone. What a guess costs the database is counted while nobody else asks. All
    come from this machine, so none is held off: as where somebody has addresses without number."""
    runs: list[Run] = []
    shares, rates, questions, guesses = [], [], 0.0, 0
    for _ in range(rounds):
        alone = load(port, genuine, seconds, connections=_SHARE)
        known, asked = _until_known(port, unknown)
        guessing = _Beside(port, unknown, seconds, alone.rate / 4)
        beside = load(port, genuine, seconds, connections=_SHARE)
        runs += [alone, *known, beside, guessing.ended()]
        questions, guesses = questions + asked, guesses + known[-1].answered
        shares.append(beside.rate / alone.rate)
        rates.append((round(alone.rate), round(beside.rate)))
    return _summed(runs, _SHARE) | {
        "guesses": guesses,
        "sql_questions_by_guess": round(questions / max(1, guesses), 4),
        "genuine_share": round(median(shares), 3),
        "rates_alone_and_beside": [round(median(side)) for side in zip(*rates, strict=True)],
    }


def held_off(port: int, genuine: Asked, unknown: Asked, seconds: float, rounds: int) -> dict[str, Any]:
    """The same flood from one address, which has asked for more than it may before: its guesses are held off."""
    from_one = replace(unknown, headers={**unknown.headers, "X-Forwarded-For": _OUTSIDE})
    runs = [load(port, from_one, 1.0, connections=_SHARE) for _ in range(_MOST_RUNS)]
    shares, rates, guessed = [], [], []
    for _ in range(rounds):
        alone = load(port, genuine, seconds, connections=_SHARE)
        guessing = _Beside(port, from_one, seconds, alone.rate / 4)
        beside = load(port, genuine, seconds, connections=_SHARE)
        guessed.append(guessing.ended())
        runs += [alone, beside, guessed[-1]]
        shares.append(beside.rate / alone.rate)
        rates.append((round(alone.rate), round(beside.rate)))
    told = _summed(runs, _SHARE)
    told["failed"] -= sum(run.refused for run in runs)
    return told | {
        "guesses": sum(run.answered + run.refused for run in guessed),
        "held_off": sum(run.refused for run in guessed),
        "genuine_share": round(median(shares), 3),
        "rates_alone_and_beside": [round(median(side)) for side in zip(*rates, strict=True)],
    }


def _until_known(port: int, unknown: Asked) -> tuple[list[Run], float]:
    """Ask for serials until every process knows that they are not there: the runs, and the questions of the last one,
    in which all of them had been asked for within ten seconds before."""
    runs: list[Run] = []
    asked = [_counted(port, _QUESTIONS)]
    while len(runs) < 2 or (asked[-1] > asked[-2] and len(runs) < _MOST_RUNS):
        runs.append(load(port, unknown, 1.0, connections=_SHARE))
        asked.append(_counted(port, _QUESTIONS))
    return runs, asked[-1] - asked[-2]


def uploads(port: int, genuine: Asked, seconds: float, rounds: int) -> dict[str, Any]:
    """Genuine scans while four photos a second are sent in, each of 12 million pixels as a phone takes them, against
    genuine scans alone; and how long a photo waited for its answer."""
    photo = phone_photo(symbol(parse(genuine.paths[0]), "https://id.example", "qr", "png"))
    runs, shares, read, busy = [], [], 0, 0
    waited: list[float] = []
    for _ in range(rounds):
        alone, sender = load(port, genuine, seconds), _Photos(port, photo)
        beside = load(port, genuine, seconds)
        sender.end()
        runs, read, busy = [*runs, alone, beside], read + sender.read, busy + sender.busy
        waited += sender.waited
        shares.append(beside.rate / alone.rate)
    summed = _summed(runs, 32)
    summed["answered"] += read
    summed["cut_off_at_most"] += busy
    told = {"photos_read": read, "photos_told_to_come_again": busy, "genuine_share": round(median(shares), 3)}
    waits = {"photo_s_median": round(median(waited or [0.0]), 2), "photo_s_longest": round(max(waited or [0.0]), 2)}
    rates = {"rates_alone_and_beside": [round(median(run.rate for run in runs[at::2])) for at in (0, 1)]}
    return summed | told | waits | rates | {"photo_bytes": len(photo)}


def phone_photo(drawn: bytes) -> bytes:
    """A JPEG of 3000 by 4000 pixels: the drawn symbol on a label a quarter as wide, held askew on something rough."""
    code, rough = Image.open(BytesIO(drawn)).convert("RGB"), (750, 1000)
    table = Image.merge("RGB", [Image.effect_noise(rough, 60) for _ in range(3)]).resize((3000, 4000))
    label = code.resize((750, 750), Image.Resampling.NEAREST).rotate(7, expand=True, fillcolor=(255, 255, 255))
    table.paste(label, (1000, 1300))
    out = BytesIO()
    table.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=85)
    return out.getvalue()


def _summed(runs: Sequence[Run], connections: int) -> dict[str, Any]:
    return {
        "answered": sum(run.answered for run in runs),
        "failed": sum(run.failed for run in runs),
        "cut_off_at_most": connections * len(runs),
    }


class _Beside:
    """A load that runs beside another one."""

    def __init__(self, port: int, asked: Asked, seconds: float, rate: float) -> None:
        self._found: list[Run] = []
        run: Callable[[], None] = lambda: self._found.append(  # noqa: E731 - one line of a thread
            load(port, asked, seconds, connections=_SHARE, rate=rate)
        )
        self._thread = threading.Thread(target=run)
        self._thread.start()

    def ended(self) -> Run:
        """What came of it."""
        self._thread.join()
        return self._found[0]


class _Photos:
    """Somebody who sends four photos a second, whether or not the last ones were answered."""

    def __init__(self, port: int, photo: bytes) -> None:
        self.read = self.busy = 0
        self.waited: list[float] = []
        self._end = threading.Event()
        self._pending: list[threading.Thread] = []
        self._sender = threading.Thread(target=self._send_all, args=(port, photo))
        self._sender.start()

    def end(self) -> None:
        """Stop, and wait for what is under way."""
        self._end.set()
        self._sender.join()
        for one in self._pending:
            one.join()

    def _send_all(self, port: int, photo: bytes) -> None:
        while not self._end.wait(1 / _UPLOADS):
            self._pending.append(threading.Thread(target=self._send, args=(port, photo)))
            self._pending[-1].start()

    def _send(self, port: int, photo: bytes) -> None:
        edge = "edge-of-a-part"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/scan",
            data=f"{head}Content-Type: image/png\r\n\r\n".encode() + photo + f"\r\n--{edge}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={edge}", "User-Agent": f"Photo {time.time_ns()}"},
        )
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
            self.read += 1
            self.waited.append(time.monotonic() - began)
        except OSError:  # busy, as it says
            self.busy += 1


_LOADS = re.compile(r'^verify_app_cache_total\{event="loads"\} ([0-9.e+]+)$', re.MULTILINE)
_QUESTIONS = re.compile(r"^verify_app_registry_questions_total ([0-9.e+]+)$", re.MULTILINE)


def _counted(port: int, measure: re.Pattern[str]) -> float:
    """A measure of all processes, a second after the last request: so late the cache's counts come at most."""
    time.sleep(1.1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        found = measure.search(answer.read().decode())
    return float(found[1]) if found else 0.0


def main() -> int:
    """Measure photos beside scans and print one JSON object."""
    goods = Goods(5_000)
    with Site(goods) as site, site.serving("service") as port:
        genuine = Asked([goods.path(number) for number in range(goods.items)], {"Accept-Encoding": "gzip, deflate, br"})
        for _ in range(8):
            warm = load(port, genuine, 2.0)
        print(f"warm: {warm.rate:,.0f} scans a second", file=sys.stderr)
        found = uploads(port, genuine, 5.0, 5)
    print(json.dumps(found, indent=1))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
