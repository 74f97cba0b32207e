"""Names that look like settings of a method and are said elsewhere, such as the seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from synth_anomaly.errors import OptionError
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.options import nearest, options_of

__all__ = ["CONSTRUCTOR_NAMES", "check_setting_names"]

CONSTRUCTOR_NAMES = ("self", "preset", "seed", "allow_code")
"""Arguments of a method's constructor that are no settings; no setting may be called so."""

_ABOVE, _IN_DATA = "above all tables", "in the table [data]"

_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "seed": ("--seed N", f"{_ABOVE}: seed = N"),
    "preset": ("--preset NAME", f'{_ABOVE}: preset = "NAME"'),
    "precision": ("--precision NAME", f'{_ABOVE}: precision = "NAME"'),
    "method": ("sat run NAME", f'{_ABOVE}: method = "NAME"'),
    "allow_code": ("--allow-code", ""),
    "device": ("--device NAME", ""),
    "threads": ("--threads N", ""),
    "out": ("--out FOLDER", ""),
    "data": ("--data PATH", f'{_IN_DATA}: root = "PATH"'),
    "root": ("--data PATH", f'{_IN_DATA}: root = "PATH"'),
    "dataset": ("--dataset NAME", f'{_IN_DATA}: dataset = "NAME"'),
    "category": ("--category NAME", f'{_IN_DATA}: category = "NAME"'),
    "skip_bad": ("--skip-bad", f"{_IN_DATA}: skip_bad = true"),
    "score_size": ("--score-size native", f'{_IN_DATA}: score_size = "native"'),
    "textures": ("--textures PATH", ""),
}
"""How a user says what is no setting, on the command line and in a recipe."""


def check_setting_names(kind: type[MethodDefinition], names: Iterable[str]) -> None:
    """Check that a method has settings of some names.

    Raises:
        OptionError: If it has none of a name; the message says how it is meant where it is said elsewhere.
    """
    owner, known = f"method {kind.registered_name()!r}", tuple(options_of(kind.Settings))
    if clash := [name for name in known if name in CONSTRUCTOR_NAMES]:
        raise OptionError(
            f"{owner} has a setting {clash[0]!r}, which its constructor takes for itself: "
            "rename the field of its Settings"
        )
    for name in names:
        if name not in known:
            raise OptionError(f"{owner} has no option {name!r}: {_hint(name, known)}")


def _hint(name: str, known: tuple[str, ...]) -> str:
    if name not in _ELSEWHERE:
        return nearest(name, known)
    option, in_recipe = _ELSEWHERE[name]
    return f"did you mean {option}?" + (f" In a recipe it stands {in_recipe}" if in_recipe else "")
