"""Collecting what one plugin offers, and checking every piece of it before any is taken."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from synth_anomaly.errors import PluginError
from synth_anomaly.interfaces import KINDS
from synth_anomaly.plugin import GROUP, Command, Component

__all__ = ["collect"]

_Offer = TypeVar("_Offer", Component, Command)
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def collect(plugin: Any) -> tuple[tuple[Component, ...], tuple[Command, ...]]:
    """Return the components and the commands that a plugin offers.

    Args:
        plugin: What its entry point names: a module, or an object with the same hooks.

    Raises:
        PluginError: If a hook is not one, or what it yields is not an offer.
    """
    components = tuple(_checked(_offers(plugin, "sat_components"), Component))
    return components, tuple(_checked(_offers(plugin, "sat_commands"), Command))


def _offers(plugin: Any, hook: str) -> Iterable[Any]:
    """Call the plugin's own hook; pluggy would mix its offers with everybody's."""
    offer = getattr(plugin, hook, None)
    if offer is None:
        return ()
    if not hasattr(offer, f"{GROUP}_impl"):
        raise PluginError(f"{hook} is not marked as a hook: decorate it with @hookimpl")
    if inspect.signature(offer).parameters:
        raise PluginError(f"{hook} takes no arguments, this one takes some: remove them")
    offers = offer()
    if isinstance(offers, str) or not isinstance(offers, Iterable):
        raise PluginError(f"{hook} must yield what it offers, it returned {offers!r}: use yield")
    return offers


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
        if not _matches(_NAME, offer.name):
            raise PluginError(f"{group} name {offer.name!r}: use lower-case letters, digits and hyphens")
        if not _matches(_TARGET, offer.target):
            raise PluginError(
                f"{group} {offer.name!r} has target {offer.target!r}: write 'package.module:Name'"
            )
        if (group, offer.name) in seen:
            raise PluginError(f"{group} {offer.name!r} is offered twice: give each its own name")
        seen.add((group, offer.name))
        yield offer


def _matches(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None
