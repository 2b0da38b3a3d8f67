"""What went wrong in a row, in the words of the sender's language."""

from __future__ import annotations

from itertools import islice
from typing import BinaryIO, Protocol

from ..store.engine import Engine
from ..store.import_jobs import BadRow, ImportJob, bad_rows
from .row_problems import Problem
from .table_files import write_annotated


class Words(Protocol):
    """A catalogue of messages."""

    def has(self, msgid: str) -> bool:
        """Whether there are words."""

    def text(self, msgid: str, **params: object) -> str:
        """The words of a message."""


def problem_words(problem: Problem, words: Words) -> str:
    """One sentence on one problem, naming its column."""
    msgid = f"import.problem.{problem['slug']}"
    if not words.has(msgid):
        msgid = "import.problem.other"
    column = words.text(f"import.column.{problem['column']}") if problem["column"] else ""
    said = {"column": column, "expected": problem["expected"], "got": problem["got"] or "–"}
    return words.text(msgid, **said)


def row_words(bad: BadRow, words: Words) -> str:
    """All that is wrong with a row, in one line."""
    return " ".join(problem_words(problem, words) for problem in bad.problems)


def first_refused(engine: Engine, job: ImportJob, most: int) -> tuple[BadRow, ...]:
    """The first refused rows of a job."""
    return tuple(islice(bad_rows(engine, job.id), most))


def annotated(engine: Engine, job: ImportJob, words: Words, out: BinaryIO) -> None:
    """Write the annotated file of a job's refused rows; mended, it can be sent again as it is."""
    rows = ((bad, row_words(bad, words)) for bad in bad_rows(engine, job.id))
    write_annotated(job.form, job.header, rows, out)
