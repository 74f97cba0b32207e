"""What a user must know of published weights: where they come from, their licence, whether they are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError

__all__ = ["about_weights", "weights_text"]


def about_weights(name: str) -> dict[str, Any]:
    """Return what the weights of a name say of themselves; the module that offers them is imported.

    Args:
        name: A name that ``sat list weights`` prints, or an import path.

    Raises:
        ComponentError: If there are none of that name, their module cannot be imported, or what they say of
            themselves cannot be read.
    """
    try:
        weights = catalogue().build("weights", name)
        return {
            "network": weights.network,
            "source": str(weights.source),
            "licence": str(weights.licence),
            "installed": bool(weights.installed()),
            "install": str(weights.install),
        }
    except ComponentError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())
        raise ComponentError(
            f"weights {name!r} do not say what they are: {type(error).__name__}: {text}; "
            "reinstall the package that offers them"
        ) from error


def weights_text(about: Mapping[str, Any]) -> str:
    """Return the same as a sentence or two."""
    state = "installed" if about["installed"] else f"not installed: {about['install']}"
    return f"{about['source']}; licence {about['licence']}; {state}"
