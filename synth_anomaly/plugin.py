"""What a plugin's author imports: the two things a plugin offers, and the five hooks it may implement.

This module imports nothing but pluggy, so that a plugin's top-level module stays light:

    from synth_anomaly.plugin import Component, hookimpl

    @hookimpl
    def sat_components():
        yield Component("synthesizer", "scratches", "sat_scratches.synthesizer:Scratches")
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from synth_anomaly.interfaces import EpochReport, RunContext, RunResult

__all__ = ["API", "GROUP", "Command", "Component", "HookSpecs", "hookimpl"]

API = 1
"""The number a plugin's module states as ``SAT_PLUGIN_API``; a module that states none means 1."""

GROUP = "synth_anomaly"
"""The entry-point group that plugins publish in."""

_hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@dataclass(frozen=True)
class Component:
    """A piece that users name: a synthesizer, a backbone, a whole method.

    Args:
        kind: One of the kinds that ``sat list`` prints, such as ``"synthesizer"``.
        name: The name users type: lower case, digits and hyphens.
        target: ``"package.module:Attribute"``, imported when the component is first used.
        summary: A few words for the listing.
    """

    kind: str
    name: str
    target: str
    summary: str = ""


@dataclass(frozen=True)
class Command:
    """A click command that appears below ``sat``.

    Args:
        name: The word after ``sat``.
        target: ``"package.module:command"``, imported when the command is first used.
        summary: A few words for ``sat --help``.
    """

    name: str
    target: str
    summary: str = ""


class HookSpecs:
    """The moments at which a plugin is asked or told something."""

    @_hookspec
    def sat_components(self) -> Iterable[Component]:  # type: ignore[empty-body]
        """Yield the components that the plugin offers."""

    @_hookspec
    def sat_commands(self) -> Iterable[Command]:  # type: ignore[empty-body]
        """Yield the commands that the plugin adds to ``sat``."""

    @_hookspec
    def sat_run_start(self, run: RunContext) -> None:
        """Called once, when the run's folder exists and before training."""

    @_hookspec
    def sat_epoch_end(self, run: RunContext, epoch: EpochReport) -> None:
        """Called after each pass over the training images, and at the end of a stage."""

    @_hookspec
    def sat_run_end(self, run: RunContext, result: RunResult) -> None:
        """Called once, however the run ended."""
