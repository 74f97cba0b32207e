"""Which versions made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import synth_anomaly

__all__ = ["versions"]

_PACKAGES = ("torch", "numpy", "kornia")


def versions(plugin: str | None = None) -> dict[str, str]:
    """Return the versions of Python, of the packages that compute, and of the toolkit.

    Args:
        plugin: Distribution that provides the method, where it is not the toolkit itself.
    """
    found = {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}
    found["synth-anomaly"] = synth_anomaly.__version__
    if plugin and plugin not in found:
        found[plugin] = _version(plugin)
    return found


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
