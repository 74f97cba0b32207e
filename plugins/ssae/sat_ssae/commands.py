"""`sat ssae`: the paper's own analyses, and the ensemble of two runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sat_ssae.orthogonality import At
    from sat_ssae.tables import Analysis
    from synth_anomaly.interfaces import Dataset

__all__ = ["ensemble", "moments", "orthogonality", "reconstructions", "ssae"]

_RUN = click.Path(path_type=Path)
_OUT = click.Path(path_type=Path, file_okay=False)
_Command = Callable[..., Any]


def _allow_code(command: _Command) -> _Command:
    text = "Trust a recipe that names components by import path."
    return click.option("--allow-code", is_flag=True, help=text)(command)


def _device(command: _Command) -> _Command:
    return click.option(
        "--device",
        default="auto",
        show_default=True,
        metavar="auto|cpu|cuda[:N]|mps",
        help="Where to compute.",
    )(command)


def _written_beside(command: _Command) -> _Command:
    """Add the options of what is computed with a run, and written beside it."""
    out = click.option("--out", type=_OUT, help="Folder to write to.  [default: RUN]")
    return out(_device(_allow_code(command)))


@click.group()
def ssae() -> None:
    """Analyses of SSAE's paper, and the ensemble of two runs."""


@ssae.command()
@click.argument("what", metavar="RUN_OR_DATA", required=False, type=click.Path(path_type=Path))
@click.option("--category", help="A category of the data set.")
@click.option("--out", type=_OUT, help="Folder to write to.  [default: RUN, or moments/<category>]")
@_allow_code
def moments(what: Path | None, category: str | None, out: Path | None, allow_code: bool) -> None:
    """Measure mean and deviation of each pixel over the good training images, as in figure 8.

    RUN_OR_DATA is a run's folder, or a folder of images as of `sat run --data`; without it a --category of
    the demo is measured. Writes moments.csv, moments.json and moments.png. Flat moments, as textures have,
    are what the paper's theory asks for.
    """
    from sat_ssae.moments import measure_moments

    dataset, folder = _images(what, category, allow_code)
    measured = measure_moments(dataset)
    summary = measured.summary()
    spreads = (
        f"{name} {summary[name]:.3f}; its least and greatest pixel {summary[name + '_spread']:.3f} apart"
        for name in ("mean", "deviation")
    )
    theorem = f"theorem 2 holds for corruptions of less than {summary['orthogonal_share']:.1%} of an image"
    _write(out or folder, "moments", measured, (*spreads, theorem))


@ssae.command()
@click.argument("run", metavar="RUN", type=_RUN)
@click.option("--repeats", type=click.IntRange(min=1), default=1, show_default=True, help="Patches an image.")
@_written_beside
def orthogonality(run: Path, repeats: int, out: Path | None, device: str, allow_code: bool) -> None:
    """Measure how far the trained network projects orthogonally on its training images, as in figure 9.

    Writes orthogonality.csv, orthogonality.json and orthogonality.png: over the width of a patch swapped with
    another training image, the share of cases in which the original stays the nearest training image.
    """
    from sat_ssae.images import open_run
    from sat_ssae.orthogonality import measure_orthogonality

    def show(at: At) -> None:
        shares = f"nearest to X̂ {at.image:.3f}, to F(X̂) {at.reconstruction:.3f}"
        click.echo(f"width {at.width:.2f}: {shares}, error {at.error_mean:.2e}")

    trained = open_run(run, device=device, allow_code=allow_code)
    _write(out or run, "orthogonality", measure_orthogonality(trained, repeats=repeats, report=show), ())


@ssae.command()
@click.argument("run", metavar="RUN", type=_RUN)
@click.option("--count", type=click.IntRange(min=1), default=6, show_default=True, help="Images to show.")
@_written_beside
def reconstructions(run: Path, count: int, out: Path | None, device: str, allow_code: bool) -> None:
    """Draw held-back images, corrupted, and what the trained network makes of them.

    Writes reconstructions.png, as every run does: input, corrupted copy, output, and how the last two differ.
    """
    from sat_ssae.images import open_run
    from sat_ssae.pictures import PICTURE, write_reconstructions

    path = (out or run) / PICTURE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_reconstructions(path, open_run(run, device=device, allow_code=allow_code), count)
    _echo_paths(path)


@ssae.command()
@click.argument("filtering", metavar="RUN_1", type=_RUN)
@click.argument("amplifying", metavar="RUN_4", type=_RUN)
@click.option("--out", type=_OUT, required=True, help="A new folder for the ensemble.")
@_allow_code
def ensemble(filtering: Path, amplifying: Path, out: Path, allow_code: bool) -> None:
    """Join a run with objective 1 and a run with objective 4 by the pixel-wise maximum of their maps.

    The two are of the same images, settings, seed and precision; weight may differ, which objective 1 alone
    uses, and so may amplifying_weight, normaliser, validate_every and patience, which objective 4 alone uses.
    The new folder predicts and evaluates like a run: sat evaluate, sat predict.
    """
    from sat_ssae.joining import join_runs

    join_runs(filtering, amplifying, out, allow_code=allow_code)
    _echo_paths(out)


def _images(what: Path | None, category: str | None, allow_code: bool) -> tuple[Dataset, Path]:
    """Return the images that were asked for, and where to write what is found."""
    from sat_ssae.images import dataset_of_run, is_run
    from synth_anomaly.data import open_dataset, resolve

    if what is not None and is_run(what):
        if category is not None:
            raise click.UsageError("A run has its own category: leave out --category.")
        return dataset_of_run(what, allow_code=allow_code), what
    data = None if what is None else str(what)
    source = resolve(None, data, category, several=False, allow_code=allow_code)
    if source.notice:
        click.echo(source.notice, err=True)
    return open_dataset(source, source.categories[0]), Path("moments") / source.categories[0]


def _write(folder: Path, name: str, analysis: Analysis, lines: Iterable[str]) -> None:
    """Write an analysis into a folder, and print what it found and where it lies."""
    from sat_ssae.tables import write_analysis

    written = write_analysis(folder, name, analysis)
    for line in lines:
        click.echo(line)
    _echo_paths(*written)


def _echo_paths(*paths: Path) -> None:
    for path in paths:
        click.echo(path)
