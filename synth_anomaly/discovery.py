"""Finding plugins, and keeping a broken one from stopping the others.

Each entry point of the group ``synth_anomaly`` goes through the same steps, inside its own try: sort,
drop when disabled, import, check the API number, register its hooks, collect what it offers, and
take all of that or nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, distributions, entry_points
from typing import Any, Literal

import pluggy

from synth_anomaly.errors import PluginError
from synth_anomaly.offers import collect
from synth_anomaly.plugin import API, GROUP, Command, Component, HookSpecs

__all__ = ["DISABLE_VARIABLE", "Plugin", "Plugins", "Status", "disabled_by_environment", "discover"]

Status = Literal["ok", "disabled", "failed", "incompatible"]
DISABLE_VARIABLE = "SAT_DISABLE_PLUGINS"


@dataclass(frozen=True)
class Plugin:
    """One plugin, and what became of it.

    Attributes:
        name: Name of the entry point.
        distribution: The package that published it, in lower case with hyphens.
        version: That package's version.
        module: What the entry point names.
        status: ``"ok"``, ``"disabled"``, ``"failed"`` or ``"incompatible"``.
        detail: Why it is not ok, and the cure, in one line.
        components: What it offers; empty unless it is ok.
        commands: The commands it adds; empty unless it is ok.
    """

    name: str
    distribution: str
    version: str
    module: str
    status: Status = "ok"
    detail: str = ""
    components: tuple[Component, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass
class Plugins:
    """Every plugin found, and the hooks of those that work.

    Attributes:
        found: The plugins, the core's first, then by distribution and name.
        manager: Calls the hooks of those that are ok.
        unmatched: Names that were to be disabled and that no plugin has.
    """

    found: tuple[Plugin, ...] = ()
    manager: pluggy.PluginManager = field(default_factory=lambda: _new_manager())
    unmatched: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[Plugin, ...]:
        """The plugins that could not be used."""
        return tuple(plugin for plugin in self.found if plugin.status in ("failed", "incompatible"))

    def notify(self, hook: str, warn: Callable[[str], None], **arguments: Any) -> None:
        """Call ``hook`` of every plugin; one that raises is reported once and heard no more."""
        for name, plugin in self.manager.list_name_plugin():
            if plugin is None:
                continue
            others = [other for other in self.manager.get_plugins() if other is not plugin]
            try:
                self.manager.subset_hook_caller(hook, others)(**arguments)
            except (Exception, SystemExit) as error:
                self.manager.unregister(plugin)
                warn(f"plugin {name!r} failed in {hook} and is left out from here on: {_one_line(error)}")


def disabled_by_environment() -> frozenset[str]:
    """Return the names in ``SAT_DISABLE_PLUGINS``, which is a list separated by commas."""
    names = os.environ.get(DISABLE_VARIABLE, "").split(",")
    return frozenset(name.strip() for name in names if name.strip())


def discover(
    disabled: Iterable[str] = (), *, found: Iterable[EntryPoint] | None = None, host: str = "synth-anomaly"
) -> Plugins:
    """Load every plugin that is installed and not disabled.

    Args:
        disabled: Names of entry points or distributions that are not even imported.
        found: Entry points to load instead of the installed ones.
        host: The distribution that loads first, so that its names are there for the others.

    Returns:
        All plugins, broken ones included; nothing a plugin does raises here.
    """
    unmatched = {_normal(name): name for name in disabled}
    unwanted = frozenset(unmatched)
    plugins = Plugins()
    for plugin, point in sorted(
        ((_described(point), point) for point in (_installed_points() if found is None else found)),
        key=lambda pair: (pair[0].distribution != host, pair[0].distribution, pair[0].name),
    ):
        names = {
            _normal(name)
            for name in (plugin.name, plugin.distribution, f"{plugin.distribution}/{plugin.name}")
        }
        plugins.found += (_load(plugin, point, not names.isdisjoint(unwanted), plugins.manager),)
        unmatched = {name: given for name, given in unmatched.items() if name not in names}
    plugins.unmatched = tuple(sorted(unmatched.values()))
    return plugins


def _new_manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(HookSpecs)
    return manager


def _load(plugin: Plugin, point: EntryPoint, disabled: bool, manager: pluggy.PluginManager) -> Plugin:
    if disabled:
        return replace(plugin, status="disabled", detail="disabled by you")
    try:
        module = point.load()
        api = getattr(module, "SAT_PLUGIN_API", 1)
        if api != API:
            detail = (
                f"written for plugin API {api!r}, this is API {API}: "
                f"install a version of {plugin.distribution} that states SAT_PLUGIN_API = {API}"
            )
            return replace(plugin, status="incompatible", detail=detail)
        components, commands = _register(f"{plugin.distribution}/{plugin.name}", module, manager)
    except (Exception, SystemExit) as error:
        cure = f"reinstall {plugin.distribution} or leave it out: --no-plugin {plugin.name}"
        return replace(plugin, status="failed", detail=f"{_one_line(error)}; {cure}")
    return replace(plugin, components=components, commands=commands)


def _register(
    name: str, module: Any, manager: pluggy.PluginManager
) -> tuple[tuple[Component, ...], tuple[Command, ...]]:
    """Register the hooks and return the offers, or leave no trace."""
    try:
        manager.register(module, name)
        manager.check_pending()
        return collect(module)
    except BaseException:
        # pluggy keeps the plugin, and some of its hooks, when it rejects one of them; asked by name,
        # because the same module may be registered by another entry point
        if manager.get_plugin(name) is not None:
            manager.unregister(name=name)
        raise


def _installed_points() -> Iterator[EntryPoint]:
    try:
        yield from entry_points(group=GROUP)
    except Exception:  # one unreadable entry_points.txt, of whatever package, hides everybody's
        yield from {(point.name, point.value): point for point in _readable_points()}.values()


def _readable_points() -> Iterator[EntryPoint]:
    for distribution in distributions():
        with suppress(Exception):
            yield from distribution.entry_points.select(group=GROUP)


def _described(point: EntryPoint) -> Plugin:
    """Return the plugin before it is loaded; its package is unknown where the metadata are damaged."""
    name, version = None, None
    with suppress(Exception):
        name, version = (point.dist.name, point.dist.version) if point.dist else (None, None)
    return Plugin(point.name, _normal(name or "unknown"), version or "0", point.value)


def _normal(name: str) -> str:
    """Return a name as packages spell it: ``Sat_Scratches`` is ``sat-scratches``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, PluginError) else f"{type(error).__name__}: {text}"
