"""``sat``: the options that every command shares."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import click

from synth_anomaly import __version__
from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import Verbosity
from synth_anomaly.cli.group import LazyGroup
from synth_anomaly.discovery import DISABLE_VARIABLE, disabled_by_environment

__all__ = ["cli", "main"]


def _disable(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> None:  # noqa: ARG001
    if names and not ctx.resilient_parsing:
        os.environ[DISABLE_VARIABLE] = ",".join(sorted({*disabled_by_environment(), *names}))
        catalogue.cache_clear()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sat", message="%(prog)s, version %(version)s (synth-anomaly)")
@click.option(
    "--no-plugin",
    multiple=True,
    metavar="NAME",
    callback=_disable,
    expose_value=False,
    is_eager=True,  # the help of the group lists the plugins' commands
    help="Leave a plugin out, by its name or its package's; may be repeated. Also SAT_DISABLE_PLUGINS=A,B.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print results, warnings and errors alone.")
@click.option("-v", "--verbose", is_flag=True, help="Print also what caused an error.")
@click.pass_context
def cli(ctx: click.Context, quiet: bool, verbose: bool) -> None:
    """Make synthetic defects, train networks on them, and find the real ones."""
    ctx.obj = Verbosity(quiet=quiet, verbose=verbose)
    if "NO_COLOR" in os.environ:
        ctx.color = False


def main() -> None:
    """Run ``sat`` with the arguments of the process, and end it."""
    if isinstance(sys.stdout, TextIOWrapper):
        # paths whose names are no UTF-8 are printed as the bytes that they are
        sys.stdout.reconfigure(errors="surrogateescape")
    cli.main(prog_name="sat")
