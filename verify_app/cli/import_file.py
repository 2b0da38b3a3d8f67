"""`verify-app import`: bring products, lots, items or events in from a file; `verify-app template`: an empty file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..enterprise.desk import Desk
    from ..store.import_jobs import ImportJob

_KINDS = ("products", "lots", "items", "events")


@click.command("import")
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--enterprise", required=True, help="Id of the enterprise whose data this is.")
@click.option("--author", default="command line", show_default=True, help="Who is named as the author of drafts.")
@click.option("--dry-run", is_flag=True, help="Report what would happen; write nothing.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where the refused rows go.")
@click.option("--lang", default="vi", show_default=True, help="Language of what is said about refused rows.")
def command(kind: str, file: Path, **options: object) -> None:
    """Import FILE (CSV, XLSX, JSON or JSON lines). Products and lots become drafts that wait for review.

    An import that was killed goes on where it was when the command is given again. The same file twice changes
    nothing. Refused rows are written to --errors (by default beside FILE) with what is wrong with each: mend them
    there and import that file. Exit status 1: some rows were refused; 2: the file could not be read.
    """
    from ..enterprise.import_run import ImportRefusedError, Order
    from ..enterprise.table_files import TableError
    from ..parts import StoreUnavailable, build
    from ..settings import Settings, SettingsError

    dry = bool(options["dry_run"])
    try:
        desk = build(Settings.from_env()).desk
        order = Order(str(options["enterprise"]), kind, str(options["author"]), file.name, dry)
        with file.open("rb") as source:
            job = desk.imports.accept(order, source)
        job = _run(desk, job)
    except (SettingsError, StoreUnavailable, ImportRefusedError, TableError, OSError) as error:
        raise _Unread(str(error)) from error
    if job.failure:
        raise _Unread(job.failure)
    click.echo(_told(job))
    if job.bad:
        target = options["errors"] if isinstance(options["errors"], Path) else _beside(file, job.form)
        _write_errors(desk, job, target, str(options["lang"]))
        click.echo(f"Refused rows, with what is wrong with each: {target}", err=True)
        raise SystemExit(1)


class _Unread(click.ClickException):
    exit_code = 2


def _run(desk: Desk, job: ImportJob) -> ImportJob:
    """Run a job behind a progress bar of its bytes."""
    if job.position:
        click.echo(f"Going on behind row {job.position:,}.", err=True)
    with click.progressbar(length=max(job.size, 1), label="Importing", file=sys.stderr, show_pos=False) as bar:
        ended = desk.imports.run(job.id, lambda now: bar.update(max(now.done_bytes - bar.pos, 0)))
        bar.update(max((bar.length or 0) - bar.pos, 0))
    if ended is None:
        raise _Unread("Expected to run the import, found another process at it; look again in a minute.")
    return ended


def _told(job: ImportJob) -> str:
    tried = "Dry run, nothing was written: " if job.dry_run else ""
    return f"{tried}{job.fresh:,} new, {job.changed:,} changed, {job.same:,} as they were, {job.bad:,} refused."


def _beside(file: Path, form: str) -> Path:
    return file.with_name(f"{file.stem}.errors.{'jsonl' if form == 'json' else form}")


def _write_errors(desk: Desk, job: ImportJob, target: Path, lang: str) -> None:
    from ..enterprise.import_words import annotated
    from ..i18n import LANGUAGES, catalogue

    if lang not in LANGUAGES:
        raise _Unread(f"Expected one of {', '.join(LANGUAGES)}, got {lang!r}.")
    with target.open("wb") as out:
        annotated(desk.engine, job, catalogue(lang), out)


@click.command("template")
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def template(kind: str, file: Path) -> None:
    """Write an empty table of KIND with its header and one example row to FILE (.csv or .xlsx)."""
    from ..enterprise.table_files import TableError, form_of, write_template

    try:
        form = form_of(file.name)
    except TableError as error:
        raise click.ClickException(str(error)) from error
    if form not in ("csv", "xlsx"):
        raise click.ClickException(f"Expected a name ending in .csv or .xlsx, got {file.name!r}.")
    with file.open("wb") as out:
        write_template(kind, form, out)
    click.echo(f"Wrote {file}.", err=True)
