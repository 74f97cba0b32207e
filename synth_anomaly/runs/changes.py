"""What a run's user changed of a preset, so that no figure passes for the preset's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.method import Method
from synth_anomaly.method.presets import make_settings
from synth_anomaly.method.proportions import is_proportional
from synth_anomaly.method.settings import MethodSettings

__all__ = ["changed_settings", "differences"]

_TEXTURE, _FOLDER = "texture", "folder"


def changed_settings(method: Method, dataset: str, category: str) -> dict[str, Any]:
    """Return the settings that differ from those of the method's preset for a category, by their paths.

    Folders of textures are left out: what was shown is said by itself. So is a size that was worked out
    because the preset keeps the images' proportions.

    Args:
        method: The method.
        dataset: Name of the data set that it was trained on.
        category: The category.
    """
    own = method.for_category(dataset, category, method.preset)
    preset = make_settings(type(method), method.preset, own, allow_code=True)
    now, then = (_table(settings, method.name) for settings in (method.settings, preset))
    found = dict(differences(now, then))
    return {path: value for path, value in found.items() if path not in _worked_out(method.settings, preset)}


def differences(now: Any, then: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and new value of what differs, as deep as both hold the same component.

    Example:
        >>> then = {"size": 256, "fill": {"name": "noise", "scale": 1}}
        >>> dict(differences({"size": 64, "fill": {"name": "noise", "scale": 2}}, then))
        {'size': 64, 'fill.scale': 2}
    """
    if isinstance(now, Mapping) and isinstance(then, str):
        then = {"name": then}
    elif isinstance(then, Mapping) and isinstance(now, str):
        now = {"name": now}
    pairs = _pairs(now, then)
    for key, new, old in pairs:
        yield from differences(new, old, f"{path}.{key}" if path else str(key))
    if not pairs and now != then:
        yield path, now


def _worked_out(settings: MethodSettings, preset: MethodSettings) -> tuple[str, ...]:
    """Return the settings that may differ from a preset's because it keeps the images' proportions."""
    if not (preset.asks_for_proportions and isinstance(settings.size, tuple)):
        return ()
    is_own = not settings.keep_proportions and is_proportional(settings.size, preset)
    return ("keep_proportions", "size") if is_own else ("keep_proportions",)


def _pairs(now: Any, then: Any) -> list[tuple[Any, Any, Any]]:
    """Return what is inside two values of the same form, part by part; nothing where the forms differ."""
    if isinstance(now, Mapping) and isinstance(then, Mapping) and now.get("name") == then.get("name"):
        return [(key, now.get(key), then.get(key)) for key in dict.fromkeys((*now, *then))]
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then) and _holds_tables(now):
        return list(zip(range(len(now)), now, then, strict=True))
    return []


def _holds_tables(values: list[Any]) -> bool:
    return any(isinstance(value, Mapping) for value in values)


def _table(settings: object, name: str) -> Any:
    return _without_folders(catalogue().options_table(settings, f"method {name!r}"))


def _without_folders(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_folders(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    left_out = {_FOLDER} if value.get("name") == _TEXTURE else set()
    return {key: _without_folders(item) for key, item in value.items() if key not in left_out}
