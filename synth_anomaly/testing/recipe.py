"""What every component must hold to be part of a trained method: a recipe can name it and make it again."""

from __future__ import annotations

from typing import Any

import tomli_w

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.testing.expect import expect

__all__ = ["check_recipe"]


def check_recipe(kind: str, component: Any) -> None:
    """A recipe can be written of it, and what the recipe builds is described alike.

    Args:
        kind: The component's kind, such as ``"loss"``.
        component: What is checked.

    Raises:
        AssertionError: If not; the message says what to change.

    Example:
        >>> from synth_anomaly.losses import Focal
        >>> check_recipe("loss", Focal())
    """
    try:
        spec = catalogue().describe(kind, component)
        tomli_w.dumps({kind: spec})
        again = catalogue().describe(kind, catalogue().build(kind, spec))
    except SynthAnomalyError as error:
        raise AssertionError(f"no recipe can be written of it, or none made of its: {error}") from error
    except TypeError as error:
        raise AssertionError(f"no recipe can hold one of its options: {error}") from error
    expect(again == spec, "what its recipe builds has another recipe: keep every option as given")
