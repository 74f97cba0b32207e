"""Writing a value as TOML on one line, as ``--set`` and a recipe take it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

__all__ = ["inline", "spread"]

_WIDE = 60


def inline(value: Any) -> str:
    """Return a plain value as TOML.

    Example:
        >>> inline({"name": "rectangle", "area": [0.02, 0.1]})
        '{name = "rectangle", area = [0.02, 0.1]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # of JSON's texts, TOML refuses none but a bare delete character
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def spread(value: Any) -> str:
    """Return the same for a reader: what is longer than a line has a line for each of its parts.

    Example:
        >>> print(spread({"name": "successive", "fills": [{"name": "elsewhere"}] * 3}))
        {
          name = "successive",
          fills = [
            {name = "elsewhere"},
            {name = "elsewhere"},
            {name = "elsewhere"},
          ],
        }
    """
    text = inline(value)
    if len(text) <= _WIDE or not isinstance(value, Mapping | list | tuple):
        return text
    if isinstance(value, Mapping):
        parts = [f"{_key(key)} = {spread(item)}" for key, item in value.items()]
    else:
        parts = [spread(item) for item in value]
    inside = textwrap.indent(",\n".join(parts), "  ")
    return f"{text[0]}\n{inside},\n{text[-1]}"


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else inline(key)
