"""Recipes: everything that makes a run, as data.

recipe = 1
method = "anoseg"
preset = "quick"
seed = 0
precision = "auto"

[data]
dataset = "mvtec_ad"
root = "datasets/mvtec_ad"
category = "bottle"

[settings]
size = 128
synthesizer = {name = "hard-augmentation", shape = {name = "rectangle", area = [0.02, 0.1]}}

[packages]
sat-anoseg = "0.1.0"

Relative paths, those of images, textures, drawn masks, guides and weights alike, begin at the recipe's
folder. On the command line and in Python they begin at the working folder. What a run records, or
`Method.save` writes, is absolute, and says in `packages` which version of which package wrote it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote_to_bytes

import tomli_w

from synth_anomaly.errors import ComponentError, OptionError, RecipeError
from synth_anomaly.files import printable
from synth_anomaly.options import check_value, nearest, options_of
from synth_anomaly.rooted import rooted_component, rooted_settings
from synth_anomaly.specification import merge, plain_value

__all__ = ["FORMAT", "DataRecipe", "Recipe", "overrides", "parse_override"]

FORMAT = 1
"""The number of the form that recipes have."""

_AS_BYTES = "percent:"
"""Before a text that is no UTF-8, such as a path, whose bytes are written as in addresses."""


@dataclass(frozen=True, kw_only=True)
class DataRecipe:
    """Which images a run uses, and how.

    Attributes:
        dataset: Name of the data set's component; empty to find out from ``root``.
        root: Its folder; empty for the demo, or to look where images usually are.
        category: The category; ``"all"`` is every one.
        skip_bad: Whether images that cannot be read are left out instead of stopping the run.
        score_size: ``"input"`` compares maps and masks at the network's input size, ``"native"`` at each
            file's.
        options: Further options of the data set's component.
    """

    dataset: str = ""
    root: str = ""
    category: str = ""
    skip_bad: bool = False
    score_size: Literal["input", "native"] = "input"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that makes a run.

    Attributes:
        method: Name of the method.
        preset: Name of the method's preset that ``settings`` changes.
        seed: Decides everything random.
        precision: ``"auto"``, ``"fp32"`` or ``"bf16"``.
        data: Which images.
        settings: Changes on top of the preset, nested.
        packages: The packages of all components that it names, with the versions that wrote it; empty in a
            recipe that a person wrote.
    """

    method: str
    preset: str = "quick"
    seed: int = 0
    precision: str = "auto"
    data: DataRecipe = field(default_factory=DataRecipe)
    settings: Mapping[str, Any] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], source: str) -> Recipe:
        """Return the recipe in a TOML document's table.

        Raises:
            RecipeError: If a key is unknown or missing, or the format is another.
        """
        table = dict(table)
        _check_format(table, source)
        del table["recipe"]
        if "method" not in table:
            raise RecipeError(f'{source}: a recipe needs a method, such as method = "anoseg"')
        data = table.pop("data", {})
        if not isinstance(data, Mapping):
            raise RecipeError(f"{source}: expected a table [data], got data = {data!r}")
        made = DataRecipe(**_checked(data, DataRecipe, f"{source}, [data]"))
        return cls(data=made, **_checked(table, cls, source))

    @classmethod
    def read(cls, path: Path, *, allow_code: bool = False) -> Recipe:
        """Return the recipe in a file, or in a run's folder, with the paths in it made absolute.

        A relative path in a recipe begins at the recipe's folder.

        Args:
            path: The file or the folder.
            allow_code: Whether names may be import paths, so that their options are known.

        Raises:
            RecipeError: If it is missing or not a recipe.
        """
        path = path / "recipe.toml" if path.is_dir() else path
        try:
            table = _changed_texts(tomllib.loads(path.read_text(encoding="utf-8")), _from_bytes)
            return cls.from_table(table, str(path)).rooted(path.absolute().parent, allow_code=allow_code)
        except FileNotFoundError:
            raise RecipeError(f"no recipe at {path}: give a run's folder or a recipe.toml") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path} is not TOML: {error}") from None
        except OSError as error:
            raise RecipeError(f"{path} cannot be read: {error.strerror}") from None

    def rooted(self, folder: Path, *, allow_code: bool = False) -> Recipe:
        """Return the recipe with every relative path made absolute.

        Args:
            folder: Where relative paths begin.
            allow_code: Whether names may be import paths, so that their options are known.
        """
        data = self.data
        root = str((folder / Path(data.root).expanduser()).absolute()) if data.root else ""
        options = rooted_component("dataset", data.dataset, data.options, folder, allow_code=allow_code)
        settings = rooted_settings(self.method, self.preset, self.settings, folder, allow_code=allow_code)
        return replace(self, data=replace(data, root=root, options=options), settings=settings)

    def changed(self, settings: Mapping[str, Any], **others: Any) -> Recipe:
        """Return the recipe with some settings, table by table, and other attributes changed."""
        return replace(self, settings=merge(self.settings, settings), **others)

    def table(self) -> dict[str, Any]:
        """Return the recipe as plain values.

        Raises:
            RecipeError: If a setting is an object, which a recipe cannot hold.
        """
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        try:
            return {"recipe": FORMAT, **plain_value(values, "the recipe")}
        except ComponentError as error:
            raise RecipeError(str(error)) from None

    def text(self) -> str:
        """Return the recipe as TOML, which UTF-8 can hold whatever its paths are."""
        table = self.table()
        if not self.packages:
            del table["packages"]
        return tomli_w.dumps(_changed_texts(table, _to_bytes))


