"""What `sat synth` does, once its command line is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.gallery import Gallery, registered
from synth_anomaly.cli.output import output_folder
from synth_anomaly.cli.summary import print_line
from synth_anomaly.cli.synth_choice import EVERY, Chosen
from synth_anomaly.cli.synth_request import read_request
from synth_anomaly.reporting.synthesis.folder import Synthesis
from synth_anomaly.reporting.synthesis.page import Exhibit, write_synthesis_page
from synth_anomaly.reporting.synthesis.statistics import DefectStatistics
from synth_anomaly.reporting.synthesis.table import statistics_table

__all__ = ["synthesise_asked_for"]


def synthesise_asked_for(
    name: str | None, images: str | None, given: Mapping[str, Any], *, quiet: bool
) -> None:
    """Write synthetic defects, print their statistics, and last the folder that holds them.

    Args:
        name: The synthesizer; None or ``"all"`` for the page of all of them.
        images: A category, a folder of good images, or an image.
        given: The command line's other options.
        quiet: Whether to show no progress.

    Raises:
        SynthAnomalyError: If something that was named is not there.
    """
    request = read_request(name, images, given, quiet=quiet)
    chosen = request.chosen
    stem = re.sub(r"[^\w.-]+", "-", chosen.name if chosen else EVERY)
    with output_folder(given["out"], Path("synth"), stem) as folder:
        figures = _written(request.synthesis(chosen), folder, quiet=quiet) if chosen else {}
        exhibits = []
        if given["html"]:
            gallery = Gallery(request.pictures, given["seed"], given["textures"])
            exhibits = _exhibits(gallery, chosen, quiet=quiet)
            page = request.page(exhibits)
            _warn_of(page.notes, but=request.synthesis(chosen).notes if chosen else ())
            write_synthesis_page(folder / "synthesizers.html", page)
    _print(figures, exhibits)
    click.echo(folder)


def _written(made: Synthesis, folder: Path, *, quiet: bool) -> dict[str, DefectStatistics]:
    if not quiet:
        print_line(Console(stderr=True), f"{made.name} on {made.origin} · {made.details}", "bold")
    for note in made.notes:
        warn(note)
    return {made.name: made.write(folder)}


def _warn_of(notes: Iterable[str], but: Iterable[str]) -> None:
    """Say what a reader should know of a page, but for what was said already."""
    said = set(but)
    for note in notes:
        if note not in said:
            warn(note)


def _exhibits(gallery: Gallery, chosen: Chosen | None, *, quiet: bool) -> list[Exhibit]:
    """Return the synthesizer as the user set it, where it is none of those registered, then all of them."""
    first = []
    if chosen is not None and (chosen.changes or chosen.name not in registered()):
        first = [gallery.asked_for(chosen.name, chosen.built)]
    console = Console(stderr=True)
    names = track(
        registered(),
        "making defects",
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )
    return first + [gallery.exhibit(name) for name in names]


def _print(figures: Mapping[str, DefectStatistics], exhibits: Iterable[Exhibit]) -> None:
    """Print the statistics of what was made, and what could not be made."""
    console = Console()
    tried = {exhibit.title: exhibit.statistics for exhibit in exhibits if exhibit.statistics is not None}
    console.print(statistics_table(tried or figures))
    for exhibit in exhibits:
        if exhibit.statistics is None:
            print_line(console, f" {exhibit.name}: not shown: {exhibit.reason}", "dim")
