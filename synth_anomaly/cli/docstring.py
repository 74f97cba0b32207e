"""Reading the Google-style docstring of a component."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Docstring", "read_docstring"]

_SECTION = re.compile(
    r"(Args|Attributes|Returns|Raises|Yields|Source|Examples?|Notes?|Shape|References?):(?:\s+(.*))?"
)
_ENTRY = re.compile(r"\*{0,2}(\w+)(?: \([^)]*\))?:(?:\s+(.*))?")


@dataclass(frozen=True)
class Docstring:
    """What a docstring says.

    Attributes:
        text: The paragraphs before its first section.
        options: What it says of each argument and attribute.
        source: The paper, its section, and what differs; empty where it names none.
    """

    text: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def read_docstring(target: Any) -> Docstring:
    """Return the docstring of a class or function; what a class does not say, its bases do."""
    own = _parse(inspect.getdoc(target) or "")
    bases = [_parse(inspect.cleandoc(cls.__doc__ or "")) for cls in getattr(target, "__mro__", ())[1:-1]]
    constructor = [_parse(inspect.getdoc(getattr(target, "__init__", None)) or "")]
    options: dict[str, str] = {}
    for part in (own, *constructor, *bases):
        options = {**part.options, **options}
    source = next((part.source for part in (own, *bases) if part.source), "")
    return Docstring(own.text, options, source)


def _parse(text: str) -> Docstring:
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in _unmarked(text).splitlines():
        match = _SECTION.fullmatch(line.rstrip())
        if match:
            current = match[1]
            sections[current] = [match[2] or ""]
        else:
            sections[current].append(line)
    options = {**_entries(sections.get("Attributes", [])), **_entries(sections.get("Args", []))}
    source = " ".join(_paragraphs(sections.get("Source", [])))
    return Docstring(tuple(_paragraphs(sections[""])), options, source)


def _unmarked(text: str) -> str:
    """Return text without reStructuredText's directives, roles and backquotes."""
    text = re.sub(r"^\s*\.\. .*\n?", "", text, flags=re.MULTILINE)
    return re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "")


def _paragraphs(lines: list[str]) -> list[str]:
    parts = "\n".join(line.strip() for line in lines).split("\n\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _entries(lines: list[str]) -> dict[str, str]:
    """Return the entries of a section: a line less indented than its continuation begins each."""
    body = [line for line in lines if line.strip()]
    if not body:
        return {}
    margin = min(len(line) - len(line.lstrip()) for line in body)
    found: dict[str, str] = {}
    name = ""
    for line in body:
        match = _ENTRY.fullmatch(line.strip()) if len(line) - len(line.lstrip()) == margin else None
        if match:
            name = match[1]
            found[name] = match[2] or ""
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
