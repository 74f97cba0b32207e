"""The examples run, and the example plugin passes its own tests as an installed package."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
PLUGIN = EXAMPLES / "sat-scratches"


def run(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_compose_pipeline(tmp_path):
    text = run(EXAMPLES / "compose_pipeline.py", "--steps", 2, "--out", tmp_path / "trained")
    assert 'name = "one-of"' in text
    assert (tmp_path / "trained" / "weights.safetensors").is_file()


def test_the_example_plugin(machine):
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    points = "\n".join(
        f"{name} = {value}" for name, value in project["entry-points"]["synth_anomaly"].items()
    )
    machine.install(
        project["name"], "", version=project["version"], entry_points=f"[synth_anomaly]\n{points}\n"
    )
    (machine.folder / "sat_scratches.py").unlink()
    (machine.folder / "sat_scratches").symlink_to(PLUGIN / "sat_scratches")
    listed = machine.run("list", "shape").stdout
    assert re.search(r"scratches +a thin curved line \[sat-scratches\]", listed)
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", PLUGIN, PYTHONPATH=str(machine.folder))
