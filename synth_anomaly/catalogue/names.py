"""Everything that can be named, by kind; what the functions of this package look names up in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth_anomaly.discovery import Plugins
from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import KINDS
from synth_anomaly.options import nearest
from synth_anomaly.registry import Registry, registries

__all__ = ["Names"]


class Names:
    """A registry for each kind, filled with what the plugins offer."""

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


def _kornia_class(name: str) -> Callable[..., Any] | None:
    """Return the class of that name in `kornia.augmentation`, or None."""
    if not name.isidentifier() or not name[:1].isupper():
        return None
    import kornia.augmentation
    from torch import nn

    found = getattr(kornia.augmentation, name, None)
    return found if isinstance(found, type) and issubclass(found, nn.Module) else None
