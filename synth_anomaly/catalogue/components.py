"""The catalogue: what can be named, made from what a recipe says and said again as a recipe would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synth_anomaly.catalogue import ambiguity, building, describing
from synth_anomaly.catalogue.names import Names
from synth_anomaly.options import Option

__all__ = ["Catalogue"]


class Catalogue(Names):
    """Everything that can be named, by kind."""

    def build(
        self,
        kind: str,
        spec: Any,
        *,
        allow_code: bool = True,
        default: Any = None,
        prefer: Sequence[str] = (),
    ) -> Any:
        """Return the component that ``spec`` says.

        Args:
            kind: The kind of component.
            spec: A name, a table, or an object, which is returned as it is.
            allow_code: Whether names may be import paths.
            default: What a table without a name changes.
            prefer: The distributions that a name offered by several means, the first that offers it.

        Raises:
            ComponentError: If a name is unknown or an option wrong.
        """
        return building.build(self, kind, spec, allow_code=allow_code, default=default, prefer=prefer)

    def check(
        self,
        kind: str,
        spec: Any,
        *,
        allow_code: bool = True,
        default: Any = None,
        prefer: Sequence[str] = (),
    ) -> Any:
        """Return ``spec`` with its name and its options checked, for its owner to build later.

        Args:
            kind: The kind of component.
            spec: A name, a table, or an object.
            allow_code: Whether names may be import paths, at any depth.
            default: What a table without a name changes.
            prefer: The distributions that a name offered by several means, the first that offers it.

        Raises:
            ComponentError: If a name is unknown or an option wrong; options may be missing.
        """
        return building.check(self, kind, spec, allow_code=allow_code, default=default, prefer=prefer)

    def arguments(
        self,
        target: Callable[..., Any],
        given: Mapping[str, Any],
        owner: str,
        *,
        allow_code: bool = True,
        keep: frozenset[str] = frozenset(),
        prefer: Sequence[str] | None = None,
    ) -> dict[str, Any]:
        """Return checked arguments for ``target``: values of the right type, components built.

        Args:
            target: A class or function with explicit, annotated arguments.
            given: Values by name.
            owner: What to call the target in messages.
            allow_code: Whether names may be import paths, at any depth.
            keep: Kinds that stay specifications, for their owner to build later.
            prefer: The distributions that a name offered by several means, the first that offers it; the
                target's own and the core by default.

        Raises:
            OptionError: If an option is unknown, missing or of the wrong type.
        """
        return building.arguments(self, target, given, owner, allow_code=allow_code, keep=keep, prefer=prefer)

    def refuse_ambiguous(self, target: Callable[..., Any], given: Mapping[str, Any]) -> None:
        """Check that no name in what a user typed for ``target`` is offered by several distributions.

        Raises:
            ComponentError: If one is; the message names them all.
        """
        ambiguity.refuse_ambiguous(self, target, given)

    def describe(self, kind: str, component: Any) -> Any:
        """Return the specification that builds ``component`` again.

        Options are read from the attributes of their names. Where they are not kept there, as in most of
        Kornia's modules, a component that the catalogue built is described as it was asked for.
        A component that nobody registered is named by its import path.

        Raises:
            ComponentError: If an option cannot be read back.
        """
        return describing.describe(self, kind, component)

    def options_table(self, component: Any, owner: str) -> dict[str, Any]:
        """Return the options of a component as plain values, read from the attributes of their names.

        Raises:
            ComponentError: If an option is not kept as an attribute.
        """
        return describing.options_table(self, component, owner)

    def plain(self, option: Option, value: Any, owner: str) -> Any:
        """Return an option's value as a recipe holds it, its components described.

        Raises:
            ComponentError: If a recipe cannot hold it.
        """
        return describing.plain(self, option, value, owner)
