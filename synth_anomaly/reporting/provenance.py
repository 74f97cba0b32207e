"""Where figures come from; no figure is shown without it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Provenance"]

_DEMO = "demo"


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
    """

    dataset: str
    category: str
    split: str
    method: str
    preset: str
    seed: int

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
        return f"{self.method} on {self.dataset} / {self.category}"

    @property
    def details(self) -> str:
        """Preset, seed and split, in a line."""
        return f"preset {self.preset} · seed {self.seed} · {self.split} images"
