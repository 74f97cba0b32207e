"""What this machine has installed."""

from __future__ import annotations

from functools import cache

from synth_anomaly.catalogue.components import Catalogue
from synth_anomaly.discovery import disabled_by_environment, discover

__all__ = ["catalogue"]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the installed plugins, less those in ``SAT_DISABLE_PLUGINS``, found once."""
    return Catalogue(discover(disabled_by_environment()))
