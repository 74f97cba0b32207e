"""What a trained method may be told otherwise than it was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.errors import OptionError
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.naming import check_setting_names
from synth_anomaly.method.presets import make_settings
from synth_anomaly.method.settings import READING
from synth_anomaly.options import options_of
from synth_anomaly.recipe import Recipe

__all__ = ["check_changes"]


def check_changes(
    kind: type[MethodDefinition],
    recipe: Recipe,
    changes: Mapping[str, Any],
    folder: Path,
    *,
    allow_code: bool,
) -> None:
    """Check that a trained method lets its user change some settings.

    Args:
        kind: The method's class.
        recipe: What it was trained with.
        changes: What is to be changed, nested.
        folder: Where it lies.
        allow_code: Whether the recipe may name components by import path.

    Raises:
        OptionError: If it has no such setting, or one that must stay as it is (the message names the others),
            or if what it learned does not fit the values.
    """
    if not changes:
        return
    owner, known = f"method {kind.registered_name()!r}", tuple(options_of(kind.Settings))
    check_setting_names(kind, changes)
    may_change = kind.changeable()
    # how files are read is a matter of the images, which may be others than in training
    if refused := [name for name in changes if name not in (*may_change, *READING)]:
        allowed = ", ".join(name for name in known if name in may_change)
        raise OptionError(
            f"expected settings of {owner} that may change after training ({allowed}), "
            f"got {', '.join(refused)}: leave that out, or train anew, with "
            f"sat run {folder} --set {refused[0]}=..."
        )
    trained, changed = (
        make_settings(kind, recipe.preset, made.settings, allow_code)
        for made in (recipe, recipe.changed(changes))
    )
    try:
        kind.check_change(trained, changed)
    except ValueError as error:
        raise OptionError(f"{owner}: {error}") from error
