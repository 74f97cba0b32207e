"""Names that several distributions offer: what they mean, and where they are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from synth_anomaly.catalogue.describing import describe
from synth_anomaly.catalogue.names import Names
from synth_anomaly.catalogue.reading import name_and_options
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import REQUIRED, Option, options_of
from synth_anomaly.registry import CORE
from synth_anomaly.specification import Spec, merge

__all__ = ["clashing_defaults", "providers", "refuse_ambiguous", "resolve"]


def resolve(
    names: Names, kind: str, spec: Spec, default: Any = None, prefer: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """Return the name that a specification means, and its options.

    Args:
        names: Where to look it up.
        kind: The kind of component.
        spec: A name, or a table.
        default: What a table without a name changes.
        prefer: The distributions that a name offered by several means, the first that offers it.

    Raises:
        ComponentError: If there is neither a name nor a default.
    """
    if not isinstance(spec, str) and "name" not in spec and default is not None and default is not REQUIRED:
        base = describe(names, kind, default)
        spec = merge({"name": base} if isinstance(base, str) else base, spec)
    name, given = name_and_options(kind, spec)
    return names.registry(kind).preferred(name, prefer), given


def providers(names: Names, target: Callable[..., Any]) -> tuple[str, ...]:
    """Return the distribution that offers components of the target's package, and the core."""
    package = getattr(target, "__module__", "").partition(".")[0]
    offers = ((plugin.distribution, part) for plugin in names.plugins.found for part in plugin.components)
    own = (name for name, part in offers if part.target.partition(":")[0].partition(".")[0] == package)
    return tuple(dict.fromkeys((*own, CORE)))


def clashing_defaults(
    names: Names, options: Mapping[str, Option], keep: frozenset[str], prefer: Sequence[str]
) -> dict[str, str]:
    """Return the defaults that are names which several distributions offer, in full."""
    found = {
        name: (option.default, names.registry(option.kind).preferred(option.default, prefer))
        for name, option in options.items()
        if option.kind in keep and option.kind is not None and isinstance(option.default, str)
    }
    return {name: full for name, (short, full) in found.items() if full != short}


def refuse_ambiguous(names: Names, target: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Refuse clashing names that a user typed; see :meth:`Catalogue.refuse_ambiguous`."""
    options = options_of(target)
    for key, value in given.items():
        option = options.get(key)
        if option is None or option.kind is None:
            continue
        items = value.values() if option.many and isinstance(value, Mapping) else [value]
        for item in value if isinstance(value, list | tuple) else items:
            _refuse_ambiguous(names, option.kind, item, option)


def _refuse_ambiguous(names: Names, kind: str, spec: Any, option: Option) -> None:
    table = {"name": spec} if isinstance(spec, str) else spec
    registry = names.registry(kind)
    if not isinstance(table, Mapping):
        return
    if (name := table.get("name")) is None:
        if option.many or option.default in (None, REQUIRED):
            return
        name, _ = resolve(names, kind, {}, option.default, [CORE])
    elif len([entry for entry in registry.entries if entry.component.name == name]) > 1:
        registry.find(str(name))
    rest = {key: value for key, value in table.items() if key != "name"}
    if rest:
        target = None
        with suppress(ComponentError):  # what else is wrong is said where it is built
            target = registry.load(str(name), allow_code=False)
        if target is not None:
            refuse_ambiguous(names, target, rest)
