"""Which preset of a method is meant, and the settings that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.errors import OptionError, RecipeError
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.naming import check_setting_names
from synth_anomaly.method.settings import MethodSettings
from synth_anomaly.options import nearest, options_of

__all__ = ["check_options", "check_training", "checked_preset", "make_settings", "preset_table"]

_NETWORKS = frozenset({"backbone", "head"})


def checked_preset(kind: type[MethodDefinition], preset: str) -> str:
    """Return the name of a preset that the method has.

    Raises:
        RecipeError: If it has none of that name.
    """
    if preset not in kind.presets:
        hint = nearest(preset, tuple(kind.presets))
        raise RecipeError(f"method {kind.registered_name()!r} has no preset {preset!r}: {hint}")
    return preset


def preset_table(kind: type[MethodDefinition], preset: str) -> dict[str, Any]:
    """Return what changes of a method's settings stand on: its preset, over the networks of its defaults.

    So a network's name alone keeps the options of the one that the method has under that name, whether that
    is the preset's or the default.

    Raises:
        RecipeError: If the method has no such preset.
    """
    networks = {
        name: option.default
        for name, option in options_of(kind.Settings).items()
        if option.kind in _NETWORKS and isinstance(option.default, Mapping)
    }
    return merge(networks, kind.presets[checked_preset(kind, preset)])


def make_settings(
    kind: type[MethodDefinition], preset: str, changes: Mapping[str, Any], allow_code: bool
) -> MethodSettings:
    """Return the settings of a method's preset with changes on top; networks stay specifications.

    Raises:
        ComponentError: If a name is unknown or a setting wrong.
        RecipeError: If the method has no such preset.
    """
    arguments = check_options(kind, preset, changes, allow_code)
    try:
        return kind.Settings(**arguments)
    except ValueError as error:
        raise OptionError(f"method {kind.registered_name()!r}: {error}") from error


def check_training(kind: type[MethodDefinition], settings: MethodSettings) -> None:
    """Check that a method can be trained with its settings.

    Raises:
        OptionError: If it cannot, though it might predict with them.
    """
    try:
        settings.check_training()
    except ValueError as error:
        raise OptionError(f"method {kind.registered_name()!r}: {error}") from error


def check_options(
    kind: type[MethodDefinition], preset: str, changes: Mapping[str, Any], allow_code: bool
) -> dict[str, Any]:
    """Return the arguments of a method's settings, each checked by itself and not with the others.

    Raises:
        ComponentError: If a name is unknown or a value of the wrong type.
        RecipeError: If the method has no such preset.
    """
    check_setting_names(kind, changes)
    owner = f"method {kind.registered_name()!r}"
    table = merge(preset_table(kind, preset), changes)
    return catalogue().arguments(kind.Settings, table, owner, allow_code=allow_code, keep=_NETWORKS)
