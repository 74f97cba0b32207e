"""The packages that a recipe's components come from: which they are, and what is wrong with those of now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.discovery import Plugin
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import NONE, options_of
from synth_anomaly.registry import CORE, IMPORT_PATH

__all__ = ["Missing", "missing_in", "other_versions", "packages_of", "reason_of"]

_SCRIPT = "__main__"


@dataclass(frozen=True)
class Missing:
    """A component that a specification names and that cannot be loaded.

    Attributes:
        kind: Its kind.
        name: Its name.
        why: What went wrong when it was asked for, in one line.
    """

    kind: str
    name: str
    why: str


@dataclass(frozen=True)
class _Named:
    kind: str
    name: str
    target: Callable[..., Any] | None
    why: str = ""


def packages_of(*specs: tuple[str, Any]) -> dict[str, str]:
    """Return the distributions that offer all components in some specifications, with their versions.

    Args:
        *specs: A kind and a specification each; a method's table holds its settings beside its name.

    Example:
        >>> list(packages_of(("synthesizer", "cutpaste")))
        ['synth-anomaly']
    """
    parts = [part for kind, spec in specs for part in _named(kind, spec, allow_code=True)]
    found = {_distribution(part) for part in parts if part.target is not None}
    return {name: _installed(name) for name in sorted(found) if name}


def missing_in(kind: str, spec: Any, *, allow_code: bool) -> list[Missing]:
    """Return what a specification names and is not there: unknown, or its module cannot be imported.

    Code that is not trusted, and a name that several offer, are there; they are refused where they are built.

    Args:
        kind: The kind of the component.
        spec: A name, a table, or an object.
        allow_code: Whether names may be import paths.
    """
    return [
        Missing(part.kind, part.name, part.why)
        for part in _named(kind, spec, allow_code=allow_code)
        if part.target is None
    ]


def reason_of(missing: Missing, packages: Mapping[str, str]) -> str:
    """Return why a component is not there and what to do, in one line.

    Args:
        missing: The component.
        packages: The packages that its recipe records, with their versions.
    """
    what = f"{missing.kind} {missing.name!r}"
    if missing.name.startswith(f"{_SCRIPT}:"):
        return (
            f"{what} was made in a script or a notebook, which this is not: put its class into a module "
            "that can be imported, and train anew"
        )
    candidates = [(name, packages.get(name, "")) for name in _candidates(missing, packages)]
    # what is absent explains a missing component better than what is there in another version
    for problem in (_absence, _other_version):
        for distribution, written in candidates:
            if found := problem(distribution, written):
                return f"{what} {found}"
    return missing.why


def other_versions(packages: Mapping[str, str], source: str) -> list[str]:
    """Return a line for each package that is there in another version than a recipe was written with.

    Args:
        packages: Those that the recipe records.
        source: What to call the recipe.
    """
    return [
        f"{name} is installed as {found}: {source} was written with {written}"
        for name, written in packages.items()
        if (found := _installed(name)) and found != written and not _left_out(name)
    ]


def _named(kind: str, spec: Any, *, allow_code: bool) -> Iterator[_Named]:
    """Yield the components that a specification names, those outside first."""
    table = {"name": spec} if isinstance(spec, str) else spec
    if not isinstance(table, Mapping) or table.get("name", NONE) == NONE:
        return
    registry = catalogue().registry(kind)
    name = registry.preferred(str(table["name"]), [CORE])
    is_path = IMPORT_PATH.fullmatch(name) is not None
    if is_path and not allow_code and not name.startswith(f"{_SCRIPT}:"):
        return
    try:
        target: Any = registry.load(name)
    except ComponentError as error:
        # code that is there and fails, and a name that several offer, are said where they are built
        absent = isinstance(error.__cause__, ModuleNotFoundError | AttributeError)
        if absent if is_path else error.__cause__ or not registry.offers(name):
            yield _Named(kind, name, None, str(error))
        return
    yield _Named(kind, name, target)
    options = options_of(getattr(target, "Settings", target) if kind == "method" else target)
    for key, value in table.items():
        option = options.get(key)
        if option is None or option.kind is None:
            continue
        for item in value if option.many and isinstance(value, list | tuple) else [value]:
            yield from _named(option.kind, item, allow_code=allow_code)


def _distribution(part: _Named) -> str:
    """Return the distribution that offers a component; empty for a script's own."""
    for entry in catalogue().registry(part.kind).entries:
        if part.name in (entry.component.name, entry.full_name):
            return entry.provider
    package = str(getattr(part.target, "__module__", "")).partition(".")[0]
    if package in ("", _SCRIPT, "builtins") or package in sys.stdlib_module_names:
        return ""
    return next(iter(packages_distributions().get(package, ())), "")


def _installed(distribution: str) -> str:
    """Return the version of a distribution; empty where it is not installed."""
    if plugins := _plugins(distribution):
        return plugins[0].version
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _plugins(distribution: str) -> list[Plugin]:
    return [plugin for plugin in catalogue().plugins.found if plugin.distribution == distribution]


def _left_out(distribution: str) -> bool:
    plugins = _plugins(distribution)
    return bool(plugins) and all(plugin.status == "disabled" for plugin in plugins)


def _candidates(missing: Missing, packages: Mapping[str, str]) -> list[str]:
    """Return the packages that a missing component may be of, the likeliest first."""
    provider, slash, _ = missing.name.rpartition("/")
    if slash:
        return [provider] if provider in packages or _plugins(provider) else []
    return [name for name in packages if name != CORE]


def _absence(distribution: str, written: str) -> str:
    """Return why a package is not there; empty where it is."""
    wanted = f"{distribution} {written}".strip()
    plugins = _plugins(distribution)
    if _left_out(distribution):
        return f"needs {wanted}, which is left out by --no-plugin (or SAT_DISABLE_PLUGINS): leave it in"
    if broken := [plugin for plugin in plugins if plugin.status != "ok"]:
        return f"needs {wanted}, which cannot be used: {broken[0].detail}"
    if not _installed(distribution):
        return f"needs {wanted} (pip install {f'{distribution}=={written}' if written else distribution})"
    return ""


def _other_version(distribution: str, written: str) -> str:
    """Return in which other version a package is there; empty where it is in the one of the recipe."""
    found = _installed(distribution)
    if not written or found in ("", written):
        return ""
    return (
        f"needs {distribution} {written}, and {distribution} is installed as {found} "
        f"(pip install {distribution}=={written})"
    )
