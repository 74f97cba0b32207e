"""Where figures come from; no figure is shown without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synth_anomaly.files import printable

__all__ = ["PUBLISHED_NOTE", "Provenance", "changes_text", "preset_text"]

PUBLISHED_NOTE = "Published figures are of the paper's own settings; here some were changed."
"""Beside published figures, where a user changed settings."""

_DEMO = "demo"
_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where figures come from.

    Attributes:
        dataset: Name of the data set.
        category: The category.
        split: Which of its images were scored, such as ``"test"``.
        method: Name of the method.
        preset: Name of its preset.
        seed: The run's seed.
        changes: The settings that are not the preset's, by their paths.
    """

    dataset: str
    category: str
    split: str
    method: str
    preset: str
    seed: int
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        """Whether the images are rendered, so that the figures say nothing of real products."""
        return self.dataset == _DEMO

    @property
    def badge(self) -> str:
        """``"DEMO"`` where it is one, otherwise empty."""
        return "DEMO" if self.is_demo else ""

    @property
    def title(self) -> str:
        """The method and the images, in a line."""
        return printable(f"{self.method} on {self.dataset} / {self.category}")

    @property
    def details(self) -> str:
        """Preset and what was changed of it, seed and split, in a line."""
        return f"{preset_text(self.preset, self.changes)} · seed {self.seed} · {self.split} images"


def preset_text(preset: str, changes: Mapping[str, Any]) -> str:
    """Return a preset's name and what was changed of it, for a reader.

    Example:
        >>> preset_text("quick", {"steps": 40, "synthesizer": {"name": "draem", "visible": 0.1}})
        'preset quick, changed: steps=40, synthesizer=draem'
    """
    return f"preset {preset}" + (f", {changes_text(changes)}" if changes else "")


def changes_text(changes: Mapping[str, Any]) -> str:
    """Return what was changed of a preset, for a reader.

    Example:
        >>> changes_text({"steps": 40, "size": 64})
        'changed: steps=40, size=64'
    """
    shown = [f"{path}={_short(value)}" for path, value in list(changes.items())[:_SHOWN]]
    more = [f"{len(changes) - _SHOWN} more"] if len(changes) > _SHOWN else []
    return f"changed: {', '.join(shown + more)}"


def _short(value: Any) -> str:
    """Return a value without what is inside it."""
    if isinstance(value, Mapping):
        return str(value.get("name", "{…}"))
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_short, value))}]"
    return str(value)
