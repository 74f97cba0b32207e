"""`sat demo`: the rendered demo images as files."""

from __future__ import annotations

from pathlib import Path

import click

from synth_anomaly.data import ALL, Demo, export_demo

__all__ = ["demo"]


@click.command()
@click.option("--category", default=ALL, show_default=True, help="A category of the demo.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to."
)
@click.option("--size", type=click.IntRange(min=32), default=256, show_default=True, help="Side in pixels.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Other parts for another seed."
)
def demo(category: str, out: Path, size: int, seed: int) -> None:
    """Write demo images as files, in the layout of MVTec AD.

    Beside train, test and ground_truth there is clean: each defective part as it would be without its defect.
    """
    for name in Demo.categories() if category == ALL else (category,):
        click.echo(export_demo(out, name, size=size, seed=seed))
