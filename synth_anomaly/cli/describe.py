"""``sat describe``: one component, its options and where it comes from. The only listing that imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.console import columns, paragraph
from synth_anomaly.cli.docstring import read_docstring
from synth_anomaly.cli.inline import inline
from synth_anomaly.cli.listing import singular
from synth_anomaly.cli.weights import about_weights, weights_text
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import REQUIRED, Option, options_of
from synth_anomaly.registry import IMPORT_PATH
from synth_anomaly.specification import plain_value

__all__ = ["about_component", "describe"]


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def describe(kind: str, name: str, as_json: bool) -> None:
    """Explain the component NAME of a KIND: what it does, its options, its source, who provides it.

    NAME is a name that sat list prints, or an import path such as my_package.module:Scratches. The options
    of a method are its settings.

    With --json: {"kind", "name", "summary", "provider", "version", "target", "text": [paragraph], "source",
    "options": [{"name", "type", "takes", "kind", "many", "required", "default", "text"}],
    "presets": {name: changes}}; "type" of an option is Python's and "takes" the same in words, "kind" is null
    for a plain value, "default" is as a recipe writes it, "presets" is null for what is no method. Of weights
    also "weights": {"network", "source", "licence", "installed", "install"}.
    """
    about = about_component(singular(kind), name)
    click.echo(json.dumps(about, indent=2) if as_json else _text(about))


def about_component(kind: str, name: str) -> dict[str, Any]:
    """Return what ``sat describe --json`` prints of a component.

    Raises:
        ComponentError: If there is none of that name, or it cannot be imported.
    """
    target: Any = catalogue().registry(kind).load(name)
    documented = read_docstring(target)
    settings = _settings(name, target) if kind == "method" else target
    texts = {**documented.options, **read_docstring(settings).options}
    about = {
        "kind": kind,
        "name": name,
        **_provenance(kind, name, target),
        "text": list(documented.text),
        "source": documented.source,
        "options": [_option(option, texts) for option in options_of(settings).values()],
        "presets": plain_value(target.presets, f"presets of {name}") if kind == "method" else None,
    }
    return {**about, "weights": about_weights(name)} if kind == "weights" else about


def _settings(name: str, method: Any) -> Any:
    if not isinstance(method, type) or not hasattr(method, "Settings"):
        raise ComponentError(f"method {name!r} is {method!r}: a method is a subclass of synth_anomaly.Method")
    return method.Settings


def _provenance(kind: str, name: str, target: Any) -> dict[str, Any]:
    module = getattr(target, "__module__", "")
    summary, provider = "", module.partition(".")[0]
    path = name if IMPORT_PATH.fullmatch(name) else f"{module}:{getattr(target, '__qualname__', name)}"
    entries = catalogue().registry(kind).entries
    entry = next((entry for entry in entries if name in (entry.component.name, entry.full_name)), None)
    if entry is not None:
        summary, provider, path = entry.component.summary, entry.provider, entry.component.target
    try:
        released = version(provider)
    except PackageNotFoundError:
        released = ""
    return {"summary": summary, "provider": provider, "version": released, "target": path}


def _option(option: Option, texts: Mapping[str, str]) -> dict[str, Any]:
    required = option.default is REQUIRED
    return {
        "name": option.name,
        "type": option.type_name,
        "takes": option.in_words,
        "kind": option.kind,
        "many": option.many,
        "required": required,
        "default": None if required else _default(option),
        "text": texts.get(option.name, ""),
    }


def _default(option: Option) -> Any:
    try:
        return catalogue().plain(option, option.default, f"option {option.name!r}")
    except ComponentError:
        return repr(option.default)


def _text(about: Mapping[str, Any]) -> str:
    package = " ".join(filter(None, (about["provider"], about["version"])))
    heading = f"{about['kind']} {about['name']}"
    origin = paragraph(f"{package}, {about['target']}", 2)
    parts = [_section(heading, [origin])]
    parts += [paragraph(text) for text in about["text"]]
    if "weights" in about:
        parts.append(paragraph(weights_text(about["weights"])))
    options = [_option_text(option) for option in about["options"]]
    parts.append(_section("Options" if about["presets"] is None else "Settings", options or ["  (none)"]))
    if about["presets"]:
        rows = [
            (name, inline(changes) if changes else "changes nothing")
            for name, changes in about["presets"].items()
        ]
        parts.append(_section("Presets", [columns(rows)]))
    if about["source"]:
        parts.append(_section("Source", [paragraph(about["source"], 2)]))
    return "\n\n".join(parts)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([click.style(title, bold=True), *lines])


def _option_text(option: Mapping[str, Any]) -> str:
    given = "required" if option["required"] else f"default {inline(option['default'])}"
    lines = [f"  {click.style(option['name'], bold=True)}: {option['takes']}"]
    lines += [paragraph(text, 6) for text in (option["text"], given) if text]
    return "\n".join(lines)
