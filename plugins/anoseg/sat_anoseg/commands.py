"""`sat anoseg`: the paper's own analyses of a trained run."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["anoseg", "thresholds"]


@click.group()
def anoseg() -> None:
    """Analyses of AnoSeg's paper."""


@anoseg.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda[:N]|mps", help="Where to compute."
)
@click.option("--allow-code", is_flag=True, help="Trust a recipe that names components by import path.")
def thresholds(run: Path, device: str, allow_code: bool) -> None:
    """Sweep the map's threshold over [0, 1] in 10,000 steps, as in section 4.3.4.

    Writes RUN/thresholds.csv and RUN/thresholds.png, and says how flat the IoU is between 0.2 and 0.8.
    """
    from sat_anoseg.thresholds import analyse, plot, write

    analysis = analyse(run, device=device, allow_code=allow_code)
    write(run / "thresholds.csv", analysis)
    plot(run / "thresholds.png", analysis)
    click.echo(f"IoU {analysis.best:.3f} at its best threshold {analysis.best_threshold:.4f}")
    click.echo(f"IoU {analysis.plateau[0]:.3f} to {analysis.plateau[1]:.3f} between 0.2 and 0.8")
    click.echo(run / "thresholds.csv")
    click.echo(run / "thresholds.png")
