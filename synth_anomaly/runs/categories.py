"""What a recipe becomes for each category: what its method sets for it, and textures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.errors import OptionError
from synth_anomaly.method import Method
from synth_anomaly.recipe import Recipe
from synth_anomaly.runs.textures import textured_recipe

__all__ = ["category_recipes"]


def category_recipes(
    recipe: Recipe,
    dataset: str,
    categories: Iterable[str],
    *,
    textures: str | None = None,
    allow_code: bool = False,
) -> dict[str, Recipe]:
    """Return a recipe for each category; what the recipe states stands above what its method has for it.

    Args:
        recipe: What to run.
        dataset: Name of the data set.
        categories: The categories.
        textures: A folder of images for every texture without one; categories that show none do without.
        allow_code: Whether the recipe may name components by import path.

    Raises:
        OptionError: If there is a folder of textures and no category shows any.
        SynthAnomalyError: If the recipe names something that is not there.
    """
    recipes = {name: _for_category(recipe, dataset, name, allow_code=allow_code) for name in categories}
    if textures is None:
        return recipes
    textured, refusal = {}, None
    for name, made in recipes.items():
        try:
            textured[name] = textured_recipe(made, textures, allow_code=allow_code)
        except OptionError as error:
            refusal = error
    if refusal is not None and not textured:
        raise refusal
    return recipes | textured


def _for_category(recipe: Recipe, dataset: str, category: str, *, allow_code: bool) -> Recipe:
    kind = catalogue().registry("method").load(recipe.method, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return recipe
    own = kind.for_category(dataset, category, recipe.preset)
    return replace(recipe, settings=merge(own, recipe.settings))
