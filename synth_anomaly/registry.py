"""Components by name: one registry a kind."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast

from synth_anomaly.errors import ComponentError
from synth_anomaly.options import nearest
from synth_anomaly.plugin import Component

__all__ = ["CORE", "IMPORT_PATH", "Entry", "Registry", "import_target", "registries"]

T = TypeVar("T")

CORE = "synth-anomaly"
"""The distribution of the toolkit itself."""

IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
"""What a name looks like that is code to import, such as ``"my_pkg.mod:Scratches"``."""


@dataclass(frozen=True)
class Entry:
    """A component and the distribution that provides it."""

    component: Component
    provider: str

    @property
    def full_name(self) -> str:
        """The name that no other distribution can take, such as ``"sat-scratches/scratches"``."""
        return f"{self.provider}/{self.component.name}"


class Registry(Generic[T]):
    """The components of one kind.

    Names may clash: that is an error when such a name is used, and not before.

    Args:
        kind: The kind's name.
        interface: The protocol that the built components follow.
        fallback: Called with a name that nobody registered; returns what it names, or None.
    """

    def __init__(
        self, kind: str, interface: type[T], fallback: Callable[[str], Callable[..., T] | None] | None = None
    ) -> None:
        self.kind = kind
        self.interface = interface
        self._fallback = fallback
        self._entries: list[Entry] = []

    def add(self, component: Component, provider: str) -> None:
        """Add a component that the distribution ``provider`` offers."""
        self._entries.append(Entry(component, provider))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All components, by name."""
        return tuple(sorted(self._entries, key=lambda entry: (entry.component.name, entry.provider)))

    def find(self, name: str) -> Entry:
        """Return the component of that name, or of that name and provider: ``"sat-scratches/scratches"``.

        Raises:
            ComponentError: If no component, or more than one, has the name.
        """
        matches = self._named(name)
        if len(matches) > 1:
            providers = " and ".join(entry.provider for entry in matches)
            choices = " or ".join(self.spelling(entry) for entry in matches)
            raise ComponentError(f"{self.kind} {name!r} is offered by {providers}: write {choices}")
        if not matches:
            known = {entry.full_name if "/" in name else entry.component.name for entry in self._entries}
            hint = nearest(name, sorted(known))
            raise ComponentError(f"unknown {self.kind} {name!r}: {hint} See them all: sat list {self.kind}")
        return matches[0]

    def offers(self, name: str) -> bool:
        """Whether a distribution offers a component of that name, by itself or in full."""
        return bool(self._named(name)) or bool(self._fallback and self._fallback(name))

    @property
    def has_clashes(self) -> bool:
        """Whether several distributions offer the same name."""
        return len({entry.component.name for entry in self._entries}) < len(self._entries)

    def preferred(self, name: str, providers: Iterable[str]) -> str:
        """Return a name that several distributions offer as the full name of the first of ``providers``.

        Any other name is returned as it is, so that whoever loads it says what is wrong with it.
        """
        matches = self._named(name)
        if len(matches) > 1:
            for provider in providers:
                own = [entry for entry in matches if entry.provider == provider]
                if len(own) == 1:
                    return self.spelling(own[0])
        return name

    def lasting(self, name: str) -> str:
        """Return a name as a recipe holds it: a plugin's in full, which no package installed later takes."""
        matches = self._named(name)
        if len(matches) != 1 or matches[0].provider == CORE:
            return name
        full = matches[0].full_name
        return full if len(self._named(full)) == 1 else name

    def spelling(self, entry: Entry) -> str:
        """Return the shortest way to name a component: its name, its full name, or its import path."""
        names = (entry.component.name, entry.full_name)
        return next((name for name in names if len(self._named(name)) == 1), entry.component.target)

    def load(self, name: str, *, allow_code: bool = True) -> Callable[..., T]:
        """Return the class or function that ``name`` stands for, importing it.

        Args:
            name: A registered name, or an import path ``"package.module:Name"``.
            allow_code: Whether an import path may be followed, and a component that runs files loaded,
                which it says by ``runs_code = True``.

        Raises:
            ComponentError: If the name is unknown or ambiguous, its import fails, or running it is refused.
        """
        if IMPORT_PATH.fullmatch(name):
            if not allow_code:
                raise ComponentError(
                    f"{self.kind} {name!r} is code named by a recipe, which is not run unless you trust it: "
                    "read it, then give --allow-code (in Python allow_code=True)"
                )
            return self._imported(name, f"{self.kind} {name!r}")
        target = self._fallback(name) if self._fallback and not self._named(name) else None
        if target is not None:
            return target
        entry = self.find(name)
        found = self._imported(entry.component.target, f"{self.kind} {name!r} of {entry.provider}")
        if getattr(found, "runs_code", False) and not allow_code:
            raise ComponentError(
                f"{self.kind} {name!r} runs a file named by a recipe, which is not done unless you trust it: "
                "look where it comes from, then give --allow-code (in Python allow_code=True)"
            )
        return found

    def entry_of(self, target: object) -> Entry | None:
        """Return the entry that offers a class or function, importing nothing; None where nobody does."""
        for entry in self.entries:
            module, _, attribute = entry.component.target.partition(":")
            if getattr(sys.modules.get(module), attribute, None) is target:
                return entry
        return None

    def name_of(self, target: object) -> str | None:
        """Return the name under which a class or function can be loaded; None where nobody offers it."""
        if (entry := self.entry_of(target)) is not None:
            return self.spelling(entry)
        name = getattr(target, "__name__", None)
        return name if name and self._fallback and self._fallback(name) is target else None

    def _named(self, name: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if name in (entry.component.name, entry.full_name))

    def _imported(self, target: str, what: str) -> Callable[..., T]:
        found = import_target(target, what)
        if not callable(found):
            raise ComponentError(f"{what} is {found!r}: it must be a class or a function that returns one")
        return cast("Callable[..., T]", found)


def registries(
    kinds: Mapping[str, type],
    offers: Iterable[tuple[str, Component]],
    fallbacks: Mapping[str, Callable[[str], Any]],
) -> dict[str, Registry[Any]]:
    """Return a registry for each kind, holding the offers, each a provider and a component."""
    made: dict[str, Registry[Any]] = {
        kind: Registry(kind, interface, fallbacks.get(kind)) for kind, interface in kinds.items()
    }
    for provider, component in offers:
        made[component.kind].add(component, provider)
    return made


def import_target(target: str, what: str) -> object:
    """Return what ``"package.module:Name"`` names.

    Args:
        target: The import path.
        what: How to call it in messages.

    Raises:
        ComponentError: If it cannot be imported.
    """
    module, _, attribute = target.partition(":")
    try:
        return attrgetter(attribute)(import_module(module))
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())
        raise ComponentError(
            f"{what} cannot be imported from {target}: {type(error).__name__}: {text}; "
            "install what is missing, or see sat plugins"
        ) from error
