"""Options that several commands share."""

from __future__ import annotations

from dataclasses import replace

import click

from synth_anomaly.cli.console import Verbosity

__all__ = [
    "allow_code_option",
    "device_option",
    "is_quiet",
    "prediction_precision_option",
    "quiet_option",
    "score_size_option",
    "skip_bad_option",
    "threads_option",
    "verbose_option",
]


def _prepare_process(context: click.Context, _parameter: click.Parameter, threads: int | None) -> None:
    from synth_anomaly.training import keep_freed_memory, use_threads

    if not context.resilient_parsing:
        use_threads(threads)
        keep_freed_memory()


def _be_verbose(context: click.Context, _parameter: click.Parameter, verbose: bool) -> None:
    if verbose:  # the root's, which is asked when an error ends the command
        root = context.find_root()
        root.obj = replace(root.obj or Verbosity(), verbose=True)


device_option = click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda[:N]|mps", help="Where to compute."
)
prediction_precision_option = click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16"]),
    default="fp32",
    show_default=True,
    help="Of prediction.",
)
score_size_option = click.option(
    "--score-size",
    type=click.Choice(["input", "native"]),
    help="Compare maps and masks at the network's input size, or at each image's own.  [default: input]",
)
skip_bad_option = click.option(
    "--skip-bad", is_flag=True, default=None, help="Leave out images that cannot be read instead of stopping."
)
allow_code_option = click.option(
    "--allow-code", is_flag=True, help="Trust a recipe that names components by import path."
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    callback=_prepare_process,
    expose_value=False,
    help="Threads on the CPU.  [default: half of the processors]",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print the results alone.")

verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_be_verbose,
    help="Print also what caused an error.",
)


def is_quiet(context: click.Context) -> bool:
    """Return whether ``-q`` was given, before or after the command's name."""
    return any(bool(level.params.get("quiet")) for level in (context, context.find_root()))
