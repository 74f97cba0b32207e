"""``sat list``: what can be named, by kind, without importing any of it."""

from __future__ import annotations

import json
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import columns, paragraph
from synth_anomaly.cli.offers import BUILT_IN
from synth_anomaly.interfaces import KINDS

__all__ = ["list_components", "singular"]


def singular(name: str) -> str:
    """Return the kind that a user means by its name or its plural."""
    return next((kind for kind in KINDS if name in (f"{kind}s", f"{kind}es")), name)


@click.command("list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_components(kind: str | None, as_json: bool) -> None:
    """List what can be named, by kind: synthesizers, shapes, backbones, methods and so on.

    KIND is one of the kinds; all of them where it is left out.

    With --json: {"components": [{"kind", "name", "use", "summary", "provider", "target"}, ...]}, where
    "use" is what to write in a recipe: the name, or the full name where two packages offer the same.
    """
    kinds = [singular(kind)] if kind else list(KINDS)
    rows = {name: _rows(name) for name in kinds}
    if as_json:
        click.echo(json.dumps({"components": [row for part in rows.values() for row in part]}, indent=2))
        return
    for name, part in rows.items():
        click.secho(name, bold=True)
        click.echo(columns([(row["use"], _text(row)) for row in part]) if part else "  (none)")
        if name == "augmentation":
            click.echo(paragraph("and every class of kornia.augmentation, such as RandomAffine", 2))
        click.echo()
    click.echo(paragraph("Explain one: sat describe KIND NAME. [in brackets: the plugin that provides it]"))


def _rows(kind: str) -> list[dict[str, Any]]:
    registry = catalogue().registry(kind)
    return [
        {
            "kind": kind,
            "name": entry.component.name,
            "use": registry.spelling(entry),
            "summary": entry.component.summary,
            "provider": entry.provider,
            "target": entry.component.target,
        }
        for entry in registry.entries
    ]


def _text(row: dict[str, Any]) -> str:
    clash = f"(several packages offer {row['name']!r}: write the full name)" if _clashes(row) else ""
    provider = "" if row["provider"] == BUILT_IN else f"[{row['provider']}]"
    return " ".join(part for part in (row["summary"], provider, clash) if part)


def _clashes(row: dict[str, Any]) -> bool:
    return bool(row["use"] != row["name"])
