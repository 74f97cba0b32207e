"""Telling the user, by way of Python's ``warnings``."""

from __future__ import annotations

import inspect
import warnings

__all__ = ["warn_caller"]

_PACKAGE = "synth_anomaly."


def warn_caller(text: str) -> None:
    """Warn of what the user should read; the line shown is the one that called the toolkit."""
    level, frame = 2, inspect.currentframe()
    while (frame := frame and frame.f_back) and str(frame.f_globals.get("__name__")).startswith(_PACKAGE):
        level += 1
    warnings.warn(text, stacklevel=level)
