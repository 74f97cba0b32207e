"""Whether what is trained can be saved, and loaded where it is to be used; said before the first step."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError, SynthAnomalyError
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.keeping import recipe_of
from synth_anomaly.method.presets import make_settings
from synth_anomaly.registry import IMPORT_PATH
from synth_anomaly.synthesizers.inside import pieces_inside

__all__ = ["check_saveable", "script_notes"]

_SCRIPT = "__main__"


def check_saveable(method: MethodDefinition) -> None:
    """Check that a method can be saved once it is trained, and made again from its recipe.

    Raises:
        ComponentError: If a recipe cannot name or hold one of its pieces, or none can be made of it, or its
            state is more than tensors.
    """
    try:
        if not (IMPORT_PATH.fullmatch(method.name) or catalogue().registry("method").offers(method.name)):
            raise ComponentError(
                f"no recipe can name the class {type(method).__qualname__}: move it to the top of a module"
            )
        recipe = recipe_of(method)
        recipe.text()
        make_settings(type(method), recipe.preset, recipe.settings, allow_code=True)
    except SynthAnomalyError as error:
        raise ComponentError(
            f"method {method.name!r} could not be saved once it is trained: {error}"
        ) from error
    other = [name for name, value in method.state_dict().items() if not isinstance(value, Tensor)]
    if other:
        raise ComponentError(
            f"method {method.name!r} could not be saved once it is trained: {other[0]} of its state is no "
            "tensor: keep what it learns as parameters and buffers"
        )


def script_notes(method: MethodDefinition) -> Iterator[str]:
    """Yield a line for each class of a method's that was made in a script or a notebook."""
    pieces = [method, *pieces_inside(method.settings)]
    for name in dict.fromkeys(type(piece).__qualname__ for piece in pieces if _is_of_script(piece)):
        yield (
            f"{name} is defined in this script or notebook, so what is trained with it can be loaded here "
            "alone: put the class into a module (a .py file) and import it"
        )


def _is_of_script(piece: object) -> bool:
    return type(piece).__module__ == _SCRIPT
