"""Puts the demonstration into the engines: registry, pictures and the earlier visits of some codes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..domain.local_time import local_date
from ..store.engine import reading
from ..store.registry import counts, write_registry
from .build import build_registry, recipes
from .dates import instant
from .hidden import write_hidden_numbers
from .links import write_demo_links
from .pictures import FIRST, write_pictures
from .signed import write_schemes
from .standings import write_standings
from .visits import earlier_visits

if TYPE_CHECKING:
    from ..parts import Histories


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one call of `load` did: records written, pictures that are there, codes that were given a past."""

    records: int = 0
    pictures: int = 0
    pasts: int = 0


@dataclass(slots=True)
class _Progress:
    """How far the loading of this DATA_DIR has come; the day makes a repeated step equal to the first one."""

    day: str
    registry: bool = False
    seen: list[str] = field(default_factory=list)  # identities of the codes whose visits are done


@dataclass(frozen=True, slots=True)
class Target:
    """Where the demonstration goes: the SQL engine, the histories and DATA_DIR; `master`: the installation's secret."""

    engine: sa.Engine
    history: Histories
    data_dir: Path
    master: bytes


def load(target: Target, now: int, *, if_empty: bool = False) -> Loaded:
    """Load the demonstration once; what is loaded stays as it is, and a load that broke off is completed.

    Of the pictures only the quickly made format is written; `finish_pictures` makes the others. `now` is UTC
    milliseconds. With `if_empty` a registry that holds anything else is left alone. Raises
    `StoreUnavailable` if the database cannot answer or has not been set up.
    """
    path = target.data_dir / "demo.json"
    progress = _read(path)
    if not _holds_anything(target.engine):
        progress = _Progress(local_date(now).isoformat())  # a new or replaced database: all begins today
        _write(path, progress)
    elif progress is None:
        if if_empty:
            return Loaded()
        progress = _Progress(local_date(now).isoformat())
        _write(path, progress)
    pictures = len(write_pictures(target.data_dir / "pictures", recipes(), FIRST))
    records = 0
    day = date.fromisoformat(progress.day)
    if not progress.registry:
        records = sum(asdict(write_registry(target.engine, build_registry(day), "demo", "demo-review")).values())
        progress.registry = True
        _write(path, progress)
    write_demo_links(target.engine)
    write_schemes(target.engine, target.master)
    write_hidden_numbers(target.engine, target.master)
    write_standings(target.engine, instant(day, "08:30"))
    return Loaded(records, pictures, _see(target, path, progress))


def finish_pictures(data_dir: Path) -> None:
    """Write what is lacking of the pictures in all formats, which takes several times as long as the load itself;
    nothing where the demonstration was not loaded."""
    if (data_dir / "demo.json").exists():
        write_pictures(data_dir / "pictures", recipes())


def _see(target: Target, path: Path, progress: _Progress) -> int:
    """Give codes their past. A stop in between repeats the visits of one code at most, with the same scan ids."""
    done = 0
    for code, visits in earlier_visits(instant(date.fromisoformat(progress.day), "00:00")):
        if code.identity in progress.seen:
            continue
        for visit in visits:
            target.history.observe(code, visit)
        progress.seen.append(code.identity)
        _write(path, progress)
        done += 1
    return done


def _holds_anything(engine: sa.Engine) -> bool:
    with reading(engine) as connection:
        return any(asdict(counts(connection)).values())


def _read(path: Path) -> _Progress | None:
    try:
        return _Progress(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # absent, or torn by a stop on a full disk: the registry itself tells whether to begin


def _write(path: Path, progress: _Progress) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(progress)), encoding="utf-8")
    unfinished.replace(path)
