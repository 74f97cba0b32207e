"""A run on disk: made from a recipe, trained, evaluated, written down; resumed after an interruption."""

from __future__ import annotations

from synth_anomaly.runs.again import evaluate_run
from synth_anomaly.runs.categories import Planned, category_recipes
from synth_anomaly.runs.changes import changed_settings
from synth_anomaly.runs.checking import check_settings
from synth_anomaly.runs.folder import run_folder
from synth_anomaly.runs.options import RunOptions
from synth_anomaly.runs.run import Run
from synth_anomaly.runs.start import check_recipe, find_source, new_run, open_categories, resume_run
from synth_anomaly.runs.summary import DEMO_NOTE, dataset_notes
from synth_anomaly.runs.textures import (
    method_spec,
    texture_notes,
    textured_recipe,
    textures_of,
    with_textures,
)

__all__ = [
    "DEMO_NOTE",
    "Planned",
    "Run",
    "RunOptions",
    "category_recipes",
    "changed_settings",
    "check_recipe",
    "check_settings",
    "dataset_notes",
    "evaluate_run",
    "find_source",
    "method_spec",
    "new_run",
    "open_categories",
    "resume_run",
    "run_folder",
    "texture_notes",
    "textured_recipe",
    "textures_of",
    "with_textures",
]
