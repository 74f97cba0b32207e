"""Finding plugins, and keeping a broken one from stopping the others.

Each entry point of the group ``synth_anomaly`` goes through the same steps, inside its own try: sort,
drop when disabled, import, check the API number, register its hooks, collect what it offers, and
take all of that or nothing.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

import pluggy

from synth_anomaly.errors import PluginError
from synth_anomaly.interfaces import KINDS
from synth_anomaly.plugin import API, GROUP, Command, Component, HookSpecs

__all__ = ["DISABLE_VARIABLE", "Plugin", "Plugins", "Status", "disabled_by_environment", "discover"]

Status = Literal["ok", "disabled", "failed", "incompatible"]
DISABLE_VARIABLE = "SAT_DISABLE_PLUGINS"

_Offer = TypeVar("_Offer", Component, Command)
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Plugin:
    """One plugin, and what became of it.

    Attributes:
        name: Name of the entry point.
        distribution: The package that published it.
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
    """Every plugin found, and the hooks of those that work."""

    found: tuple[Plugin, ...] = ()
    manager: pluggy.PluginManager = field(default_factory=lambda: _new_manager())

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
            except Exception as error:
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
    disabled = frozenset(disabled)
    points = entry_points(group=GROUP) if found is None else found
    plugins = Plugins()
    for point in sorted(points, key=lambda p: (_distribution(p)[0] != host, _distribution(p)[0], p.name)):
        plugins.found += (_load(point, disabled, plugins.manager),)
    return plugins


def _new_manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(HookSpecs)
    return manager


def _load(point: EntryPoint, disabled: frozenset[str], manager: pluggy.PluginManager) -> Plugin:
    distribution, version = _distribution(point)
    about: dict[str, Any] = {"distribution": distribution, "version": version, "module": point.value}
    if disabled & {point.name, distribution, f"{distribution}/{point.name}"}:
        return Plugin(point.name, **about, status="disabled", detail="disabled by you")
    try:
        module = point.load()
        api = getattr(module, "SAT_PLUGIN_API", 1)
        if api != API:
            detail = (
                f"written for plugin API {api!r}, this is API {API}: "
                f"install a version of {distribution} that states SAT_PLUGIN_API = {API}"
            )
            return Plugin(point.name, **about, status="incompatible", detail=detail)
        components, commands = _register(f"{distribution}/{point.name}", module, manager)
    except (Exception, SystemExit) as error:
        detail = f"{_one_line(error)}; reinstall {distribution} or leave it out: --no-plugin {point.name}"
        return Plugin(point.name, **about, status="failed", detail=detail)
    return Plugin(point.name, **about, components=components, commands=commands)


def _register(
    name: str, module: Any, manager: pluggy.PluginManager
) -> tuple[tuple[Component, ...], tuple[Command, ...]]:
    manager.register(module, name)
    try:
        manager.check_pending()
        components = tuple(_checked(_offers(module, "sat_components"), Component))
        commands = tuple(_checked(_offers(module, "sat_commands"), Command))
    except Exception:
        manager.unregister(module)
        raise
    return components, commands


def _offers(module: Any, hook: str) -> Iterator[Any]:
    """Collect one plugin's own offers; pluggy would mix them with everybody's."""
    offer = getattr(module, hook, None)
    if offer is None:
        return
    if not hasattr(offer, f"{GROUP}_impl"):
        raise PluginError(f"{module.__name__}.{hook} is not marked as a hook: decorate it with @hookimpl")
    if inspect.signature(offer).parameters:
        raise PluginError(f"{hook} takes no arguments, {module.__name__}.{hook} takes some: remove them")
    yield from offer()


def _checked(offers: Iterable[Any], kind: type[_Offer]) -> Iterator[_Offer]:
    seen: set[tuple[str, str]] = set()
    for offer in offers:
        if not isinstance(offer, kind):
            raise PluginError(f"expected a {kind.__name__}, got {offer!r}: yield {kind.__name__}(...)")
        group = offer.kind if isinstance(offer, Component) else "command"
        if isinstance(offer, Component) and group not in KINDS:
            raise PluginError(
                f"unknown kind {group!r} of component {offer.name!r}: use one of {', '.join(KINDS)}"
            )
        if not _NAME.fullmatch(offer.name):
            raise PluginError(f"{group} name {offer.name!r}: use lower-case letters, digits and hyphens")
        if not _TARGET.fullmatch(offer.target):
            raise PluginError(
                f"{group} {offer.name!r} has target {offer.target!r}: write 'package.module:Name'"
            )
        if (group, offer.name) in seen:
            raise PluginError(f"{group} {offer.name!r} is offered twice: give each its own name")
        seen.add((group, offer.name))
        yield offer


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "0")


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, PluginError) else f"{type(error).__name__}: {text}"
