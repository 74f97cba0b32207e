"""What every command says, and how: results on stdout, everything else on stderr."""

from __future__ import annotations

import shutil
import textwrap
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.files import printable

__all__ = ["Verbosity", "columns", "paragraph", "show_error", "warn", "width"]

MAX_WIDTH = 100


@dataclass(frozen=True)
class Verbosity:
    """How much the user wants to read; every command finds it in ``click.Context.obj``.

    Attributes:
        quiet: Results, warnings and errors alone.
        verbose: Also what caused an error.
    """

    quiet: bool = False
    verbose: bool = False


def warn(text: str) -> None:
    """Print one line that the user should read, on stderr."""
    click.secho("warning: ", fg="yellow", bold=True, nl=False, err=True)
    click.echo(printable(text), err=True)


def show_error(error: SynthAnomalyError, verbosity: Verbosity) -> None:
    """Print an error as one line on stderr; with ``--verbose`` also what caused it."""
    cause = error.__cause__
    if verbosity.verbose and cause is not None:
        click.echo("".join(traceback.format_exception(cause)).rstrip(), err=True)
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(printable(str(error)), err=True)


def width() -> int:
    """Return the width to write for: the terminal's, 80 in a pipe, and never so wide that reading suffers."""
    return min(shutil.get_terminal_size().columns, MAX_WIDTH)


def paragraph(text: str, indent: int = 0) -> str:
    """Return text as an indented paragraph."""
    margin = " " * indent
    return textwrap.fill(
        text, width(), initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def columns(rows: Iterable[Sequence[str]], indent: int = 2, gap: int = 2) -> str:
    """Return rows as aligned columns; the last column wraps, the others are as wide as their widest cell."""
    rows = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)] if rows else []
    lines = []
    for row in rows:
        head = " " * indent + "".join(
            cell.ljust(wide + gap) for cell, wide in zip(row[:-1], widths, strict=True)
        )
        tail = textwrap.wrap(row[-1], max(width() - len(head), 24), break_on_hyphens=False) or [""]
        lines += [f"{head}{tail[0]}".rstrip(), *(" " * len(head) + line for line in tail[1:])]
    return "\n".join(lines)
