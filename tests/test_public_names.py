"""The public names are a promise: the list in ``public_names.txt`` changes on purpose or not at all.

Write it anew: python tests/test_public_names.py
"""

import importlib
import inspect
import sys
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("public_names.txt")
MODULES = (
    "synth_anomaly",
    "synth_anomaly.augmentation",
    "synth_anomaly.backbones",
    "synth_anomaly.catalogue",
    "synth_anomaly.data",
    "synth_anomaly.errors",
    "synth_anomaly.evaluation",
    "synth_anomaly.files",
    "synth_anomaly.guides",
    "synth_anomaly.heads",
    "synth_anomaly.interfaces",
    "synth_anomaly.losses",
    "synth_anomaly.method",
    "synth_anomaly.objects",
    "synth_anomaly.options",
    "synth_anomaly.parameters",
    "synth_anomaly.pipeline",
    "synth_anomaly.plugin",
    "synth_anomaly.pretrained",
    "synth_anomaly.recipe",
    "synth_anomaly.registry",
    "synth_anomaly.scorers",
    "synth_anomaly.synthesizers",
    "synth_anomaly.testing",
    "synth_anomaly.training",
)
CURE = (
    "If you mean it, run `python tests/test_public_names.py`, and write in CHANGELOG.md what the author of a "
    "plugin must change; if you do not, put the name back, or take it out of __all__."
)


def public_names(module):
    return [f"{module}.{name}" for name in importlib.import_module(module).__all__]


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_those_of_the_list(module):
    listed = {line for line in LIST.read_text().split() if line.rpartition(".")[0] == module}
    there = set(public_names(module))
    assert there == listed, f"gone: {sorted(listed - there)}, new: {sorted(there - listed)}. {CURE}"


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_there_and_documented(module):
    loaded = importlib.import_module(module)
    assert inspect.getdoc(loaded), f"{module} has no docstring"
    for name in loaded.__all__:
        value = getattr(loaded, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            text = value.__doc__ or f"{name}("
            # a dataclass without a docstring gets its signature for one
            assert not text.startswith(f"{name}("), f"{module}.{name} has no docstring"


def test_the_list_names_no_other_module():
    modules = {line.rpartition(".")[0] for line in LIST.read_text().split()}
    assert modules == {module for module in MODULES if public_names(module)}


def main():
    names = [name for module in MODULES for name in sorted(public_names(module))]
    LIST.write_text("\n".join(names) + "\n")
    print(f"{len(names)} names written to {LIST}", file=sys.stderr)


if __name__ == "__main__":
    main()
