"""Code that a recipe names, which nothing runs unless told to."""

import sys
import tomllib

import pytest
import tomli_w

from synth_anomaly import load_method
from synth_anomaly.errors import ComponentError, SynthAnomalyError

HOSTILE = "hostile_module:Thing"

PLACES = [
    {"method": HOSTILE},
    {"method": "hostile_module:Thing.more"},
    {"settings": {"synthesizer": HOSTILE}},
    {"settings": {"synthesizer": {"name": HOSTILE, "area": 3}}},
    {"settings": {"synthesizer": {"name": "paste", "shape": HOSTILE, "fill": "elsewhere"}}},
    {"settings": {"synthesizer": {"name": "cutpaste", "fill": {"name": "successive", "fills": [HOSTILE]}}}},
    {
        "settings": {
            "synthesizer": {
                "name": "one-of",
                "synthesizers": ["cutpaste", {"name": "cutpaste", "shape": {"name": HOSTILE}}],
            }
        }
    },
    {"settings": {"augment": HOSTILE}},
    {"settings": {"augment": "os:system"}},
    {"settings": {"backbone": HOSTILE}},
    {"settings": {"backbone": {"name": HOSTILE, "width": 4}}},
    {"settings": {"head": HOSTILE}},
    {"settings": {"loss": {"name": "sum", "losses": ["focal", HOSTILE], "weights": [1, 2]}}},
    {"settings": {"scorer": HOSTILE}},
]


@pytest.mark.parametrize("place", PLACES)
def test_a_recipe_runs_no_code_unless_trusted(trained, tmp_path, monkeypatch, place):
    """The module would be importable; nothing may even import it."""
    (tmp_path / "hostile_module.py").write_text("raise SystemExit('the recipe was run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    trained.save(tmp_path / "saved")
    path = tmp_path / "saved" / "recipe.toml"
    recipe = tomllib.loads(path.read_text())
    recipe |= {key: value for key, value in place.items() if key != "settings"}
    recipe["settings"] |= place.get("settings", {})
    path.write_text(tomli_w.dumps(recipe))
    with pytest.raises(SynthAnomalyError) as caught:
        load_method(tmp_path / "saved")
    assert "--allow-code" in str(caught.value)
    assert "hostile_module" not in sys.modules
    if "os:system" not in str(place):
        with pytest.raises(
            ComponentError, match=r"cannot be imported from hostile_module|the recipe was run"
        ):
            load_method(tmp_path / "saved", allow_code=True)
