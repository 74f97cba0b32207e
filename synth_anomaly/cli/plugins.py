"""``sat plugins``: what is installed, what it offers, and what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import columns, paragraph
from synth_anomaly.cli.offers import BUILT_IN, clashes
from synth_anomaly.discovery import Plugin
from synth_anomaly.interfaces import KINDS
from synth_anomaly.plugin import API
from synth_anomaly.wording import plural

__all__ = ["plugins"]

_COLOURS = {"ok": "green", "disabled": None, "failed": "red", "incompatible": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(as_json: bool) -> None:
    """List the plugins: who published them, whether they work, what they offer.

    With --json: {"api", "plugins": [{"name", "distribution", "version", "module", "status", "detail",
    "components": {kind: count}, "commands": [name]}], "clashes": [text], "unmatched": [name]}; "status" is
    ok, disabled, failed or incompatible, "unmatched" are names to disable that no plugin has.
    """
    found = catalogue().plugins
    notes = [*_component_clashes(), *_command_clashes()]
    if as_json:
        table = {
            "api": API,
            "plugins": [_table(plugin) for plugin in found.found],
            "clashes": notes,
            "unmatched": list(found.unmatched),
        }
        click.echo(json.dumps(table, indent=2))
        return
    _print_table(found.found)
    notes += [f"no plugin is called {name!r}, so none is disabled by it" for name in found.unmatched]
    details = [f"{plugin.name}: {plugin.detail}" for plugin in found.broken]
    for note in (*details, *notes):
        click.echo(f"\n{paragraph(note)}")


def _print_table(found: tuple[Plugin, ...]) -> None:
    rows = [("name", "package", "version", "status", "offers")]
    rows += [(p.name, p.distribution, p.version, p.status, _offers(p)) for p in found]
    heading, *lines = columns(rows, indent=0).splitlines()
    click.secho(heading, bold=True)
    for line in lines:
        status = next((name for name in _COLOURS if f" {name} " in f"{line} "), "ok")
        colour = _COLOURS[status]
        click.echo(line if colour is None else line.replace(status, click.style(status, fg=colour), 1))


def _offers(plugin: Plugin) -> str:
    counted = [f"{count} {kind if count == 1 else plural(kind)}" for kind, count in _counts(plugin).items()]
    commands = [f"the command {command.name}" for command in plugin.commands]
    return ", ".join([*counted, *commands]) or ("hooks alone" if plugin.status == "ok" else "-")


def _counts(plugin: Plugin) -> dict[str, int]:
    counts = Counter(component.kind for component in plugin.components)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def _table(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "module": plugin.module,
        "status": plugin.status,
        "detail": plugin.detail,
        "components": _counts(plugin),
        "commands": [command.name for command in plugin.commands],
    }


def _component_clashes() -> list[str]:
    notes: dict[tuple[str, str], list[str]] = {}
    for kind in KINDS:
        registry = catalogue().registry(kind)
        for entry in registry.entries:
            if (use := registry.spelling(entry)) != entry.component.name:
                notes.setdefault((kind, entry.component.name), []).append(use)
    return [
        f"{kind} {name!r} is offered several times: write {' or '.join(uses)}"
        for (kind, name), uses in notes.items()
    ]


def _command_clashes() -> list[str]:
    notes = []
    for name, several in clashes().items():
        core, others = several[0].provider == BUILT_IN, several
        if core:
            others = several[1:]
            notes.append(f"command {name!r} is the toolkit's own: write {_uses(others)} for the plugin's")
        else:
            notes.append(f"command {name!r} is offered several times: write {_uses(others)}")
    return notes


def _uses(several: tuple[Any, ...]) -> str:
    return " or ".join(f"sat {offer.full_name}" for offer in several)
