"""`sat download`: a data set from its authors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.options import is_quiet, quiet_option, verbose_option
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Downloadable

__all__ = ["download"]


@click.command()
@click.argument("name", metavar="DATASET")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to put it into.  [default: datasets/DATASET, where sat run --dataset looks]",
)
@click.option("--url", metavar="URL", help="Another address of the same file, such as a mirror's.")
@quiet_option
@verbose_option
@click.pass_context
def download(context: click.Context, /, name: str, out: Path | None, url: str | None, **_: Any) -> None:
    """Get a data set from its authors, such as cifar10.

    What arrives is checked; a download that was interrupted goes on where it stopped. The last line printed
    is the folder.
    """
    from rich.console import Console

    from synth_anomaly.cli.reading import reading_shown
    from synth_anomaly.download import PlainReport

    target: Any = catalogue().registry("dataset").load(name)
    if not isinstance(target, Downloadable):
        raise DataError(
            f"dataset {name!r} is not for download here: get it from who publishes it "
            f"(sat describe dataset {name}), and give --data PATH"
        )
    folder = out or Path("datasets") / name.rpartition("/")[2]
    quiet = is_quiet(context)
    if Console(stderr=True).is_terminal or quiet:
        with reading_shown(quiet=quiet) as report:
            click.echo(target.download(folder, url=url, report=report))
    else:
        click.echo(target.download(folder, url=url, report=PlainReport()))
