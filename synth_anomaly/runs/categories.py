"""What recipes become for each category: what their method sets for it, and textures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.errors import OptionError
from synth_anomaly.method import Method
from synth_anomaly.recipe import Recipe
from synth_anomaly.runs.textures import textured_recipe

__all__ = ["Planned", "category_recipes"]


@dataclass(frozen=True)
class Planned:
    """A run that is to be.

    Attributes:
        category: Of which images.
        recipe: With which settings.
    """

    category: str
    recipe: Recipe


def category_recipes(
    recipes: Iterable[Recipe],
    dataset: str,
    categories: Sequence[str],
    *,
    textures: str | None = None,
    allow_code: bool = False,
) -> list[Planned]:
    """Return what to run, recipe after recipe, each for every category.

    What a recipe states stands above what its method has for a category.

    Args:
        recipes: What to run, such as a recipe for each of several presets.
        dataset: Name of the data set.
        categories: The categories.
        textures: A folder of images for every texture without one; runs that show none do without.
        allow_code: Whether the recipes may name components by import path.

    Raises:
        OptionError: If there is a folder of textures and no run shows any.
        SynthAnomalyError: If a recipe names something that is not there.
    """
    plan = [
        Planned(name, _for_category(recipe, dataset, name, allow_code=allow_code))
        for recipe in recipes
        for name in categories
    ]
    if textures is None:
        return plan
    textured: list[Planned] = []
    refusals: list[OptionError] = []
    for planned in plan:
        try:
            recipe = textured_recipe(planned.recipe, textures, allow_code=allow_code)
            textured.append(replace(planned, recipe=recipe))
        except OptionError as error:
            textured.append(planned)
            refusals.append(error)
    if refusals and len(refusals) == len(plan):
        raise refusals[-1]
    return textured


def _for_category(recipe: Recipe, dataset: str, category: str, *, allow_code: bool) -> Recipe:
    kind = catalogue().registry("method").load(recipe.method, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return recipe
    own = kind.for_category(dataset, category, recipe.preset)
    return replace(recipe, settings=merge(own, recipe.settings))
