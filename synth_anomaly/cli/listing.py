"""``sat list``: what can be named, by kind, without importing any of it; of weights, what they say."""

from __future__ import annotations

import json
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import columns, paragraph
from synth_anomaly.cli.offers import BUILT_IN
from synth_anomaly.cli.weights import about_weights, weights_text
from synth_anomaly.errors import ComponentError
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

    KIND is one of the kinds; all of them where it is left out. sat list weights says of each where it comes
    from, under which licence, and whether it is installed.

    With --json: {"components": [{"kind", "name", "use", "summary", "provider", "target"}, ...]}, where
    "use" is what to write in a recipe: the name, or the full name where two packages offer the same.
    sat list weights --json adds "network", "source", "licence", "installed", "install" and "error", each
    null where "error" says why the weights cannot be asked.
    """
    kinds = [singular(kind)] if kind else list(KINDS)
    rows = {name: _rows(name) for name in kinds}
    if kinds == ["weights"]:
        rows = {"weights": [{**row, **_said(row["use"])} for row in rows["weights"]]}
    if as_json:
        click.echo(json.dumps({"components": [row for part in rows.values() for row in part]}, indent=2))
        return
    for name, part in rows.items():
        click.secho(name, bold=True)
        click.echo(columns([(row["use"], _text(row)) for row in part]) if part else "  (none)")
        if name == "augmentation":
            click.echo(paragraph("and every class of kornia.augmentation, such as RandomAffine", 2))
        if name == "weights" and kind is None:
            click.echo(paragraph("where they come from and which are installed: sat list weights", 2))
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


def _said(use: str) -> dict[str, Any]:
    """Return what weights say of themselves; a broken package hides no other's."""
    try:
        return {**about_weights(use), "error": None}
    except ComponentError as error:
        keys = ("network", "source", "licence", "installed", "install")
        return {**dict.fromkeys(keys), "error": str(error)}


def _text(row: dict[str, Any]) -> str:
    clash = f"(several packages offer {row['name']!r}: write the full name)" if _clashes(row) else ""
    provider = "" if row["provider"] == BUILT_IN else f"[{row['provider']}]"
    text = row["summary"] if "error" not in row else row["error"] or weights_text(row)
    return " ".join(part for part in (text, provider, clash) if part)


def _clashes(row: dict[str, Any]) -> bool:
    return bool(row["use"] != row["name"])
