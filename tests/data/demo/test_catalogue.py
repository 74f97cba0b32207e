"""What the demo data set offers, and that it stands alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import synth_anomaly.data.demo as demo
from synth_anomaly.errors import DataError

PACKAGE = Path(demo.__file__).parent

# The parents' own imports are not the demo's: they are replaced by empty packages.
LOADED_MODULES = """
import sys, types
for name, folder in (("synth_anomaly", {root!r}), ("synth_anomaly.data", {data!r})):
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
import synth_anomaly.data.demo as demo
demo.render("bottle", "crack", 0, size=32)
print("\\n".join(sys.modules))
"""


def test_public_names():
    assert sorted(demo.__all__) == [
        "CATEGORIES",
        "DEFECTIVE_PER_KIND",
        "GOOD_TEST",
        "GOOD_TRAIN",
        "Rendering",
        "defect_names",
        "render",
    ]


@pytest.mark.parametrize("category", demo.CATEGORIES)
def test_enough_pictures(category):
    names = demo.defect_names(category)
    assert list(names) == sorted(set(names))
    assert "good" not in names
    assert len(names) * demo.DEFECTIVE_PER_KIND >= 60
    assert demo.GOOD_TEST >= 40
    assert 160 <= demo.GOOD_TRAIN <= 200


def test_unknown_category_names_what_exists():
    with pytest.raises(DataError, match="'screw'; there are: bottle, carpet, grid, hazelnut"):
        demo.defect_names("screw")


def test_drawing_loads_neither_torch_nor_training_synthesizers():
    code = LOADED_MODULES.format(root=str(PACKAGE.parent.parent), data=str(PACKAGE.parent))
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = finished.stdout.split()
    foreign = [name for name in loaded if name.split(".")[0] == "torch" or "synthesizers" in name]
    assert foreign == []
    ours = {name for name in loaded if name.startswith("synth_anomaly.") and ".data.demo" not in name}
    assert ours == {"synth_anomaly.data", "synth_anomaly.errors"}
