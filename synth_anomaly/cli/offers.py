"""The commands below ``sat``: the core's own and the plugins', by name, nothing of them imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError
from synth_anomaly.plugin import Command

__all__ = ["BUILT_IN", "Offer", "clashes", "find", "offers"]

BUILT_IN = "synth-anomaly"

COMMANDS = (
    Command("run", "synth_anomaly.cli.run:run", "Train a method, evaluate it, write a report."),
    Command("evaluate", "synth_anomaly.cli.evaluate:evaluate", "Evaluate a trained run again."),
    Command("predict", "synth_anomaly.cli.predict:predict", "Write anomaly maps and scores of images."),
    Command("synth", "synth_anomaly.cli.synth:synth", "Write synthetic defects, to look at before training."),
    Command("download", "synth_anomaly.cli.download:download", "Get a data set from its authors."),
    Command("demo", "synth_anomaly.cli.demo:demo", "Write the demo's rendered images into a folder."),
    Command("list", "synth_anomaly.cli.listing:list_components", "List what can be named, by kind."),
    Command("describe", "synth_anomaly.cli.describe:describe", "Explain a component and its options."),
    Command("plugins", "synth_anomaly.cli.plugins:plugins", "List the plugins, and what is wrong with them."),
)


@dataclass(frozen=True)
class Offer:
    """A command and the distribution that provides it."""

    command: Command
    provider: str

    @property
    def full_name(self) -> str:
        """The name that no other distribution can take, such as ``"sat-scratches/scratches"``."""
        return f"{self.provider}/{self.command.name}"


def offers() -> Iterator[Offer]:
    """Yield every command, the core's own first."""
    for command in COMMANDS:
        yield Offer(command, BUILT_IN)
    for plugin in catalogue().plugins.found:
        for command in plugin.commands:
            yield Offer(command, plugin.distribution)


def find(name: str) -> Offer | None:
    """Return the command of that name, the core's own before any plugin's.

    Args:
        name: A name, or a full name, which also finds what another command hides.

    Raises:
        ComponentError: If several plugins offer it.
    """
    matches = [offer for offer in offers() if name in (offer.command.name, offer.full_name)]
    if len(matches) > 1 and matches[0].provider != BUILT_IN:
        providers = " and ".join(offer.provider for offer in matches)
        choices = " or ".join(f"sat {offer.full_name}" for offer in matches)
        raise ComponentError(f"command {name!r} is offered by {providers}: write {choices}")
    return matches[0] if matches else None


def clashes() -> dict[str, tuple[Offer, ...]]:
    """Return the commands of each name that more than one distribution offers."""
    named: dict[str, tuple[Offer, ...]] = {}
    for offer in offers():
        named[offer.command.name] = (*named.get(offer.command.name, ()), offer)
    return {name: several for name, several in named.items() if len(several) > 1}
