"""Relative paths in a recipe: they begin at the recipe's folder, wherever it is used from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import REQUIRED, Option, options_of
from synth_anomaly.specification import is_indexed, merge

__all__ = ["rooted_component", "rooted_settings"]


def rooted_settings(
    method: str, preset: str, settings: Mapping[str, Any], folder: Path, *, allow_code: bool = False
) -> dict[str, Any]:
    """Return a method's settings with every relative path in them made absolute.

    What cannot be looked up, such as an unknown name or code that is not trusted, stays as it is: it is an
    error where it is built.

    Args:
        method: The method's name.
        preset: Of which the settings are changes.
        settings: As a recipe holds them.
        folder: Where relative paths begin.
        allow_code: Whether names may be import paths.
    """
    with suppress(ComponentError):
        target: Any = catalogue().registry("method").load(method, allow_code=allow_code)
        beside = getattr(target, "presets", {}).get(preset, {})
        rooted = _Rooted(catalogue(), folder, allow_code)
        return rooted.options(getattr(target, "Settings", target), settings, beside)
    return dict(settings)


def rooted_component(
    kind: str, name: str, options: Mapping[str, Any], folder: Path, *, allow_code: bool = False
) -> dict[str, Any]:
    """Return the options of a component with every relative path in them made absolute.

    Args:
        kind: The component's kind.
        name: Its name; it may be unknown.
        options: As a recipe holds them.
        folder: Where relative paths begin.
        allow_code: Whether names may be import paths.
    """
    with suppress(ComponentError):
        target = catalogue().registry(kind).load(name, allow_code=allow_code)
        return _Rooted(catalogue(), folder, allow_code).options(target, options, {})
    return dict(options)


class _Rooted:
    """Makes paths absolute, at any depth."""

    def __init__(self, plugins: Catalogue, folder: Path, allow_code: bool) -> None:
        self._plugins = plugins
        self._folder = folder
        self._allow_code = allow_code

    def options(
        self, target: Callable[..., Any], given: Mapping[str, Any], beside: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the options of a class or function; ``beside`` is what they change, a preset's."""
        known = options_of(target)
        return {
            key: self._value(known[key], value, beside.get(key)) if key in known else value
            for key, value in given.items()
        }

    def _value(self, option: Option, value: Any, beside: Any) -> Any:
        if option.kind is None:
            return option.absolute(value, self._folder)
        if not option.many:
            return self._component(option.kind, value, (option.default, beside))
        if isinstance(value, list | tuple):
            return [self._component(option.kind, item) for item in value]
        if not is_indexed(value):
            return value
        old = option.default if beside is None else beside
        known = dict(enumerate(old)) if isinstance(old, list | tuple) else {}
        return {
            number: self._component(option.kind, item, (known.get(int(number)),))
            for number, item in value.items()
        }

    def _component(self, kind: str, spec: Any, before: Iterable[Any] = ()) -> Any:
        """Return a component's table; one without a name changes what is there before, the last last."""
        if not isinstance(spec, Mapping):
            return spec
        with suppress(ComponentError):
            changed = self._merged(kind, before)
            name = str(spec.get("name", changed.get("name", "")))
            target = self._plugins.registry(kind).load(name, allow_code=self._allow_code)
            rest = {key: value for key, value in spec.items() if key != "name"}
            named = {"name": spec["name"]} if "name" in spec else {}
            return named | self.options(target, rest, changed if name == changed.get("name") else {})
        return spec

    def _merged(self, kind: str, layers: Iterable[Any]) -> dict[str, Any]:
        """Return the table that components, names or tables make, each merged over those before it."""
        merged: Any = {}
        for layer in layers:
            if layer is None or layer is REQUIRED:
                continue
            table = layer if isinstance(layer, str | Mapping) else self._plugins.describe(kind, layer)
            merged = merge({kind: merged}, {kind: table})[kind]
        return {"name": merged} if isinstance(merged, str) else dict(merged)