def parse_override(text: str) -> dict[str, Any]:
    """Return ``"synthesizer.shape.area=[0.02,0.1]"`` as nested tables.

    The value is TOML; what is no TOML value is a string, so that names need no quotes.

    Raises:
        RecipeError: If there is no ``=`` or no name before it.
    """
    path, separator, value = text.partition("=")
    keys = [key.strip() for key in path.split(".")]
    if not separator or not all(keys):
        raise RecipeError(
            f"expected --set NAME=VALUE, got {text!r}: write {path.strip() if all(keys) else 'NAME'}=VALUE; "
            "a dot between names reaches inside a piece, as in shape.area=[0.02,0.1]"
        )
    nested: Any = _value(value.strip())
    for key in reversed(keys):
        nested = {key: nested}
    return dict(nested)


def overrides(texts: Iterable[str]) -> dict[str, Any]:
    """Return several overrides merged; a later one wins."""
    merged: dict[str, Any] = {}
    for text in texts:
        merged = merge(merged, parse_override(text))
    return merged


def _check_format(table: Mapping[str, Any], source: str) -> None:
    """Refuse what is no recipe, and what is one of another format.

    Raises:
        RecipeError: If it is either; the message tells them apart.
    """
    if "recipe" not in table:
        raise RecipeError(f"{source} is no recipe: expected a file that begins with recipe = {FORMAT}")
    found = table["recipe"]
    if isinstance(found, bool) or not isinstance(found, int):
        raise RecipeError(f"{source}: expected a recipe that begins with recipe = {FORMAT}, got {found!r}")
    if found == FORMAT:
        return
    packages = table.get("packages")
    version = packages.get("synth-anomaly") if isinstance(packages, Mapping) else None
    writer = (
        f"synth-anomaly {version}" if version else f"{'a newer' if found > FORMAT else 'another'} version"
    )
    pinned = f"pip install synth-anomaly=={version}" if version else "pip install --upgrade synth-anomaly"
    raise RecipeError(
        f"{source} is a recipe of format {found}, written by {writer}; this one reads format {FORMAT}: "
        + (pinned if found > FORMAT or version else "write it anew")
    )


def _changed_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return plain values with every text in them changed, keys excepted."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _changed_texts(item, change) for key, item in value.items()}
    return [_changed_texts(item, change) for item in value] if isinstance(value, list | tuple) else value


def _to_bytes(text: str) -> str:
    if printable(text) == text:
        return text
    try:
        return _AS_BYTES + quote(os.fsencode(text))
    except UnicodeEncodeError:  # what no path of this system is
        return printable(text)


def _from_bytes(text: str) -> str:
    if not text.startswith(_AS_BYTES) or "%" not in text:
        return text
    return os.fsdecode(unquote_to_bytes(text.removeprefix(_AS_BYTES)))


def _value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    # a line break would begin another key, and a date can only be meant as a name
    return text if len(parsed) > 1 or isinstance(parsed["value"], date | time) else parsed["value"]


def _checked(table: Mapping[str, Any], cls: type, source: str) -> dict[str, Any]:
    """Return the table with every key known and every value of its type."""
    options = options_of(cls)
    for key in table:
        if key not in options:
            raise RecipeError(f"{source}: unknown key {key!r}: {nearest(key, tuple(options))}")
    try:
        return {key: check_value(options[key], value, source) for key, value in table.items()}
    except OptionError as error:
        raise RecipeError(str(error)) from None
