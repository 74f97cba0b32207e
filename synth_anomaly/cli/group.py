"""A click group whose commands are imported when they are used, and whose errors are one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import Verbosity, show_error, warn
from synth_anomaly.cli.offers import BUILT_IN, Offer, find, offers
from synth_anomaly.errors import ComponentError, Interrupted, SynthAnomalyError
from synth_anomaly.options import nearest
from synth_anomaly.registry import import_target

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["LazyGroup"]

STOPPED = 130
"""The exit status of what the user stopped: 128 and the number of the signal."""


class LazyGroup(click.Group):
    """Knows its commands by name and summary; help, listings and completion import none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands, the core's own first."""
        return list(dict.fromkeys(offer.command.name for offer in offers()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command; None where nobody offers it.

        Raises:
            ComponentError: If several plugins offer it, or it cannot be imported.
        """
        offer = find(cmd_name)
        if offer is None:
            return None
        what = f"command {cmd_name!r} of {offer.provider}"
        command = import_target(offer.command.target, what)
        if not isinstance(command, click.Command):
            raise ComponentError(f"{what} is {command!r}, not a click command: reinstall {offer.provider}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with; an unknown one suggests names like it."""
        if not ctx.resilient_parsing:
            if args[0] != "plugins":
                warn_of_plugins()
            if find(args[0]) is None and not args[0].startswith("-"):
                hint = nearest(args[0], self.list_commands(ctx))
                raise click.UsageError(f"no such command {args[0]!r}: {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the toolkit's errors end it with one line and status 2, Ctrl-C with 130."""
        try:
            return super().invoke(ctx)
        except Interrupted as error:
            click.echo(str(error), err=True)
            ctx.exit(STOPPED)
        except SynthAnomalyError as error:
            show_error(error, ctx.obj or Verbosity())
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            ctx.exit(STOPPED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the names and summaries, the plugins' in a section of their own."""
        warn_of_plugins()
        everything = list(offers())
        core = [_row(offer) for offer in everything if offer.provider == BUILT_IN]
        plugins = [_row(offer) for offer in everything if offer.provider != BUILT_IN]
        for title, rows in (("Commands", core), ("Commands of plugins", plugins)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names of commands without importing them, and options."""
        return [*_completions(incomplete), *click.Command.shell_complete(self, ctx, incomplete)]


def warn_of_plugins() -> None:
    """Say in one line each which plugins are broken, and which names to disable are nobody's."""
    plugins = catalogue().plugins
    for plugin in plugins.broken:
        warn(f"plugin {plugin.name} ({plugin.distribution} {plugin.version}): {plugin.detail}")
    for name in plugins.unmatched:
        warn(f"no plugin is called {name!r}, so none is disabled by it: see sat plugins")


def _row(offer: Offer) -> tuple[str, str]:
    if offer.provider == BUILT_IN:
        return offer.command.name, offer.command.summary
    return offer.command.name, f"{offer.command.summary} [{offer.provider}]".strip()


def _completions(incomplete: str) -> Iterator[CompletionItem]:
    from click.shell_completion import CompletionItem

    for offer in offers():
        if offer.command.name.startswith(incomplete):
            yield CompletionItem(offer.command.name, help=offer.command.summary)
