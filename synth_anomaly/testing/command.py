"""The command line, in this process."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from synth_anomaly.cli.main import cli
from synth_anomaly.testing.expect import expect

__all__ = ["last_path", "sat"]


def sat(*arguments: object) -> Result:
    """Run ``sat`` with arguments, which are written as text, and return what came of it.

    Example:
        >>> sat("list", "shape").exit_code
        0
    """
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="sat")


def last_path(result: Result) -> Path:
    """Return the path that a command's last line names, such as the folder of a run.

    Raises:
        AssertionError: If the command failed; what it said is the message.
    """
    expect(result.exit_code == 0, result.output or repr(result.exception))
    return Path(result.stdout.splitlines()[-1])
