"""Where the defects of `sat synth` may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.guides import guide_asked_for
from synth_anomaly.cli.inline import inline
from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Guide
from synth_anomaly.options import NONE
from synth_anomaly.specification import merge

__all__ = ["ChosenGuide", "choose_guide"]


@dataclass(frozen=True)
class ChosenGuide:
    """The guide that the user named.

    Attributes:
        guide: The guide itself.
        recipe: As a recipe writes it, every option stated.
        text: As the user gave it, in a few words.
    """

    guide: Guide
    recipe: Any
    text: str


def choose_guide(text: str | None, changes: Mapping[str, Any]) -> ChosenGuide | None:
    """Return the guide that was asked for; None where a defect may lie anywhere.

    Args:
        text: What ``--guide`` says.
        changes: What ``--set guide=...`` and ``--set guide.OPTION=...`` say, under ``"guide"``.

    Raises:
        SynthAnomalyError: If there is none of that name, or an option is wrong.
    """
    asked = {} if text is None else {"guide": guide_asked_for(text)}
    spec = merge(asked, changes).get("guide", NONE)
    if spec == NONE:
        return None
    guide = catalogue().build("guide", spec)
    return ChosenGuide(guide, _recipe(guide, spec), _text(spec))


def _recipe(guide: Guide, spec: Any) -> Any:
    try:
        return catalogue().describe("guide", guide)
    except ComponentError:  # it works all the same
        return spec


def _text(spec: Any) -> str:
    table = {"name": spec} if isinstance(spec, str) else dict(spec)
    options = (f"{key} = {inline(value)}" for key, value in table.items() if key != "name")
    return ", ".join([str(table["name"]), *options])
