"""A package that offers names which are taken: what never named it goes on, a typed name is an error."""

import pytest

CODE = """
from synth_anomaly.plugin import Component, hookimpl
SAT_PLUGIN_API = 1
@hookimpl
def sat_components():
    yield Component("backbone", "resnet18", "sat_rival:Nothing", "another")
    yield Component("synthesizer", "hard-augmentation", "sat_rival:Nothing", "another")
"""
TINY = ["--set=size=32", "--set=steps=1", "--set=batch_size=2", "--set=backbone.width=4", "--device=cpu"]
ANOSEG = ["--set=decoder_channels=[4,4,4]", "--set=discriminator_width=4", "--set=detector_steps=1"]


@pytest.fixture
def beside_a_rival(machine):
    """``sat`` on a machine with a rival; in this process there is none."""
    machine.install("sat-rival", CODE)
    return lambda *arguments: machine.run(*map(str, arguments))


def test_defaults_presets_and_saved_runs_mean_what_they_meant(sat, beside_a_rival, parts, tmp_path):
    pytest.importorskip("sat_anoseg")
    command = [
        "run",
        "anoseg",
        "--data",
        parts,
        "--category=bolt",
        *TINY,
        *ANOSEG,
        "--out",
        tmp_path / "runs",
    ]
    before = sat(*command)
    assert before.code == 0, before.stderr
    after = beside_a_rival(*command)
    assert after.returncode == 0, after.stderr
    recipes = [(tmp_path / f"runs/anoseg/bolt/{n}/recipe.toml").read_text() for n in (1, 2)]
    assert all('method = "sat-anoseg/anoseg"' in recipe for recipe in recipes)
    weights = [(tmp_path / f"runs/anoseg/bolt/{n}/weights.safetensors").read_bytes() for n in (1, 2)]
    assert weights[0] == weights[1]
    done = beside_a_rival("evaluate", tmp_path / "runs/anoseg/bolt/1", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr


def test_a_typed_name_is_the_error_that_names_both(beside_a_rival, parts):
    assert "synth-anomaly/resnet18" in beside_a_rival("list", "backbone").stdout
    for typed in (["--backbone", "resnet18"], ["--set", "backbone.name=resnet18"]):
        said = beside_a_rival("run", "segmentation", "--data", parts, "--category=bolt", *typed)
        assert said.returncode == 2
        assert said.stderr.startswith("error: backbone 'resnet18' is offered by sat-rival and synth-anomaly")
