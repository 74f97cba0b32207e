"""Building components from what a recipe says, and saying of a component what a recipe would.

A specification is a name, or a table with a ``name`` and options, or the object itself. An option may
in turn be a component or a list of them. A table without a name changes the default it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from synth_anomaly.discovery import Plugins, disabled_by_environment, discover
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import KINDS
from synth_anomaly.options import REQUIRED, Option, check_value, nearest, options_of
from synth_anomaly.registry import Registry, registries

__all__ = ["Catalogue", "Spec", "catalogue", "merge"]

Spec = str | Mapping[str, Any]
"""How data names a component."""


class Catalogue:
    """Everything that can be named, by kind."""

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins
        offers = [(plugin.distribution, part) for plugin in plugins.found for part in plugin.components]
        self._registries = registries(KINDS, offers, {"augmentation": _kornia_class})

    def registry(self, kind: str) -> Registry[Any]:
        """Return the registry of a kind.

        Raises:
            ComponentError: If there is no such kind.
        """
        if kind not in self._registries:
            raise ComponentError(f"unknown kind {kind!r}: {nearest(kind, tuple(self._registries))}")
        return self._registries[kind]

    def build(self, kind: str, spec: Any, *, allow_code: bool = True, default: Any = None) -> Any:
        """Return the component that ``spec`` says.

        Args:
            kind: The kind of component.
            spec: A name, a table, or an object, which is returned as it is.
            allow_code: Whether names may be import paths.
            default: What a table without a name changes.

        Raises:
            ComponentError: If a name is unknown or an option wrong.
        """
        if not isinstance(spec, str | Mapping):
            return self._checked_object(kind, spec)
        name, given = self._resolve(kind, spec, default)
        target = self.registry(kind).load(name, allow_code=allow_code)
        arguments = self.arguments(target, given, f"{kind} {name!r}", allow_code=allow_code)
        try:
            return self._checked_object(kind, target(**arguments))
        except ValueError as error:
            raise OptionError(f"{kind} {name!r}: {error}") from error

    def arguments(
        self, target: Callable[..., Any], given: Mapping[str, Any], owner: str, *, allow_code: bool = True
    ) -> dict[str, Any]:
        """Return checked arguments for ``target``: values of the right type, components built.

        Raises:
            OptionError: If an option is unknown, missing or of the wrong type.
        """
        options = options_of(target)
        for name in given:
            if name not in options:
                raise OptionError(f"{owner} has no option {name!r}: {nearest(name, tuple(options))}")
        missing = [
            name for name, option in options.items() if option.default is REQUIRED and name not in given
        ]
        if missing:
            raise OptionError(
                f"{owner} needs option {missing[0]!r} ({options[missing[0]].type_name}): give it a value"
            )
        return {name: self._value(options[name], value, owner, allow_code) for name, value in given.items()}

    def describe(self, kind: str, component: Any) -> Any:
        """Return the specification that builds ``component`` again.

        Options are read from the attributes of their names. A component that nobody registered is
        named by its import path.

        Raises:
            ComponentError: If an option cannot be read back.
        """
        if isinstance(component, str | Mapping):
            return component
        kind_class = type(component)
        name = self.registry(kind).name_of(kind_class) or f"{kind_class.__module__}:{kind_class.__qualname__}"
        table: dict[str, Any] = {"name": name}
        for option in options_of(kind_class).values():
            if not hasattr(component, option.name):
                raise ComponentError(
                    f"{kind} {name!r} does not keep its option {option.name!r}: "
                    f"store it as the attribute {option.name!r}, so that a recipe can be written"
                )
            value = getattr(component, option.name)
            if value is not None or option.default is not None:
                table[option.name] = self._plain(option, value)
        return table

    def _resolve(self, kind: str, spec: Spec, default: Any) -> tuple[str, dict[str, Any]]:
        if isinstance(spec, str):
            return spec, {}
        given = dict(spec)
        if "name" in given:
            return str(given.pop("name")), given
        if default is None or default is REQUIRED:
            raise ComponentError(f'a {kind} table needs a name, got {dict(spec)!r}: add name = "..."')
        base = self.describe(kind, default)
        base = {"name": base} if isinstance(base, str) else dict(base)
        return str(base.pop("name")), merge(base, given)

    def _value(self, option: Option, value: Any, owner: str, allow_code: bool) -> Any:
        if option.kind is None or value is None:
            return check_value(option, value, owner)
        if option.many:
            if isinstance(value, str) or not isinstance(value, Sequence):
                raise OptionError(
                    f"{owner}: option {option.name!r} takes a list of {option.kind}s, got {value!r}"
                )
            return tuple(self.build(option.kind, item, allow_code=allow_code) for item in value)
        if value == "none":
            return check_value(option, value, owner)
        return self.build(option.kind, value, allow_code=allow_code, default=option.default)

    def _plain(self, option: Option, value: Any) -> Any:
        if option.kind is None or value is None:
            return list(value) if isinstance(value, tuple) else "none" if value is None else value
        if option.many:
            return [self.describe(option.kind, item) for item in value]
        return self.describe(option.kind, value)

    def _checked_object(self, kind: str, component: Any) -> Any:
        interface = self.registry(kind).interface
        if not isinstance(component, interface):
            raise ComponentError(
                f"expected a {kind}, got {component!r}: "
                f"it must follow synth_anomaly.interfaces.{interface.__name__}"
            )
        return component


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``changes``, table by table; what has another name replaces."""
    merged = dict(base)
    for key, change in changes.items():
        old = merged.get(key)
        if isinstance(change, Mapping) and isinstance(old, str) and "name" not in change:
            old = {"name": old}
        same = (
            isinstance(old, Mapping)
            and isinstance(change, Mapping)
            and change.get("name", old.get("name")) == old.get("name")
        )
        merged[key] = merge(old, change) if same and isinstance(old, Mapping) else change
    return merged


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the installed plugins, less those in ``SAT_DISABLE_PLUGINS``, found once."""
    return Catalogue(discover(disabled_by_environment()))


def _kornia_class(name: str) -> Callable[..., Any] | None:
    """Return the class of that name in `kornia.augmentation`, or None."""
    if not name.isidentifier() or not name[:1].isupper():
        return None
    import kornia.augmentation
    from torch import nn

    found = getattr(kornia.augmentation, name, None)
    return found if isinstance(found, type) and issubclass(found, nn.Module) else None
