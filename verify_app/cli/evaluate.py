"""`verify-app evaluate`: make labelled worlds, replay them, print what was found."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..detection.policy_files import PolicyError, PolicyFolder, Signed
from ..evaluate.assumptions import VARIANTS, variant
from ..settings import Settings

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
@click.option("--policy", type=_IN, help="Signed parameters to try instead of the active ones.")
def run(seeds: str, names: tuple[str, ...], codes: int, policy: Path | None) -> None:
    """Make worlds, replay them and print the pooled table for each variant."""
    from ..evaluate.scorer import score as tally
    from ..evaluate.scorer import table
    from ..evaluate.world import make, write
    from .replay import Files, engine
    from .replay import run as replay

    try:
        folder = PolicyFolder(Settings.from_env().data_dir)
        rules = Signed.from_text(policy.read_text(encoding="utf-8")).rules() if policy else folder.rules()
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    assert rules is not None  # noqa: S101 - the active rules always exist
    for name in names:
        worlds = []
        for seed in _range(seeds):
            with TemporaryDirectory(prefix="verify-app-world-") as path, engine("") as url:
                place = Path(path)
                write(make(variant(name, codes=codes), seed), place)
                scans, verdicts = place / "scans.jsonl.gz", place / "verdicts.jsonl"
                files = Files(place / "registry.jsonl.gz", place / "geoip.csv", scans, verdicts)
                replay(url, files, rules)
                worlds.append(tally(scans, place / "truth.json", verdicts))
        click.echo(f"\n{name}, seeds {seeds}, {codes} genuine codes each, rules {rules.version}\n{table(worlds)}")


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise click.BadParameter(f"Expected FIRST-LAST, got {text!r}.") from error
    if not found:
        raise click.BadParameter(f"Expected FIRST-LAST, got {text!r}.")
    return found
