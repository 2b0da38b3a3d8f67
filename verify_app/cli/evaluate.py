"""`verify-app evaluate`: make labelled worlds, replay them, print what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from ..detection.policy_files import PolicyError, built_in
from ..domain.score import Rules
from ..evaluate.assumptions import VARIANTS, variant
from ..settings import Settings

_CAUTION = 1.5  # nats from caution to alert
_TRAINING = 1000  # seeds from here on are never trained on
_IN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="evaluate")
def command() -> None:
    """Measure detection on worlds that we make ourselves; every rate in them is an assumption."""


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--variant", "name", type=click.Choice(sorted(VARIANTS)), default="plain", show_default=True)
@click.option("--codes", type=click.IntRange(1000, 200_000), default=12_000, show_default=True)
def world(folder: Path, seed: int, name: str, codes: int) -> None:
    """Write one world into FOLDER: scans, registry, address table, truth."""
    from ..evaluate.world import make, write

    write(make(variant(name, codes=codes), seed), folder)


@command.command()
@click.argument("scans", type=_IN)
@click.argument("truth", type=_IN)
@click.argument("verdicts", type=_IN)
def score(scans: Path, truth: Path, verdicts: Path) -> None:
    """Compare VERDICTS of a replay with the TRUTH of its SCANS."""
    from ..evaluate.scorer import score as tally
    from ..evaluate.scorer import table

    click.echo(table([tally(scans, truth, verdicts)]))


@command.command()
@click.option("--seeds", default="1001-1003", show_default=True, help="FIRST-LAST; training used seeds below 1000.")
@click.option("--variant", "names", multiple=True, type=click.Choice(sorted(VARIANTS)), default=("plain",))
@click.option("--codes", type=click.IntRange(1000, 200_000), default=12_000, show_default=True)
@click.option("--policy", type=_IN, help="Parameters to try instead of the active ones, by a trusted signer.")
@click.option("--unsigned", is_flag=True, help="Try parameters that nobody, or nobody trusted, has signed.")
def run(seeds: str, names: tuple[str, ...], codes: int, policy: Path | None, unsigned: bool) -> None:
    """Make worlds, replay them and print the pooled table for each variant."""
    from ..evaluate.scorer import score as tally
    from ..evaluate.scorer import table
    from ..evaluate.world import make, write
    from .replay import Files, engine, rules_to_try
    from .replay import run as replay

    try:
        rules = rules_to_try(Settings.from_env(), policy, unsigned)
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    for name in names:
        worlds = []
        for seed in _range(seeds):
            with TemporaryDirectory(prefix="verify-app-world-") as path, engine("") as url:
                place = Path(path)
                write(make(variant(name, codes=codes), seed), place)
                scans, verdicts = place / "scans.jsonl.gz", place / "verdicts.jsonl"
                files = Files(place / "registry.jsonl.gz", place / "geoip.csv", scans, verdicts)
                replay(url, files, rules, lots=True)
                worlds.append(tally(scans, place / "truth.json", verdicts))
        click.echo(f"\n{name}, seeds {seeds}, {codes} genuine codes each, rules {rules.version}\n{table(worlds)}")


@command.command()
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seeds", default="1-3", show_default=True, help="FIRST-LAST, below 1000.")
@click.option("--variant", "names", multiple=True, type=click.Choice(sorted(VARIANTS)), default=("plain",))
@click.option("--codes", type=click.IntRange(1000, 200_000), default=10_000, show_default=True)
@click.option("--highest", is_flag=True, help="Write all states of each code, for `fit --highest`.")
def gather(output: Path, seeds: str, names: tuple[str, ...], codes: int, highest: bool) -> None:
    """Make training worlds, replay them and write their examples to OUTPUT (JSON lines, .gz if so named)."""
    from ..evaluate import fit_highest
    from ..evaluate.fit import examples
    from ..evaluate.lines import save
    from ..evaluate.world import make, write
    from .replay import Files, engine, judging

    chosen = _range(seeds)
    if chosen[-1] >= _TRAINING:
        raise click.BadParameter(f"Expected training seeds below {_TRAINING}, got {seeds}: the others are for tests.")
    rules = built_in()

    def found() -> Iterator[Any]:
        for name, seed in product(names, chosen):
            with TemporaryDirectory(prefix="verify-app-world-") as path, engine("") as url:
                place = Path(path)
                write(make(variant(name, codes=codes), seed), place)
                files = Files(place / "registry.jsonl.gz", place / "geoip.csv", place / "scans.jsonl.gz", place / "v")
                truth = json.loads((place / "truth.json").read_text(encoding="utf-8"))
                judged = judging(url, files, rules)
                yield from fit_highest.states(judged, truth, rules) if highest else examples(judged, truth)
            click.echo(f"{name}, seed {seed}", err=True)

    click.echo(f"{save(output, found())} examples")


@command.command()
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seeds", default="2001-2002", show_default=True, help="FIRST-LAST.")
@click.option("--variant", "name", type=click.Choice(sorted(VARIANTS)), default="plain", show_default=True)
@click.option("--codes", type=click.IntRange(1000, 200_000), default=10_000, show_default=True)
def curve(output: Path, seeds: str, name: str, codes: int) -> None:
    """Print what other lines of an alert would find, and draw it to OUTPUT (SVG). Each row: line in nats, precision,
    false alarms per 10,000, share found, share found by the tenth look."""
    from ..evaluate.curve import peaks, points, svg
    from ..evaluate.world import make, write
    from .replay import Files, engine, judging

    rules, found = built_in(), []
    for seed in _range(seeds):
        with TemporaryDirectory(prefix="verify-app-world-") as path, engine("") as url:
            place = Path(path)
            write(make(variant(name, codes=codes), seed), place)
            files = Files(place / "registry.jsonl.gz", place / "geoip.csv", place / "scans.jsonl.gz", place / "v")
            truth = json.loads((place / "truth.json").read_text(encoding="utf-8"))
            found += peaks(judging(url, files, rules), truth, rules.red)
    for one in points(found):
        found_by = f"{one.recall:.2f} | {one.early:.2f}"
        click.echo(f"| {rules.red + one.line:.2f} | {one.precision:.2f} | {one.false:.1f} | {found_by} |")
    output.write_text(svg(points(found), f"Operating curve of {rules.version}"), encoding="utf-8")


@command.command()
@click.argument("examples", type=_IN, nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--codes", type=int, required=True, help="Genuine codes that the examples were gathered from.")
@click.option("--false-alarms", type=float, default=5.0, show_default=True, help="Per 10,000 genuine codes.")
@click.option("--start", type=_IN, help="Plain parameters to start at and be drawn to; default: the built-in ones.")
@click.option("--highest", is_flag=True, help="Fit to the highest states; EXAMPLES are of `gather --highest`.")
@click.option("--share", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="… and so far towards them.")
@click.option(
    "--early", type=click.FloatRange(0, 100), default=1.0, show_default=True, help="… the tenth look so often."
)
def fit(examples: tuple[Path, ...], output: Path, codes: int, false_alarms: float, **given: Any) -> None:
    """Fit weights to EXAMPLES, starting at the built-in ones; OUTPUT, to be signed, also names the rules."""
    from ..evaluate import fit_highest
    from ..evaluate.fit import Example, loss, threshold
    from ..evaluate.fit import fit as fitted
    from ..evaluate.lines import load

    try:
        start = Rules.from_json(given["start"].read_text(encoding="utf-8")) if given["start"] else built_in()
        if given["highest"]:
            states = [one for path in examples for one in load(path, fit_highest.States)]
            full = fit_highest.fit_highest(states, start, output.stem, given["early"])
            rules = fit_highest.between(start, full, given["share"])
            found = list(fit_highest.highest(states, rules))
        else:
            found = [one for path in examples for one in load(path, Example)]
            rules = fitted(found, start, output.stem)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    red = threshold(found, rules, codes, false_alarms)
    rules = replace(rules, red=red, amber=round(red - _CAUTION, 2))
    rules.check()
    output.write_text(rules.to_json(), encoding="utf-8")
    click.echo(
        f"{len(found)} examples: loss {loss(found, start):.4f} before, {loss(found, rules):.4f} after; red {red}"
    )


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise click.BadParameter(f"Expected FIRST-LAST, got {text!r}.") from error
    if not found:
        raise click.BadParameter(f"Expected FIRST-LAST, got {text!r}.")
    return found
