"""The input size of a run whose method keeps the proportions of its images."""

from __future__ import annotations

from synth_anomaly.data.proportions import proportions_of
from synth_anomaly.interfaces import Dataset
from synth_anomaly.method import Method
from synth_anomaly.method.proportions import proportional_size, size_notes
from synth_anomaly.recipe import Recipe

__all__ = ["sized_recipe"]


def sized_recipe(recipe: Recipe, method: Method, dataset: Dataset) -> tuple[Recipe, tuple[str, ...]]:
    """Return a recipe that states its input size, and what a reader should know of that size.

    A recipe that runs again, or is resumed, states it already: it stays, and its notes are said again.

    Args:
        recipe: The recipe.
        method: Its method, untrained.
        dataset: The images that it is to be trained on.

    Returns:
        The recipe, and a line for each note.

    Raises:
        DataError: If the size is to be worked out and an image cannot be read.
    """
    settings = method.settings
    chosen, size = settings.asks_for_proportions, settings.input_size
    if not chosen and size[0] == size[1]:
        return recipe, ()
    found = proportions_of(dataset.train(), skip_bad=recipe.data.skip_bad or not chosen)
    if found is None:  # whoever reads the images says what is wrong with them
        return recipe, ()
    if not chosen:
        return recipe, size_notes(found, size, settings, chosen=False)
    size = proportional_size(settings, found.median)
    stated = recipe.changed({"size": list(size), "keep_proportions": False})
    return stated, size_notes(found, size, settings, chosen=True)
