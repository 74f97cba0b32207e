"""Building components from what a recipe says, and saying of a component what a recipe would.

A specification is a name, or a table with a ``name`` and options, or the object itself. An option may
in turn be a component or a list of them. A table without a name changes the default it stands for.

A name that several packages offer is an error where it is asked for by itself. Within the settings of a
method, which defaults, presets and recipes fill, it means the component of the method's own package, else
the core's; :meth:`Catalogue.refuse_ambiguous` holds what a user typed to more.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from synth_anomaly.discovery import Plugins, disabled_by_environment, discover
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import KINDS
from synth_anomaly.options import NONE, REQUIRED, Option, check_value, nearest, options_of
from synth_anomaly.registry import CORE, Registry, registries
from synth_anomaly.specification import Spec, is_indexed, merge, plain_value, same_value

__all__ = ["Catalogue", "Spec", "build_network", "catalogue", "merge"]

_REMEMBERED = "_synth_anomaly_specification"


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

    @property
    def has_clashes(self) -> bool:
        """Whether several distributions offer the same name for the same kind."""
        return any(registry.has_clashes for registry in self._registries.values())

    def build(
        self,
        kind: str,
        spec: Any,
        *,
        allow_code: bool = True,
        default: Any = None,
        prefer: Sequence[str] = (),
    ) -> Any:
        """Return the component that ``spec`` says.

        Args:
            kind: The kind of component.
            spec: A name, a table, or an object, which is returned as it is.
            allow_code: Whether names may be import paths.
            default: What a table without a name changes.
            prefer: The distributions that a name offered by several means, the first that offers it.

        Raises:
            ComponentError: If a name is unknown or an option wrong.
        """
        if not isinstance(spec, str | Mapping):
            return self._checked_object(kind, spec)
        name, given = self._resolve(kind, spec, default, prefer)
        target = self.registry(kind).load(name, allow_code=allow_code)
        arguments = self.arguments(target, given, f"{kind} {name!r}", allow_code=allow_code, prefer=prefer)
        try:
            component = self._checked_object(kind, target(**arguments))
        except ValueError as error:
            raise OptionError(f"{kind} {name!r}: {error}") from error
        self._remember(kind, component, {"name": name, **arguments})
        return component

    def check(
        self,
        kind: str,
        spec: Any,
        *,
        allow_code: bool = True,
        default: Any = None,
        prefer: Sequence[str] = (),
    ) -> Any:
        """Return ``spec`` with its name and its options checked, for its owner to build later.

        Args:
            kind: The kind of component.
            spec: A name, a table, or an object.
            allow_code: Whether names may be import paths, at any depth.
            default: What a table without a name changes.
            prefer: The distributions that a name offered by several means, the first that offers it.

        Raises:
            ComponentError: If a name is unknown or an option wrong; options may be missing.
        """
        if not isinstance(spec, str | Mapping):
            return self._checked_object(kind, spec)
        name, given = self._resolve(kind, spec, default, prefer)
        owner = f"{kind} {name!r}"
        options = _options(self.registry(kind).load(name, allow_code=allow_code), given, owner)
        return {
            "name": name,
            **{
                option: self._value(options[option], value, owner, allow_code, self.check, prefer)
                for option, value in given.items()
            },
        }

    def arguments(
        self,
        target: Callable[..., Any],
        given: Mapping[str, Any],
        owner: str,
        *,
        allow_code: bool = True,
        keep: frozenset[str] = frozenset(),
        prefer: Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Return checked arguments for ``target``: values of the right type, components built.

        Args:
            target: A class or function with explicit, annotated arguments.
            given: Values by name.
            owner: What to call the target in messages.
            allow_code: Whether names may be import paths, at any depth.
            keep: Kinds that stay specifications, for their owner to build later.
            prefer: The distributions that a name offered by several means, the first that offers it; the
                target's own and the core by default.

        Raises:
            OptionError: If an option is unknown, missing or of the wrong type.
        """
        options = _options(target, given, owner)
        if prefer is None:
            prefer = self._providers(target)
            given = {**self._clashing_defaults(options, keep, prefer), **given}
        for name, option in options.items():
            if option.default is REQUIRED and name not in given:
                raise OptionError(f"{owner} needs option {name!r} ({option.type_name}): give it a value")
        return {
            name: self._value(
                options[name],
                value,
                owner,
                allow_code,
                self.check if options[name].kind in keep else self.build,
                prefer,
            )
            for name, value in given.items()
        }

    def refuse_ambiguous(self, target: Callable[..., Any], given: Mapping[str, Any]) -> None:
        """Check that no name in what a user typed for ``target`` is offered by several distributions.

        Raises:
            ComponentError: If one is; the message names them all.
        """
        options = options_of(target)
        for key, value in given.items():
            option = options.get(key)
            if option is None or option.kind is None:
                continue
            items = value.values() if option.many and isinstance(value, Mapping) else [value]
            for item in value if isinstance(value, list | tuple) else items:
                self._refuse_ambiguous(option.kind, item, option)

    def _refuse_ambiguous(self, kind: str, spec: Any, option: Option) -> None:
        table = {"name": spec} if isinstance(spec, str) else spec
        registry = self.registry(kind)
        if not isinstance(table, Mapping):
            return
        if (name := table.get("name")) is None:
            if option.many or option.default in (None, REQUIRED):
                return
            name, _ = self._resolve(kind, {}, option.default, [CORE])
        elif len([entry for entry in registry.entries if entry.component.name == name]) > 1:
            registry.find(str(name))
        rest = {key: value for key, value in table.items() if key != "name"}
        if rest:
            target = None
            with suppress(ComponentError):  # what else is wrong is said where it is built
                target = registry.load(str(name), allow_code=False)
            if target is not None:
                self.refuse_ambiguous(target, rest)

    def _providers(self, target: Callable[..., Any]) -> tuple[str, ...]:
        """Return the distribution that offers components of the target's package, and the core."""
        package = getattr(target, "__module__", "").partition(".")[0]
        offers = ((plugin.distribution, part) for plugin in self.plugins.found for part in plugin.components)
        own = (name for name, part in offers if part.target.partition(":")[0].partition(".")[0] == package)
        return tuple(dict.fromkeys((*own, CORE)))

    def _clashing_defaults(
        self, options: Mapping[str, Option], keep: frozenset[str], prefer: Sequence[str]
    ) -> dict[str, str]:
        """Return the defaults that are names which several distributions offer, in full."""
        names = {
            name: (option.default, self.registry(option.kind).preferred(option.default, prefer))
            for name, option in options.items()
            if option.kind in keep and option.kind is not None and isinstance(option.default, str)
        }
        return {name: full for name, (short, full) in names.items() if full != short}

    def describe(self, kind: str, component: Any) -> Any:
        """Return the specification that builds ``component`` again.

        Options are read from the attributes of their names. Where they are not kept there, as in most of
        Kornia's modules, a component that the catalogue built is described as it was asked for.
        A component that nobody registered is named by its import path.

        Raises:
            ComponentError: If an option cannot be read back.
        """
        if isinstance(component, str):
            return self.registry(kind).lasting(component)
        if isinstance(component, Mapping):
            return self._plain_table(kind, component)
        remembered = getattr(component, _REMEMBERED, None)
        if isinstance(remembered, Mapping):
            return copy.deepcopy(remembered)
        name = self.registry(kind).name_of(type(component)) or _import_path(component)
        return {
            "name": self.registry(kind).lasting(name),
            **self.options_table(component, f"{kind} {name!r}"),
        }

    def options_table(self, component: Any, owner: str) -> dict[str, Any]:
        """Return the options of a component as plain values, read from the attributes of their names.

        Raises:
            ComponentError: If an option is not kept as an attribute.
        """
        table: dict[str, Any] = {}
        for option in options_of(type(component)).values():
            if not hasattr(component, option.name):
                raise ComponentError(
                    f"{owner} does not keep its option {option.name!r}: "
                    f"store it as the attribute {option.name!r}, or name the component instead of passing it"
                )
            value = getattr(component, option.name)
            if value is not None or option.default is not None:
                table[option.name] = self.plain(option, value, owner)
        return table

    def plain(self, option: Option, value: Any, owner: str) -> Any:
        """Return an option's value as a recipe holds it, its components described.

        Raises:
            ComponentError: If a recipe cannot hold it.
        """
        if option.kind is None or value is None:
            # absolute, so that it is found from any folder
            checked = option.absolute(check_value(option, value, owner))
            return plain_value(checked, f"{owner}: option {option.name!r}")
        if option.many:
            return [self.describe(option.kind, item) for item in value]
        return self.describe(option.kind, value)

    def _resolve(
        self, kind: str, spec: Spec, default: Any, prefer: Sequence[str] = ()
    ) -> tuple[str, dict[str, Any]]:
        name, given = self._named(kind, spec, default)
        return self.registry(kind).preferred(name, prefer), given

    def _named(self, kind: str, spec: Spec, default: Any) -> tuple[str, dict[str, Any]]:
        if isinstance(spec, str):
            return spec, {}
        given = dict(spec)
        if "name" in given:
            return str(given.pop("name")), given
        if default is None or default is REQUIRED:
            raise ComponentError(f'a table for the {kind} needs a name, got {given!r}: add name = "..."')
        base = self.describe(kind, default)
        base = {"name": base} if isinstance(base, str) else dict(base)
        return str(base.pop("name")), merge(base, given)

    def _value(
        self,
        option: Option,
        value: Any,
        owner: str,
        allow_code: bool,
        make: Callable[..., Any],
        prefer: Sequence[str],
    ) -> Any:
        """Check a plain value; make what names a component, or each of a list of them."""
        if is_indexed(value) and isinstance(option.default, list | tuple):
            default = self.plain(option, option.default, owner)
            value = merge({option.name: default}, {option.name: value})[option.name]
        if option.kind is None or value is None or (isinstance(value, str) and value == NONE):
            return check_value(option, value, owner)
        if not option.many:
            return make(option.kind, value, allow_code=allow_code, default=option.default, prefer=prefer)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise OptionError(
                f"{owner}: option {option.name!r} takes a list of {option.kind} components, got {value!r}"
            )
        return tuple(make(option.kind, item, allow_code=allow_code, prefer=prefer) for item in value)

    def _plain_table(self, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Return a specification as plain values, though objects may stand in it."""
        name, given = self._resolve(kind, spec, None)
        options = _options(self.registry(kind).load(name), given, f"{kind} {name!r}")
        plain = {key: self.plain(options[key], value, f"{kind} {name!r}") for key, value in given.items()}
        return {"name": self.registry(kind).lasting(name), **plain}

    def _remember(self, kind: str, component: Any, spec: Mapping[str, Any]) -> None:
        """Note on a component what it was built from, where its attributes do not tell."""
        try:
            self.describe(kind, component)
        except ComponentError:
            # an attribute survives copying; what has no room for one stays without a description
            with suppress(ComponentError, AttributeError, TypeError):
                object.__setattr__(component, _REMEMBERED, self._plain_table(kind, spec))

    def _checked_object(self, kind: str, component: Any) -> Any:
        interface = self.registry(kind).interface
        if isinstance(component, type):
            raise ComponentError(f"expected a {kind}, got the class {component.__name__}: call it first")
        if not isinstance(component, interface):
            raise ComponentError(
                f"expected a {kind}, got {component!r}: "
                f"it must follow synth_anomaly.interfaces.{interface.__name__}"
            )
        return component


def build_network(kind: str, spec: Any, **supplied: Any) -> Any:
    """Return a network of its own for a method, which supplies the options that only it knows.

    Args:
        kind: ``"backbone"`` or ``"head"``.
        spec: A name, a table, or a module, which is copied.
        **supplied: Options such as ``in_channels``; those that the component does not have are left out.

    Raises:
        OptionError: If ``spec`` says otherwise than the method must.
    """
    if not isinstance(spec, str | Mapping):
        given = {name: getattr(spec, name, value) for name, value in supplied.items()}
        _check_supplied(kind, type(spec).__name__, given, supplied)
        return copy.deepcopy(catalogue().build(kind, spec))
    table = catalogue().check(kind, spec)
    known = options_of(catalogue().registry(kind).load(table["name"]))
    supplied = {name: value for name, value in supplied.items() if name in known}
    _check_supplied(kind, table["name"], table, supplied)
    return catalogue().build(kind, {**table, **supplied})


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the installed plugins, less those in ``SAT_DISABLE_PLUGINS``, found once."""
    return Catalogue(discover(disabled_by_environment()))


def _options(target: Callable[..., Any], given: Mapping[str, Any], owner: str) -> dict[str, Option]:
    options = options_of(target)
    for name in given:
        if name not in options:
            raise OptionError(f"{owner} has no option {name!r}: {nearest(name, tuple(options))}")
    return options


def _check_supplied(kind: str, name: str, given: Mapping[str, Any], supplied: Mapping[str, Any]) -> None:
    for option, value in supplied.items():
        if not same_value(given.get(option, value), value):
            raise OptionError(
                f"{kind} {name!r} has {option} = {given[option]!r}, "
                f"this method gives it {value!r}: leave it out"
            )


def _import_path(component: Any) -> str:
    kind = type(component)
    if kind.__module__ == "builtins" or "<" in kind.__qualname__:
        raise ComponentError(
            f"no recipe can name {component!r}: make it a class at the top of a module, "
            "whose constructor takes its options"
        )
    return f"{kind.__module__}:{kind.__qualname__}"


def _kornia_class(name: str) -> Callable[..., Any] | None:
    """Return the class of that name in `kornia.augmentation`, or None."""
    if not name.isidentifier() or not name[:1].isupper():
        return None
    import kornia.augmentation
    from torch import nn

    found = getattr(kornia.augmentation, name, None)
    return found if isinstance(found, type) and issubclass(found, nn.Module) else None
