"""Building a synthesizer for `sat synth`, with textures where it shows some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.runs import texture_notes, with_textures
from synth_anomaly.runs.textures import check_textures

__all__ = ["Built", "build_synthesizer"]


@dataclass(frozen=True)
class Built:
    """A synthesizer.

    Attributes:
        synthesizer: The synthesizer.
        recipe: As a recipe writes it, every option stated.
        notes: What a reader should know of its textures.
    """

    synthesizer: Synthesizer
    recipe: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def build_synthesizer(spec: Mapping[str, Any], textures: str | None, *, must_show: bool = False) -> Built:
    """Return the synthesizer that ``spec`` says.

    Args:
        spec: A table with a name and options.
        textures: A folder of images for every texture that has none; None for textures made by rule.
        must_show: Whether ``textures`` for what shows none is an error.

    Raises:
        SynthAnomalyError: If a name is unknown, an option wrong, or textures are missing.
    """
    synthesizer = catalogue().build("synthesizer", spec)
    recipe = _recipe(synthesizer, spec)
    if textures is not None and (must_show or texture_notes("synthesizer", recipe)):
        recipe = with_textures("synthesizer", recipe, textures)
        synthesizer = catalogue().build("synthesizer", recipe)
    check_textures("synthesizer", recipe)
    return Built(synthesizer, recipe, texture_notes("synthesizer", recipe))


def _recipe(synthesizer: Synthesizer, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        recipe: Mapping[str, Any] = catalogue().describe("synthesizer", synthesizer)
    except ComponentError:  # it works all the same
        return spec
    return recipe
