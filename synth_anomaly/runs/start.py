"""Beginning a run, and going on with one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import Reading, Source, dataset_as, open_dataset, resolve
from synth_anomaly.errors import RunError
from synth_anomaly.files import write_text
from synth_anomaly.interfaces import Dataset
from synth_anomaly.method import Method, create_method
from synth_anomaly.method.needing import check_all_there
from synth_anomaly.method.presets import check_training
from synth_anomaly.needs import other_versions, packages_of
from synth_anomaly.recipe import DataRecipe, Recipe
from synth_anomaly.runs.folder import new_folder, run_folder
from synth_anomaly.runs.options import RunOptions
from synth_anomaly.runs.run import Run
from synth_anomaly.runs.sizes import sized_recipe
from synth_anomaly.runs.textures import check_textures, method_spec
from synth_anomaly.specification import overriding
from synth_anomaly.training import choose_device, choose_precision

__all__ = ["check_recipe", "find_source", "new_run", "open_categories", "resume_run"]


def find_source(data: DataRecipe, *, several: bool = True, allow_code: bool = False) -> Source:
    """Return where a recipe's images come from.

    Args:
        data: The recipe's part about data.
        several: Whether it may ask for more than one category.
        allow_code: Whether the data set may be named by import path.

    Raises:
        DataError: If the folder or the category is not there, or one is wanted and several are asked for.
    """
    return resolve(
        data.dataset or None,
        data.root or None,
        data.category or None,
        several=several,
        options=data.options,
        allow_code=allow_code,
    )


def open_categories(
    data: DataRecipe, source: Source, reading: Reading | None = None, *, allow_code: bool = False
) -> dict[str, Dataset]:
    """Return a source's categories by name, with all folders looked into, so that training is not in vain.

    Args:
        data: The recipe's part about data.
        source: Where its images come from.
        reading: How masks are read, which may tell which images are defective; by default as :class:`Reading`
            says.
        allow_code: Whether the data set may be named by import path.

    Raises:
        DataError: If a category lacks images, or images and masks do not pair.
    """
    datasets = {}
    for category in source.categories:
        dataset = open_dataset(source, category, options=data.options, allow_code=allow_code)
        dataset = dataset_as(dataset, reading or Reading())
        dataset.train()
        dataset.test()
        datasets[category] = dataset
    return datasets


def check_recipe(recipe: Recipe, options: RunOptions) -> None:
    """Check that a recipe can run, without reading an image, so that what runs before it is not in vain.

    Raises:
        SynthAnomalyError: If it names something that is not there, or lacks textures that it needs.
    """
    check_textures("method", method_spec(_method(recipe, options).recipe()))


def new_run(recipe: Recipe, source: Source, dataset: Dataset, out: Path, options: RunOptions) -> Run:
    """Return a new run of one category, whose folder holds its whole recipe.

    Args:
        recipe: What to run.
        source: Where its images come from.
        dataset: One of the source's categories.
        out: The folder that holds all runs.
        options: How to run it this time.

    Raises:
        SynthAnomalyError: If the recipe names something that is not there, or an image of which the size is
            wanted cannot be read.
    """
    device = choose_device(options.device)
    method = _method(recipe, options)
    dataset = dataset_as(dataset, method.settings.reading)
    recipe, notes = sized_recipe(recipe, method, dataset)
    if method.settings.asks_for_proportions:
        method = _method(recipe, options)
    precision = choose_precision(recipe.precision, device, side=min(method.settings.input_size)).name
    # absolute, so that the run can be repeated and resumed from any folder
    root = str(Path(source.root).absolute()) if source.root else ""
    data = replace(recipe.data, dataset=source.dataset, root=root, category=dataset.category)
    name = catalogue().registry("method").lasting(recipe.method)
    made = method.recipe()
    packages = {**made.packages, **packages_of(("dataset", source.dataset))}
    complete = replace(made, method=name, precision=precision, data=data, packages=packages)
    # what is None here and not for the category must not come back when the recipe runs again
    own = method.for_category(source.dataset, dataset.category, recipe.preset)
    complete = replace(complete, settings=overriding(own, complete.settings))
    check_textures("method", method_spec(complete))
    text = complete.text()
    folder = new_folder(out, method.name, dataset.category)
    write_text(folder / "recipe.toml", text)
    versions = other_versions(recipe.packages, "the recipe")
    return Run(folder, complete, method, dataset, options, notes=(*versions, *notes))


def resume_run(folder: Path, options: RunOptions) -> Run:
    """Return the run in ``folder``, to go on where it stopped.

    Raises:
        RunError: If it has come to its end, or is no run.
        SynthAnomalyError: If its recipe names something that is not there any more.
    """
    folder = run_folder(folder)
    if (folder / "metrics.json").is_file():
        raise RunError(
            f"{folder} has come to its end: see its metrics.json, or start another with sat run {folder}"
        )
    choose_device(options.device)
    recipe = Recipe.read(folder, allow_code=options.allow_code)
    method = _method(recipe, options)
    check_textures("method", method_spec(recipe))
    source = find_source(recipe.data, allow_code=options.allow_code)
    reading = method.settings.reading
    (dataset,) = open_categories(recipe.data, source, reading, allow_code=options.allow_code).values()
    recipe, notes = sized_recipe(recipe, method, dataset)
    versions = other_versions(recipe.packages, str(folder))
    return Run(folder, recipe, method, dataset, options, resumed=True, notes=(*versions, *notes))


def _method(recipe: Recipe, options: RunOptions) -> Method:
    """Return the method of a recipe, untrained, and able to be trained."""
    check_all_there(recipe, allow_code=options.allow_code)
    method = create_method(
        recipe.method,
        preset=recipe.preset,
        settings=recipe.settings,
        seed=recipe.seed,
        allow_code=options.allow_code,
    )
    check_training(type(method), method.settings)
    return method
